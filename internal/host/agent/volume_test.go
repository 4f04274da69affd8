package agent

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/fault"
	"github.com/ecs-emulator/ecs-emulator/internal/base/containerlabel"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/host/agent/enginename"
)

// mounted is a container that mounts a volume at /data.
func mounted(volume string, c types.ContainerDefinition) types.ContainerDefinition {
	c.MountPoints = []types.MountPoint{{SourceVolume: &volume, ContainerPath: aws.String("/data")}}
	return c
}

// handOver is a task whose one container writes a file and whose other reads it.
func handOver(v types.Volume) types.TaskDefinition {
	write, read := container("write", "write", "/data/note", "hello"), container("read", "read", "/data/note")
	write.Essential = aws.Bool(false)
	read.DependsOn = []types.ContainerDependency{{ContainerName: aws.String("write"), Condition: types.ContainerConditionSuccess}}
	return types.TaskDefinition{
		ContainerDefinitions: []types.ContainerDefinition{mounted(*v.Name, write), mounted(*v.Name, read)}, Volumes: []types.Volume{v},
	}
}

func TestContainersOfATaskShareAVolume(t *testing.T) {
	withAgent(t, func(b *bench) {
		id := b.runDefinition(handOver(types.Volume{Name: aws.String("data")}))
		for _, c := range b.task(id).Status.Containers {
			b.expect("exit code of "+c.Name, *c.ExitCode, int32(0))
		}
		name := enginename.Volume(b.task(id), "data")
		found, err := b.engine.Volume(t.Context(), name)
		b.expect("the volume's task", found.Labels[containerlabel.Task], id)
		b.expect("found", err, nil)
		time.Sleep(6 * time.Minute)
		synctest.Wait()
		_, err = b.engine.Volume(t.Context(), name)
		b.expect("it is gone with what the task has left", backend.Missing(err, backend.KindVolume), true)
	})
}

func TestASharedVolumeOutlivesItsTasks(t *testing.T) {
	withAgent(t, func(b *bench) {
		shared := func(autoprovision bool) types.Volume {
			return types.Volume{Name: aws.String("cache"), DockerVolumeConfiguration: &types.DockerVolumeConfiguration{
				Scope: types.ScopeShared, Autoprovision: &autoprovision,
			}}
		}
		first := handOver(shared(true))
		reader := types.TaskDefinition{
			ContainerDefinitions: []types.ContainerDefinition{mounted("cache", container("read", "read", "/data/note"))},
			Volumes:              []types.Volume{shared(false)},
		}
		early := b.task(b.runDefinition(reader))
		b.expect("stop code before there is a volume", early.Stop.Code, types.TaskStopCodeTaskFailedToStart)
		b.expect("reason", early.Stop.Reason, "resource cannot be initialized for task "+early.ARN+": initialize volume: volume detection failed, "+
			"volume 'cache' does not exist and autoprovision is set to false: Error response from daemon: get cache: no such volume")
		b.expect("status", early.Status.LastStatus, state.Stopped)

		b.runDefinition(first)
		time.Sleep(time.Hour)
		late := b.task(b.runDefinition(reader))
		b.expect("exit code of a later task", *late.Status.Containers[0].ExitCode, int32(0))
	})
}

// The emulator died between a task's volume and its first container.
func TestVolumesWithoutContainersGoAfterARestart(t *testing.T) {
	withAgent(t, func(b *bench) {
		name := "ecs-lost"
		spec := &state.TaskSpec{ClusterARN: scope.Cluster("c"), Family: "web", Revision: 1}
		labels := enginename.VolumeLabels(&state.Task{ARN: scope.Task("c", "1"), Spec: spec, Placement: &state.Placement{}})
		if err := b.engine.EnsureVolume(t.Context(), backend.VolumeSpec{Name: name, Labels: labels}); err != nil {
			t.Fatal(err)
		}
		running := b.runDefinition(types.TaskDefinition{
			ContainerDefinitions: []types.ContainerDefinition{mounted("data", container("web"))}, Volumes: []types.Volume{{Name: aws.String("data")}},
		})
		b.stop()
		b.start()
		time.Sleep(6 * time.Minute)
		synctest.Wait()
		_, err := b.engine.Volume(t.Context(), name)
		b.expect("it is gone", backend.Missing(err, backend.KindVolume), true)
		_, err = b.engine.Volume(t.Context(), enginename.Volume(b.task(running), "data"))
		b.expect("that of a task that runs", err, nil)
	})
}

