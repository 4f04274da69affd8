package vpcnet

import (
	"context"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/dockerapi"
	"github.com/ecs-emulator/ecs-emulator/internal/base/pause"
)

// How often, and after which pause, a container is started again whose network the engine does not know.
const (
	hereTries = 10
	herePause = 200 * time.Millisecond
)

// Start starts a container on a network of the owner's. An engine brings a network of a swarm with the first container
// there, and lets go of it with the last: one that starts at the same time as another ends, or fails to start, finds none.
func (n Network) Start(ctx context.Context, engine dockerapi.Client, id string) error {
	for try := 1; ; try++ {
		err := engine.ContainerStart(ctx, id)
		if !n.Overlay || !NotHere(err) || try == hereTries || pause.For(ctx, herePause) != nil {
			return err
		}
	}
}
