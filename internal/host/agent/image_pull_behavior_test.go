package agent

import (
	"context"
	"errors"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/host/imagepull"
)

// pulling is an engine that counts pulls of images, and refuses those that its registry lacks.
type pulling struct {
	backend.Engine
	mu    sync.Mutex
	lacks map[string]bool
	pulls int
}

func (e *pulling) Pull(ctx context.Context, spec backend.PullSpec) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.pulls++
	if e.lacks[spec.Ref] {
		return errors.New("not there")
	}
	return e.Engine.Pull(ctx, spec)
}

// instanceThatPulls registers a container instance whose agent has a value of ECS_IMAGE_PULL_BEHAVIOR.
func (b *bench) instanceThatPulls(behavior string) string {
	b.Helper()
	id := b.instance()
	c := *state.FindContainerInstance(b.store.Read(), id)
	c.PullBehavior = behavior
	b.putInstance(&c)
	return id
}

func imageOf(name, image string) types.ContainerDefinition {
	c := container(name, "sleep", "100")
	c.Image = &image
	return c
}

// withPulls starts the agent on an engine on which the image local is there already.
func withPulls(t *testing.T, o HostOptions, f func(b *bench, engine *pulling)) {
	t.Helper()
	withAgent(t, func(b *bench) {
		b.stop()
		engine := &pulling{Engine: b.engine, lacks: map[string]bool{}}
		b.expect("error", b.engine.Pull(b.Context(), backend.PullSpec{Ref: "local"}), error(nil))
		o.Engine = engine
		b.startOn(o)
		f(b, engine)
	})
}

// Source: amazon-ecs-agent, imagePullRequired in docker_task_engine.go.
func TestEachInstanceHasItsPullBehavior(t *testing.T) {
	for name, c := range map[string]struct {
		host     HostOptions
		instance string
		pulls    []int // after one task and after two
	}{
		"the host's":       {host: HostOptions{PullBehavior: imagepull.Always}, pulls: []int{1, 2}},
		"none":             {pulls: []int{0, 0}},
		"anew":             {host: HostOptions{PullsAnew: true}, pulls: []int{1, 2}},
		"prefer-cached":    {host: HostOptions{PullBehavior: imagepull.Always, PullsAnew: true}, instance: "prefer-cached", pulls: []int{0, 0}},
		"once":             {instance: "once", pulls: []int{1, 1}},
		"always":           {instance: "always", pulls: []int{1, 2}},
		"default":          {instance: "default", pulls: []int{1, 2}},
		"none of the four": {instance: "sometimes", pulls: []int{1, 2}},
	} {
		t.Run(name, func(t *testing.T) {
			withPulls(t, c.host, func(b *bench, engine *pulling) {
				at := b.instanceThatPulls(c.instance)
				for i, want := range c.pulls {
					task := b.task(b.runAt(at, types.NetworkModeBridge, imageOf("web", "local")))
					b.expect("status", task.Status.LastStatus, state.Running)
					b.expect("pulls", []int{i, engine.pulls}, []int{i, want})
				}
			})
		})
	}
}

// The instances have one engine, so the image is there when the second one's first task comes.
func TestOnceIsOnceForEachInstance(t *testing.T) {
	withPulls(t, HostOptions{PullBehavior: imagepull.Once}, func(b *bench, engine *pulling) {
		for i := range 2 {
			at := b.instance()
			b.runAt(at, types.NetworkModeBridge, imageOf("web", "local"))
			b.runAt(at, types.NetworkModeBridge, imageOf("web", "local"))
			b.expect("pulls", engine.pulls, i+1)
		}
		b.run(imageOf("web", "local")) // on Fargate
		b.expect("pulls", engine.pulls, 3)
		b.run(imageOf("web", "local"))
		b.expect("pulls", engine.pulls, 3)
	})
}

// Source: amazon-ecs-agent, handleEventError in task_manager.go.
func TestWhatFollowsAPullThatFails(t *testing.T) {
	const failed = "Task failed to start"
	for name, c := range map[string]struct {
		host            HostOptions
		behavior, image string
		essential       bool
		stopped         string // the reason; empty: the task runs
	}{
		"the host's, the task could do without": {host: HostOptions{PullBehavior: imagepull.Always}, image: "local", stopped: failed},
		"anew, the task can do without":         {host: HostOptions{PullsAnew: true}, image: "local"},
		"always, a local image":                 {behavior: "always", image: "local", essential: true, stopped: failed},
		"always, the task could do without":     {behavior: "always", image: "local", stopped: failed},
		"once, the task could do without":       {behavior: "once", image: "local", stopped: failed},
		"default, a local image":                {behavior: "default", image: "local", essential: true},
		"default, no local image":               {behavior: "default", image: "absent", essential: true, stopped: failed},
		"default, the task can do without":      {behavior: "default", image: "absent"},
		"cached, the task can do without":       {behavior: "prefer-cached", image: "absent"},
		"cached, essential":                     {behavior: "prefer-cached", image: "absent", essential: true, stopped: failed},
	} {
		t.Run(name, func(t *testing.T) {
			withPulls(t, c.host, func(b *bench, engine *pulling) {
				engine.lacks[c.image] = true
				other := imageOf("other", c.image)
				other.Essential = aws.Bool(c.essential)
				task := b.task(b.runAt(b.instanceThatPulls(c.behavior), types.NetworkModeBridge, imageOf("web", "app"), other))
				if c.stopped == "" {
					b.expect("status", task.Status.LastStatus, state.Running)
					return
				}
				b.expect("stop", []string{string(task.Stop.Code), task.Stop.Reason}, []string{"TaskFailedToStart", c.stopped})
				b.expect("reason", task.Status.Containers[1].Reason, "CannotPullImageManifestError: Error response from daemon: not there")
			})
		})
	}
}
