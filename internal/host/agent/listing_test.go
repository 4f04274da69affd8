package agent

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/base/containerlabel"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/host/agent/enginename"
)

// silent is an engine that does not answer requests for some of its lists.
type silent struct {
	backend.Engine
	containers, networks, volumes atomic.Bool // which
}

func unless[T any](ctx context.Context, quiet *atomic.Bool, list func() ([]T, error)) ([]T, error) {
	if quiet.Load() {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	return list()
}

func (e *silent) List(ctx context.Context, labels map[string]string) ([]backend.Container, error) {
	return unless(ctx, &e.containers, func() ([]backend.Container, error) { return e.Engine.List(ctx, labels) })
}

func (e *silent) Networks(ctx context.Context, labels map[string]string) ([]backend.Network, error) {
	return unless(ctx, &e.networks, func() ([]backend.Network, error) { return e.Engine.Networks(ctx, labels) })
}

func (e *silent) Volumes(ctx context.Context, labels map[string]string) ([]backend.Volume, error) {
	return unless(ctx, &e.volumes, func() ([]backend.Volume, error) { return e.Engine.Volumes(ctx, labels) })
}

// A driver of volumes that hangs is enough for that.
func TestTasksDoNotWaitForListsOfVolumesAndNetworks(t *testing.T) {
	withAgent(t, func(b *bench) {
		data := []types.Volume{{Name: aws.String("data")}}
		ran := b.runDefinition(types.TaskDefinition{ContainerDefinitions: []types.ContainerDefinition{mounted("data", container("web"))}, Volumes: data})
		ended := b.runDefinition(types.TaskDefinition{ContainerDefinitions: []types.ContainerDefinition{mounted("data", container("job", "sleep", "30"))}, Volumes: data})
		b.stop()
		time.Sleep(time.Minute)
		engine := &silent{Engine: b.engine}
		engine.networks.Store(true)
		engine.volumes.Store(true)
		b.startOn(HostOptions{Engine: engine})
		came := b.run(container("web"))
		b.settleAfter(2 * time.Second)
		b.expect("a task that comes", b.task(came).Status.LastStatus, state.Running)
		b.expect("one that has ended meanwhile", b.task(ended).Status.LastStatus, state.Stopped)
		b.stopTask(ran)
		b.settleAfter(2 * time.Second)
		b.expect("one that ran and is stopped", b.task(ran).Status.LastStatus, state.Stopped)
		b.settleAfter(5 * time.Minute)
		b.expect("health", b.agent.Health(""), nil)

		engine.networks.Store(false)
		engine.volumes.Store(false)
		labels := map[string]string{enginename.LabelHost: enginename.Fargate, containerlabel.Task: ended}
		if err := b.engine.EnsureVolume(b.Context(), backend.VolumeSpec{Name: "left", Labels: labels}); err != nil {
			t.Fatal(err)
		}
		b.resync()
		b.settleAfter(6 * time.Minute)
		left, err := b.engine.Volumes(b.Context(), nil)
		if err != nil || len(left) > 0 {
			t.Errorf("volumes left when they are listed again: %+v, %v", left, err)
		}
	})
}

func TestHealthSaysThatTheContainersAreBeingListed(t *testing.T) {
	withAgent(t, func(b *bench) {
		b.stop()
		engine := &silent{Engine: b.engine}
		engine.containers.Store(true)
		b.startOn(HostOptions{Engine: engine})
		b.expect("health at the start", b.agent.Health(""), nil)
		b.settleAfter(listingPatience + time.Second)
		if err := b.agent.Health(""); !errors.Is(err, backend.ErrUnavailable) || !strings.Contains(err.Error(), "containers are being listed") {
			t.Errorf("health after a while: %v", err)
		}
		b.expect("what is known of the engine", b.agent.EngineInfo(b.Context(), "").Name, "sim")
		engine.containers.Store(false)
		id := b.run(container("web"))
		b.settleAfter(13 * time.Second)
		b.expect("health when they are listed", b.agent.Health(""), nil)
		b.expect("a task", b.task(id).Status.LastStatus, state.Running)
	})
}
