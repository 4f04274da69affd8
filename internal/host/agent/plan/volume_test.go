package plan

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/google/go-cmp/cmp"
)

// mounting is a container that mounts a volume.
func mounting(volume string, c types.ContainerDefinition) types.ContainerDefinition {
	c.MountPoints = []types.MountPoint{{SourceVolume: &volume, ContainerPath: aws.String("/data")}}
	return c
}

func TestPlanMakesVolumesBeforeTheContainersThatMountThem(t *testing.T) {
	v := two(types.ContainerConditionStart)
	v.Definitions[0].DependsOn = nil
	v.Definitions[0] = mounting("data", v.Definitions[0])
	v.Volumes = MountedVolumes([]types.Volume{{Name: aws.String("unused")}, {Name: aws.String("data")}}, v.Definitions)
	expect := func(when string, want ...string) {
		t.Helper()
		got, _ := Next(v)
		if diff := cmp.Diff(want, verbs(got)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", when, diff)
		}
	}
	expect("at first", "create sandbox 0", "make volume 0", "find 0", "find 1")
	v.Sandbox = SandboxCreated
	v.Status.Containers[0].Phase, v.Status.Containers[1].Phase = state.ContainerPulled, state.ContainerPulled
	v.State(Sandbox).Busy, v.State(Volume(0)).Busy = true, true
	expect("while it is made", "create 1")
	v.Stop = &state.Stop{}
	v.Status.Containers[0].Phase, v.Status.Containers[1].Phase = state.ContainerStopped, state.ContainerStopped
	v.State(Sandbox).Busy = false
	expect("when the task stops meanwhile", "cut short 0")
	v.Stop, v.State(Volume(0)).Busy = nil, false
	v.Status.Containers[0].Phase = state.ContainerPulled
	v.Volumes[0].Made = true
	expect("when it is there", "start sandbox 0", "create 0")
	v.Volumes[0].Made = false
	v.Status.Containers[0].Phase = state.ContainerCreated
	expect("after a restart, with the container made", "start sandbox 0")
}

func TestAPullWaitsForTheManagedVolume(t *testing.T) {
	v := two(types.ContainerConditionStart)
	v.Definitions[0] = mounting("data", v.Definitions[0])
	v.Volumes = MountedVolumes([]types.Volume{{Name: aws.String("data"), ConfiguredAtLaunch: aws.Bool(true)}}, v.Definitions)
	v.Status.Volume.Status = "CREATED"
	v.Sandbox = SandboxRunning
	v.State(Container(0)).Absent, v.State(Container(1)).Absent = true, true
	expect := func(when, status string, want ...string) {
		t.Helper()
		got, _ := Next(v)
		if diff := cmp.Diff(want, verbs(got)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", when, diff)
		}
		if got := LastStatus(v); got != status {
			t.Errorf("%s the task is %s", when, got)
		}
	}
	expect("before it is there", state.Provisioning, "make volume 0")
	v.Volumes[0].Made, v.Status.Volume.Status = true, "ATTACHED"
	expect("when it is there", state.Pending, "pull 0", "pull 1")

	// The store was told last before it was attached, and the containers are there.
	v.Volumes[0].Made, v.Status.Volume.Status = false, "ATTACHING"
	v.Status.Containers[0].Phase, v.Status.Containers[1].Phase = state.ContainerCreated, state.ContainerRunning
	expect("after a restart", state.Provisioning, "make volume 0", "start 0")
}

// Only root may write to a fresh file system.
func TestOthersThanRootMayWriteToAManagedVolume(t *testing.T) {
	for user, want := range map[string]bool{"": false, "1000": true} {
		v := &View{Definitions: []types.ContainerDefinition{
			mounting("data", types.ContainerDefinition{Name: aws.String("db")}), {Name: aws.String("log")},
		}}
		v.Definitions[0].User, v.Definitions[1].User = aws.String(user), aws.String("99")
		if got := v.RunsAsUser("data"); got != want {
			t.Errorf("user %q: %t", user, got)
		}
	}
}