func TestAVolumeThatCannotBeMade(t *testing.T) {
	for _, c := range []struct {
		name string
		rule fault.Rule
		want string
	}{
		{"the engine refuses", fault.Rule{Error: "Error response from daemon: create x: no space"}, "Error response from daemon: create x: no space"},
		{"the engine is stuck", fault.Rule{Hang: true}, "DockerTimeoutError: Could not transition to created; timed out after waiting 5m0s"},
	} {
		t.Run(c.name, func(t *testing.T) {
			withAgent(t, func(b *bench) {
				faults := fault.New(b.engine, fault.Options{})
				c.rule.Call = fault.EnsureVolume
				if _, err := faults.AddRule(c.rule); err != nil {
					t.Fatal(err)
				}
				b.restartOn(faults)
				instance := b.instance()
				id := b.put(types.TaskDefinition{
					ContainerDefinitions: []types.ContainerDefinition{mounted("data", container("web"))},
					Volumes:              []types.Volume{{Name: aws.String("data")}}, NetworkMode: types.NetworkModeBridge,
				}, types.LaunchTypeEc2, state.Placement{ContainerInstance: instance})
				b.settleAfter(5*time.Minute + time.Second)
				failed := b.task(id)
				b.expect("status", failed.Status.LastStatus, state.Stopped)
				b.expect("stop code", failed.Stop.Code, types.TaskStopCodeTaskFailedToStart)
				b.expect("reason", failed.Stop.Reason, c.want)
				b.expect("reason of the container", failed.Status.Containers[0].Reason, "")
				b.expect("exit code of the container", failed.Status.Containers[0].ExitCode, (*int32)(nil))
			})
		})
	}
}

// An engine waits minutes for a file server that does not answer. The volume may come to be
// after all.
func TestATaskStopsWhileAVolumeIsMade(t *testing.T) {
	for name, late := range map[string]bool{"never": false, "after all": true} {
		t.Run(name, func(t *testing.T) {
			withAgent(t, func(b *bench) {
				faults := fault.New(b.engine, fault.Options{})
				b.restartOn(faults)
				if _, err := faults.AddRule(fault.Rule{Call: fault.EnsureVolume, Hang: true}); err != nil {
					t.Fatal(err)
				}
				id := b.runDefinition(types.TaskDefinition{
					ContainerDefinitions: []types.ContainerDefinition{mounted("data", container("web"))},
					Volumes:              []types.Volume{{Name: aws.String("data")}},
				})
				b.stopTask(id)
				b.expect("status", b.task(id).Status.LastStatus, state.Stopped)
				b.expect("stop code", b.task(id).Stop.Code, types.TaskStopCodeUserInitiated)
				volume := backend.VolumeSpec{Name: enginename.Volume(b.task(id), "data"), Labels: enginename.VolumeLabels(b.task(id))}
				if late {
					if err := b.engine.EnsureVolume(t.Context(), volume); err != nil {
						t.Fatal(err)
					}
				}
				b.settleAfter(6 * time.Minute)
				_, err := b.engine.Volume(t.Context(), volume.Name)
				b.expect("it is gone", backend.Missing(err, backend.KindVolume), true)
			})
		})
	}
}

// The same, when a folder is looked for again.
func TestATaskStopsWhileAContainerIsAboutToStart(t *testing.T) {
	withAgent(t, func(b *bench) {
		faults := fault.New(b.engine, fault.Options{})
		b.restartOn(faults)
		folder := efs(func(e *types.EFSVolumeConfiguration) { e.RootDirectory = aws.String("/sub") })
		folder.Name = aws.String("data")
		again := mounted("data", container("again", "sleep", "70"))
		again.RestartPolicy = &types.ContainerRestartPolicy{Enabled: aws.Bool(true), RestartAttemptPeriod: aws.Int32(60)}
		id := b.runDefinition(types.TaskDefinition{ContainerDefinitions: []types.ContainerDefinition{again}, Volumes: []types.Volume{folder}})
		if _, err := faults.AddRule(fault.Rule{Call: fault.EnsureVolume, Hang: true}); err != nil {
			t.Fatal(err)
		}
		b.settleAfter(80 * time.Second)
		b.expect("looks that hang", faults.Rules()[0].Used, 1)
		b.stopTask(id)
		b.expect("status", b.task(id).Status.LastStatus, state.Stopped)
		b.expect("stop code", b.task(id).Stop.Code, types.TaskStopCodeUserInitiated)
	})
}

func efs(change func(*types.EFSVolumeConfiguration)) types.Volume {
	e := &types.EFSVolumeConfiguration{FileSystemId: aws.String("fs-1"), RootDirectory: aws.String("/")}
	change(e)
	return types.Volume{EfsVolumeConfiguration: e}
}
