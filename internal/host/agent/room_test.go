package agent

import (
	"context"
	"errors"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/sim"
	"github.com/ecs-emulator/ecs-emulator/internal/base/containerlabel"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/host/awslogs/awslogstest"
)

// full is an engine whose disk has room for so many containers.
type full struct {
	*sim.Engine
	room int
}

func (e *full) Create(ctx context.Context, spec backend.ContainerSpec) (string, error) {
	all, err := e.List(ctx, nil)
	if err != nil {
		return "", err
	}
	n := 0
	for _, c := range all {
		if !c.Sandbox {
			n++
		}
	}
	if n >= e.room {
		return "", errors.New("Error response from daemon: write /var/lib/docker/x: no space left on device")
	}
	return e.Engine.Create(ctx, spec)
}

func TestWhatStoppedTasksHaveLeftMakesRoomOnAFullDisk(t *testing.T) {
	withAgent(t, func(b *bench) {
		b.stop()
		engine := &full{Engine: b.engine, room: 2}
		b.startOn(HostOptions{Engine: engine})
		oldest, later := b.run(container("job", "exit", "0")), b.run(container("job", "exit", "0"))
		web := b.run(container("web"))
		b.expect("a task that comes", b.task(web).Status.LastStatus, state.Running)
		for id, there := range map[string]int{oldest: 0, later: 1} {
			left, err := b.engine.List(b.Context(), map[string]string{containerlabel.Task: id})
			if err != nil || len(left) != there {
				t.Errorf("of a task are left %+v, %v; want %d", left, err, there)
			}
		}
		b.expect("the disk", b.agent.DiskHealth(""), error(nil))

		b.run(container("web"))
		failed := b.task(b.run(container("web")))
		b.expect("a task without room", failed.Status.LastStatus, state.Stopped)
		b.expect("its stop code", failed.Stop.Code, types.TaskStopCodeTaskFailedToStart)
		b.expect("its reason", failed.Status.Containers[0].Reason, "CannotCreateContainerError: Error response from daemon: write /var/lib/docker/x: no space left on device")
		if err := b.agent.DiskHealth(""); err == nil {
			t.Error("health does not say that the disk is full")
		}
		b.stopTask(web)
		b.expect("when one has stopped", b.task(b.run(container("web"))).Status.LastStatus, state.Running)
		b.expect("the disk", b.agent.DiskHealth(""), error(nil))
	})
}

// What has to stay until its output is stored, as on a disk of this host that is full as well, keeps nothing else.
func TestWhatHasToStayKeepsNoOthersOnAFullDisk(t *testing.T) {
	withLogs(t, func(b *bench, logs *awslogstest.Logs) {
		b.stop()
		engine := &full{Engine: b.engine, room: 2}
		b.startOn(HostOptions{Engine: engine})
		logs.Fill(true)
		unread, read := b.run(logged(container("job", "print", "3"))), b.run(container("job", "exit", "0"))
		b.expect("the task without room for its output", b.task(unread).Status.LastStatus, state.Stopped)
		b.expect("a task that comes", b.task(b.run(container("web"))).Status.LastStatus, state.Running)
		for id, there := range map[string]int{unread: 1, read: 0} {
			left, err := b.engine.List(b.Context(), map[string]string{containerlabel.Task: id})
			if err != nil || len(left) != there {
				t.Errorf("of a task are left %+v, %v; want %d", left, err, there)
			}
		}
	})
}

// tooLarge is an engine that has no room for images.
type tooLarge struct {
	*sim.Engine
	pulls int
}

func (e *tooLarge) Image(ctx context.Context, ref, platform string) (backend.Image, error) {
	if ref == "large" {
		return backend.Image{}, &backend.NotFoundError{Kind: backend.KindImage, Err: errors.New("no such image")}
	}
	return e.Engine.Image(ctx, ref, platform)
}

func (e *tooLarge) Pull(ctx context.Context, spec backend.PullSpec) error {
	if spec.Ref == "large" {
		e.pulls++
		return errors.New("failed to register layer: write /x: no space left on device")
	}
	return e.Engine.Pull(ctx, spec)
}

// Each pull fetches all of an image again.
func TestAnImageThatIsTooLargeIsPulledAFewTimes(t *testing.T) {
	withAgent(t, func(b *bench) {
		b.stop()
		engine := &tooLarge{Engine: b.engine}
		b.startOn(HostOptions{Engine: engine})
		for range 10 {
			b.run(container("job", "exit", "0"))
		}
		large := container("web")
		large.Image = aws.String("large")
		b.expect("the task", b.task(b.run(large)).Status.LastStatus, state.Stopped)
		b.expect("pulls with room of none, 1, 3, 7 and 10 tasks", engine.pulls, 5)
	})
}
