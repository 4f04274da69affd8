package enginecall

import (
	"context"
	"fmt"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

// timed is an engine whose calls have deadlines.
type timed struct {
	backend.Engine
	lose       func(error) // is told that the engine does not answer
	unanswered *unanswered
	attach     time.Duration // what a start may take besides, in each attempt
}

// Info fails with backend.ErrUnavailable, for each reason why the engine does not answer.
func (t timed) Info(ctx context.Context) (backend.Info, error) {
	limited, cancel := context.WithTimeout(ctx, infoTimeout)
	defer cancel()
	info, err := t.Engine.Info(limited)
	switch {
	case err == nil || ctx.Err() != nil:
		return info, err
	case limited.Err() != nil:
		return info, fmt.Errorf("%w: no answer within %s", backend.ErrUnavailable, infoTimeout)
	default:
		return info, lostError(err)
	}
}

func (t timed) Image(ctx context.Context, ref, platform string) (backend.Image, error) {
	return limit(ctx, t, "pulled", inspectTimeout, func(ctx context.Context) (backend.Image, error) {
		return t.Engine.Image(ctx, ref, platform)
	})
}

func (t timed) CreateSandbox(ctx context.Context, spec backend.SandboxSpec) (backend.Container, error) {
	return limit(ctx, t, "created", createTimeout, with(t.Engine.CreateSandbox, spec))
}

func (t timed) Create(ctx context.Context, spec backend.ContainerSpec) (string, error) {
	return limit(ctx, t, "created", createTimeout, with(t.Engine.Create, spec))
}

func (t timed) Stop(ctx context.Context, id string, grace time.Duration) error {
	return t.limit(ctx, "stopped", grace, stopTimeout, func(ctx context.Context) error { return t.Engine.Stop(ctx, id, grace) })
}

func (t timed) Remove(ctx context.Context, id string) error {
	return limitError(ctx, t, "removed", removeTimeout, func(ctx context.Context) error { return t.Engine.Remove(ctx, id) })
}

func (t timed) Inspect(ctx context.Context, id string) (backend.Container, error) {
	return limit(ctx, t, "inspected", inspectTimeout, with(t.Engine.Inspect, id))
}

func (t timed) Stats(ctx context.Context, id string) (backend.Stats, error) {
	return limitBeside(ctx, t, "measured", statsTimeout, 0, with(t.Engine.Stats, id))
}

// Usage is the usage of backend.UsageReader; nothing of an engine that tells of one container at a time.
func (t timed) Usage(ctx context.Context, ids []string) (map[string]backend.Usage, error) {
	reader, ok := t.Engine.(backend.UsageReader)
	if !ok {
		return nil, nil
	}
	return limitBeside(ctx, t, "measured", usageTimeout, 0, func(ctx context.Context) (map[string]backend.Usage, error) {
		return reader.Usage(ctx, ids)
	})
}

func (t timed) List(ctx context.Context, labels map[string]string) ([]backend.Container, error) {
	return limit(ctx, t, "listed", listTimeout, with(t.Engine.List, labels))
}
