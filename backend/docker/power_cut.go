package docker

import (
	"context"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/moby/moby/client"
	"golang.org/x/sync/errgroup"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/dockerapi"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/label"
)

var _ backend.PowerCutter = (*Engine)(nil)

// killers is how many containers CutPower ends at a time.
const killers = 8

// CutPower implements backend.PowerCutter. The heartbeat stays: without it, others would take the owner for dead.
func (e *Engine) CutPower(ctx context.Context) error {
	running, err := e.client.ContainerList(ctx, client.ContainerListOptions{Filters: e.owner.Filter(nil)})
	if err != nil {
		return dockerapi.Classify(err)
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(killers)
	for _, c := range running {
		if label.Kind(c.Labels[label.KindKey]) == label.Heartbeat {
			continue
		}
		group.Go(func() error {
			_, err := e.client.ContainerKill(ctx, c.ID, client.ContainerKillOptions{Signal: "KILL"})
			if cerrdefs.IsConflict(err) || cerrdefs.IsNotFound(err) { // it has ended meanwhile
				return nil
			}
			return dockerapi.Classify(err)
		})
	}
	return group.Wait()
}
