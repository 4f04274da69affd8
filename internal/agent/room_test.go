package agent

import (
	"context"
	"errors"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/sim"
	"github.com/ecs-emulator/ecs-emulator/internal/state"
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
			left, err := b.engine.List(b.Context(), map[string]string{labelTaskARN: id})
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
