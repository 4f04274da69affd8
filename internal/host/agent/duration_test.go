package agent

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/sim"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
)

// slow is an engine whose calls take time, however many are under way.
type slow struct {
	*sim.Engine
	warm bool // sandboxes run when they are made
}

// Times of which no sum is another's.
const (
	imageTime          = 10 * time.Millisecond
	createSandboxTime  = 20 * time.Millisecond
	startSandboxTime   = 700 * time.Millisecond
	createTime         = 100 * time.Millisecond
	startTime          = 200 * time.Millisecond
	stopTime           = 3 * time.Second
	inspectTime        = time.Millisecond
	removeSandboxTime  = 400 * time.Millisecond
	removeTime         = 50 * time.Second
	longerThanAllThese = 100 * time.Second
)

func (e *slow) Image(ctx context.Context, ref, platform string) (backend.Image, error) {
	time.Sleep(imageTime)
	return e.Engine.Image(ctx, ref, platform)
}

func (e *slow) CreateSandbox(ctx context.Context, spec backend.SandboxSpec) (backend.Container, error) {
	time.Sleep(createSandboxTime)
	return e.Engine.CreateSandbox(ctx, spec)
}

func (e *slow) Create(ctx context.Context, spec backend.ContainerSpec) (string, error) {
	time.Sleep(createTime)
	return e.Engine.Create(ctx, spec)
}

func (e *slow) Start(ctx context.Context, id string) error {
	switch {
	case !e.isSandbox(ctx, id):
		time.Sleep(startTime)
	case !e.warm:
		time.Sleep(startSandboxTime)
	}
	return e.Engine.Start(ctx, id)
}

func (e *slow) Stop(ctx context.Context, id string, grace time.Duration) error {
	time.Sleep(stopTime)
	return e.Engine.Stop(ctx, id, grace)
}

func (e *slow) Inspect(ctx context.Context, id string) (backend.Container, error) {
	time.Sleep(inspectTime)
	return e.Engine.Inspect(ctx, id)
}

func (e *slow) Remove(ctx context.Context, id string) error {
	if e.isSandbox(ctx, id) {
		time.Sleep(removeSandboxTime)
	} else {
		time.Sleep(removeTime)
	}
	return e.Engine.Remove(ctx, id)
}

func (e *slow) isSandbox(ctx context.Context, id string) bool {
	c, err := e.Engine.Inspect(ctx, id)
	return err == nil && c.Sandbox
}

// What nothing orders happens side by side, so a task of three containers takes as long as
// one of one container, and nothing waits for the removal of containers.
func TestTaskTakesAsLongAsItsLongestPath(t *testing.T) {
	after := func(c types.ContainerDefinition, names ...string) types.ContainerDefinition {
		for _, name := range names {
			c.DependsOn = append(c.DependsOn, types.ContainerDependency{
				ContainerName: aws.String(name), Condition: types.ContainerConditionStart,
			})
		}
		return c
	}
	for name, c := range map[string]struct {
		warm       bool
		containers []types.ContainerDefinition
		start      time.Duration
		stop       time.Duration
	}{
		"one": {
			containers: []types.ContainerDefinition{container("web")},
			start:      createSandboxTime + startSandboxTime + inspectTime + startTime, stop: stopTime,
		},
		"three, made while the sandbox starts": {
			containers: []types.ContainerDefinition{container("web"), container("proxy"), container("log")},
			start:      createSandboxTime + startSandboxTime + inspectTime + startTime, stop: stopTime,
		},
		"three, a sandbox warm": {
			warm:       true,
			containers: []types.ContainerDefinition{container("web"), container("proxy"), container("log")},
			start:      createSandboxTime + createTime + startTime, stop: stopTime,
		},
		// A container is made when those have started that it depends on, not before. Source:
		// amazon-ecs-agent, dependencygraph.
		"two after one, a sandbox warm": {
			warm:       true,
			containers: []types.ContainerDefinition{after(container("web"), "log"), after(container("proxy"), "log"), container("log")},
			start:      createSandboxTime + 2*(createTime+startTime), stop: 2*stopTime + inspectTime,
		},
	} {
		t.Run(name, func(t *testing.T) {
			withAgent(t, func(b *bench) {
				b.stop()
				if err := b.engine.Pull(t.Context(), backend.PullSpec{Ref: "app"}); err != nil {
					t.Fatal(err)
				}
				b.startOn(HostOptions{Engine: &slow{Engine: b.engine, warm: c.warm}})
				id := b.run(c.containers...)
				time.Sleep(longerThanAllThese)
				b.stopTask(id)
				time.Sleep(longerThanAllThese)
				synctest.Wait()
				ended := b.task(id)
				b.expect("to RUNNING", ended.Status.StartedAt.Sub(ended.Spec.CreatedAt), c.start)
				b.expect("to STOPPED", ended.Status.StoppedAt.Sub(ended.Stop.At), c.stop+inspectTime+removeSandboxTime)
			})
		})
	}
}
