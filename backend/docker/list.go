package docker

import (
	"context"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/moby/moby/client"
	"golang.org/x/sync/errgroup"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

// inspectors bounds parallel inspections.
const inspectors = 8

// List implements backend.Engine. The engine's list lacks exit codes, times and
// errors, so each container is inspected as well.
func (e *Engine) List(ctx context.Context, labels map[string]string) ([]backend.Container, error) {
	found, err := e.client.ContainerList(ctx, client.ContainerListOptions{All: true, Filters: e.owned(labels)})
	if err != nil {
		return nil, engineError(err)
	}
	if len(found) > 0 && e.durable() {
		// What an earlier run has made is in use again.
		if err := e.ensureLifeline(ctx); err != nil {
			return nil, engineError(err)
		}
	}
	inspected := make([]*backend.Container, len(found))
	group, groupCtx := errgroup.WithContext(ctx)
	group.SetLimit(inspectors)
	for i, summary := range found {
		if isHelper(summary.Labels) || e.hideWarm(summary) {
			continue
		}
		group.Go(func() error {
			one, err := e.client.ContainerInspect(groupCtx, summary.ID)
			if cerrdefs.IsNotFound(err) {
				return nil // removed meanwhile
			}
			if err != nil {
				return err
			}
			c := containerOf(one)
			e.ours.Store(c.ID, tiesOf(one.ID, one.Name, one.Config.Labels, one.HostConfig))
			inspected[i] = &c
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return nil, engineError(err)
	}
	containers := make([]backend.Container, 0, len(found))
	for _, c := range inspected {
		if c != nil {
			containers = append(containers, *c)
		}
	}
	return containers, nil
}
