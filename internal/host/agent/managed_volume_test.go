package agent

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/fault"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// openVolume leaves the volume data open, which its container mounts at /data.
func openVolume(c types.ContainerDefinition) types.TaskDefinition {
	return types.TaskDefinition{
		Cpu: aws.String("256"), Memory: aws.String("512"),
		ContainerDefinitions: []types.ContainerDefinition{mounted("data", c)},
		Volumes:              []types.Volume{{Name: aws.String("data"), ConfiguredAtLaunch: aws.Bool(true)}},
	}
}

func managedVolume(goesWithTask bool) *state.ManagedVolume {
	return &state.ManagedVolume{
		Name: "data", Tags: []types.Tag{{Key: aws.String("team"), Value: aws.String("blue")}},
		Configuration: types.TaskManagedEBSVolumeConfiguration{
			RoleArn:           aws.String("arn:aws:iam::000000000000:role/ecs"),
			TerminationPolicy: &types.TaskManagedEBSVolumeTerminationPolicy{DeleteOnTermination: &goesWithTask},
		},
	}
}

// onFargate runs a task with a managed volume.
func (b *bench) onFargate(volume *state.ManagedVolume, c types.ContainerDefinition) *state.Task {
	b.Helper()
	return b.task(b.putWith(volume, openVolume(c), types.LaunchTypeFargate, state.Placement{SubnetID: b.subnet()}))
}

func TestAManagedVolumeGoesWithItsTask(t *testing.T) {
	withAgent(t, func(b *bench) {
		running := b.onFargate(managedVolume(true), container("db"))
		b.expect("status", running.Status.LastStatus, state.Running)
		b.expect("volume", running.Status.Volume, state.VolumeAttachment{Status: "ATTACHED", ID: running.Placement.VolumeID})
		name := "ecs-emulator-" + running.Placement.VolumeID
		found, err := b.engine.Volume(t.Context(), name)
		b.expect("found", err, nil)
		b.expect("tag", found.Labels["ecs-emulator.tag.team"], "blue")
		b.expect("tag of ECS", found.Labels["ecs-emulator.tag.AmazonECSCreated"], running.ARN)

		b.stopTask(running.ARN)
		ended := b.task(running.ARN)
		b.expect("attachment", ended.Status.Volume.Status, "DELETED")
		b.expect("version", ended.Version, int64(6))
		time.Sleep(6 * time.Minute)
		synctest.Wait()
		_, err = b.engine.Volume(t.Context(), name)
		b.expect("it is gone", backend.Missing(err, backend.KindVolume), true)
	})
}

func TestAManagedVolumeStaysIfItIsTold(t *testing.T) {
	withAgent(t, func(b *bench) {
		ended := b.onFargate(managedVolume(false), container("job", "exit", "0"))
		b.expect("status", ended.Status.LastStatus, state.Stopped)
		time.Sleep(time.Hour)
		b.stop()
		b.start()
		time.Sleep(time.Hour)
		synctest.Wait()
		_, err := b.engine.Volume(t.Context(), "ecs-emulator-"+ended.Placement.VolumeID)
		b.expect("found", err, nil)
	})
}

// A task in bridge mode has nothing else that it would wait for, or give back.
func TestAManagedVolumeOnAContainerInstance(t *testing.T) {
	withAgent(t, func(b *bench) {
		d := openVolume(container("job", "exit", "0"))
		d.NetworkMode = types.NetworkModeBridge
		ended := b.task(b.putWith(managedVolume(true), d, types.LaunchTypeEc2, state.Placement{ContainerInstance: b.instance()}))
		b.expect("status", ended.Status.LastStatus, state.Stopped)
		b.expect("volume", ended.Status.Volume.Status, "DELETED")
		b.expect("interface", ended.Status.Attachment, state.Attachment{})
		b.expect("version", ended.Version, int64(5)) // PROVISIONING, PENDING, RUNNING, DEPROVISIONING, STOPPED
	})
}

func TestAManagedVolumeThatCannotBeMade(t *testing.T) {
	const notAssumed = "ECS was unable to assume the configured ECS Infrastructure Role 'arn:aws:iam::000000000000:role/ecs'. " +
		"Please verify that the role being passed has the proper trust relationship with Amazon ECS"
	for _, c := range []struct {
		name    string
		prepare func(b *bench, f *fault.Engine, v *state.ManagedVolume)
		want    string
	}{
		{"its role", func(b *bench, _ *fault.Engine, _ *state.ManagedVolume) {
			b.agent.MakesVolume = func(_ *state.Task, v *state.ManagedVolume) bool {
				return v.RoleARN() != "arn:aws:iam::000000000000:role/ecs"
			}
		}, notAssumed},
		{"its file system", func(_ *bench, _ *fault.Engine, v *state.ManagedVolume) {
			v.Configuration.FilesystemType = types.TaskFilesystemTypeNtfs
		}, "ECS timed out while configuring the EBS volume attachment to your Task"},
		{"its engine", func(_ *bench, f *fault.Engine, _ *state.ManagedVolume) {
			if _, err := f.AddRule(fault.Rule{Call: fault.EnsureVolume, Error: "Error response from daemon: no space"}); err != nil {
				t.Fatal(err)
			}
		}, "ECS failed to set up the EBS volume. Encountered no space"},
	} {
		t.Run(c.name, func(t *testing.T) {
			withAgent(t, func(b *bench) {
				faults := fault.New(b.engine, fault.Options{})
				b.restartOn(faults)
				volume := managedVolume(true)
				c.prepare(b, faults, volume)
				failed := b.onFargate(volume, container("db"))
				b.expect("status", failed.Status.LastStatus, state.Stopped)
				b.expect("stop code", failed.Stop.Code, types.TaskStopCodeTaskFailedToStart)
				b.expect("reason", failed.Stop.Reason, c.want)
				b.expect("volume", failed.Status.Volume, state.VolumeAttachment{Status: "DELETED", Reason: c.want})
			})
		})
	}
}

// What the engine is told of a link then, the container does not start.
func TestTheFolderOfAManagedVolumeIsLookedForAtEachStart(t *testing.T) {
	withAgent(t, func(b *bench) {
		faults := fault.New(b.engine, fault.Options{})
		b.restartOn(faults)
		again := container("db", "sleep", "70")
		again.User = aws.String("1000")
		again.RestartPolicy = &types.ContainerRestartPolicy{Enabled: aws.Bool(true), RestartAttemptPeriod: aws.Int32(60)}
		running := b.onFargate(managedVolume(true), again)
		b.expect("status", running.Status.LastStatus, state.Running)
		if _, err := faults.AddRule(fault.Rule{Call: fault.EnsureVolume, Error: "a link"}); err != nil {
			t.Fatal(err)
		}
		b.settleAfter(2 * time.Minute)
		b.expect("reason", b.task(running.ARN).Status.Containers[0].Reason, "CannotStartContainerError: a link")
	})
}
