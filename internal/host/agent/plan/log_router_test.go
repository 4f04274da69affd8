package plan

import (
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/google/go-cmp/cmp"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/host/firelens"
)

// routed is a task with an application whose log router is the sidecar, and with all images and the sandbox.
func routed(change func(definitions []types.ContainerDefinition)) *View {
	v := two(types.ContainerConditionStart)
	v.Definitions[0].LogConfiguration = &types.LogConfiguration{LogDriver: types.LogDriverAwsfirelens}
	v.Definitions[1].FirelensConfiguration = &types.FirelensConfiguration{Type: types.FirelensConfigurationTypeFluentbit}
	v.Definitions[0].DependsOn = nil
	if change != nil {
		change(v.Definitions)
	}
	v.Definitions = firelens.WithRouter(v.Definitions)
	v.Volumes = MountedVolumes(WithSocket(nil, v.Definitions), v.Definitions)
	v.Sandbox = SandboxRunning
	for i := range v.Status.Containers {
		v.Status.Containers[i].Phase = state.ContainerPulled
	}
	return v
}

func TestTheLogRouterStartsFirstAndStopsLast(t *testing.T) {
	v := routed(nil)
	expect := func(what string, want ...string) {
		t.Helper()
		actions, _ := Next(v)
		if diff := cmp.Diff(want, verbs(actions)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", what, diff)
		}
	}
	router, app := &v.Status.Containers[1], &v.Status.Containers[0]
	expect("at first", "make volume 0")
	v.Volumes[0].Made = true
	expect("with the socket's volume", "create 1")
	router.Phase, router.EngineID = state.ContainerCreated, "r"
	expect("when the router is made", "start 1")
	router.Phase, router.StartedAt = state.ContainerRunning, v.Now
	expect("when the router runs", "create 0")
	app.Phase, app.StartedAt = state.ContainerRunning, v.Now
	v.Stop = &state.Stop{At: v.Now}
	expect("at the end", "stop 0")
	app.Phase = state.ContainerStopped
	expect("when the application has ended", "stop 1")
}

// A router that reads nothing keeps the engine from stopping the applications.
func TestALogRouterThatReadsNothingStopsBeforeTheApplications(t *testing.T) {
	v := routed(nil)
	other, last := v.Definitions[0], v.Definitions[0]
	other.Name, last.Name = aws.String("other"), aws.String("last")
	first := types.ContainerDependency{ContainerName: last.Name, Condition: types.ContainerConditionStart}
	other.DependsOn = append(slices.Clip(other.DependsOn), first)
	v.Definitions = append(v.Definitions, other, last)
	v.Status.Containers = append(v.Status.Containers, state.Container{Name: "other"}, state.Container{Name: "last"})
	v.containers = make([]resourceState, 4)
	for i := range v.Status.Containers {
		v.Status.Containers[i].Phase = state.ContainerRunning
	}
	v.Stop = &state.Stop{At: v.Now}
	one, two := v.State(Container(0)), v.State(Container(2))
	expect := func(what string, want ...string) {
		t.Helper()
		actions, again := Next(v)
		if diff := cmp.Diff(want, verbs(actions)); diff != "" || !again.IsZero() {
			t.Errorf("%s: again at %s (-want +got):\n%s", what, again, diff)
		}
	}
	expect("at first", "stop 0", "stop 2")
	one.Busy, two.Busy = true, true
	expect("while the applications stop")
	one.Stuck = true
	expect("when one gets stuck")
	two.Stuck = true
	expect("when both are stuck, for which the last one waits", "stop 1")
	*two = resourceState{}
	expect("when the stop of one has failed", "stop 2")
	*two = resourceState{Busy: true, Exited: true}
	expect("when one has ended", "stop 1")
	v.State(Container(1)).Busy = true
	expect("while the router stops")
	*v.State(Container(1)) = resourceState{}
	*one = resourceState{Busy: true, Stuck: true, Exited: true}
	expect("when both have ended")
	*one, v.Definitions[0].LogConfiguration = resourceState{Busy: true, Stuck: true}, nil
	expect("of an application that does not send its output there")
}

// A container that does not depend on the router needs the volume all the same, and on a bridge the router's address.
func TestARouterThatDependsOnAContainer(t *testing.T) {
	for _, c := range []struct {
		name   string
		bridge bool
		third  string // on which the router depends; it sends its output there, or is the application
		want   []string
	}{
		{"in a network that they share", false, "db", []string{"create 0"}},
		{"on a bridge", true, "db", nil},
		{"on a bridge, waiting for the application", true, "app", []string{"create 0"}},
	} {
		v := routed(func(definitions []types.ContainerDefinition) {
			definitions[1].DependsOn = []types.ContainerDependency{{ContainerName: &c.third, Condition: types.ContainerConditionComplete}}
		})
		v.Status.Containers = append(v.Status.Containers, state.Container{Name: "db", Phase: state.ContainerRunning})
		v.Definitions = append(v.Definitions, types.ContainerDefinition{Name: aws.String("db")})
		v.containers = make([]resourceState, 3)
		v.Bridge, v.Volumes[0].Made = c.bridge, true
		if actions, _ := Next(v); !slices.Equal(verbs(actions), c.want) {
			t.Errorf("%s: %v, want %v", c.name, verbs(actions), c.want)
		}
	}
}

// A container on a bridge does not wait for a router that will never have an address.
func TestARouterThatIsNeverMade(t *testing.T) {
	for name, change := range map[string]func(v *View){
		"it waits for the volumes of the application": func(v *View) {
			v.Definitions[1].VolumesFrom = []types.VolumeFrom{{SourceContainer: aws.String("app")}}
		},
		"it cannot be pulled": func(v *View) { v.Status.Containers[1].Phase = state.ContainerStopped },
	} {
		v := routed(nil)
		v.Definitions[0].DependsOn = nil // as with a router that depends on something
		v.Bridge, v.Volumes[0].Made = true, true
		v.Definitions[1].Essential = aws.Bool(false)
		change(v)
		if actions, _ := Next(v); !slices.Contains(verbs(actions), "create 0") {
			t.Errorf("%s: %v, want the application to be made, which fails", name, verbs(actions))
		}
	}
}
