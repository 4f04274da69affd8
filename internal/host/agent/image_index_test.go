package agent

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// appleSilicon is an engine on arm64 with images of X86_64 alone.
type appleSilicon struct {
	backend.Engine
	pulled []string // platforms
}

func (e *appleSilicon) Info(ctx context.Context) (backend.Info, error) {
	info, err := e.Engine.Info(ctx)
	info.Architecture = "arm64"
	return info, err
}

func (e *appleSilicon) Pull(ctx context.Context, spec backend.PullSpec) error {
	e.pulled = append(e.pulled, spec.Platform)
	if spec.Platform != "linux/amd64" {
		return fmt.Errorf("%w: no matching manifest for linux/arm64/v8 in the manifest list entries", backend.ErrNoPlatform)
	}
	return e.Engine.Pull(ctx, spec)
}

// A task that asks for no platform has X86_64 on AWS, so an image for that alone runs.
func TestAnImageForX8664Alone(t *testing.T) {
	withAgent(t, func(b *bench) {
		b.stop()
		engine := &appleSilicon{Engine: b.engine}
		b.startOn(HostOptions{Engine: engine})
		task := b.task(b.run(container("web")))
		b.expect("status", task.Status.LastStatus, state.Running)
		if !slices.Equal(engine.pulled, []string{"", "linux/amd64"}) {
			t.Errorf("pulls for %q", engine.pulled)
		}
	})
}
