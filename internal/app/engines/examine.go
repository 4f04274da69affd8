package engines

import (
	"context"

	"github.com/ecs-emulator/ecs-emulator/backend/diagnosis"
	"github.com/ecs-emulator/ecs-emulator/backend/docker"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/host/doctor/examination"
)

// Examine has the engine be examined that is chosen, for an owner of its own of which nothing stays.
func (c Choice) Examine(o *examination.Options, programs string) {
	if c.Kind == Sim {
		o.Simulated = "containers are simulated (--engine sim)"
		return
	}
	o.FallBack = c.FallBack()
	o.Ask = func(ctx context.Context) diagnosis.Engine { return docker.Examine(ctx, c.Host) }
	o.Open = func(ctx context.Context) (examination.Engine, error) {
		return docker.Open(ctx, docker.Options{Host: c.Host, Owner: arn.NewID(), Programs: programs, Apart: true})
	}
}
