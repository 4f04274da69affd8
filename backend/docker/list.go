package docker

import (
	"context"
	"errors"
	"time"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/client"
	"golang.org/x/sync/errgroup"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/containers"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/dockerapi"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/inspect"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/label"
)

// inspectors bounds parallel inspections, inspectPatience how long one of them may take and
// listPatience all of them: the engine holds the lock of a container for as long as its start,
// stop or removal takes, which may hang with a mount. Source: Moby daemon/inspect.go, start.go.
const (
	inspectors      = 8
	inspectPatience = 5 * time.Second
	listPatience    = time.Minute
)

// List implements backend.Engine. The engine's list lacks exit codes, times and
// errors, so each container is inspected as well. Only a list that fails, or an engine that is
// lost, fails the call.
func (e *Engine) List(ctx context.Context, labels map[string]string) ([]backend.Container, error) {
	return e.list(ctx, labels, inspectPatience)
}

func (e *Engine) list(ctx context.Context, labels map[string]string, patience time.Duration) ([]backend.Container, error) {
	found, err := e.client.ContainerList(ctx, client.ContainerListOptions{All: true, Filters: e.owner.Filter(labels)})
	if err != nil {
		return nil, dockerapi.Classify(err)
	}
	if len(found) > 0 && e.owner.Durable() {
		// What an earlier run has made is in use again.
		if err := e.heartbeat.Ensure(ctx); err != nil {
			return nil, dockerapi.Classify(err)
		}
	}
	inspected := make([]*backend.Container, len(found))
	patient, cancel := context.WithTimeout(ctx, listPatience)
	defer cancel()
	group, groupCtx := errgroup.WithContext(patient)
	group.SetLimit(inspectors)
	names := map[string]bool{}
	for _, summary := range found {
		names[dockerapi.FirstName(summary.Names)] = true
	}
	for i, summary := range found {
		if containers.IsHelper(summary.Labels) {
			e.lookAtSpare(summary)
			continue
		}
		group.Go(func() error {
			c, err := e.inspectListed(groupCtx, summary, names, patience)
			if errors.Is(dockerapi.Classify(err), backend.ErrNotFound) {
				return nil // removed meanwhile, or of no task
			}
			inspected[i] = &c
			return err
		})
	}
	if err := errors.Join(group.Wait(), ctx.Err()); err != nil {
		return nil, dockerapi.Classify(err)
	}
	containers := make([]backend.Container, 0, len(found))
	for _, c := range inspected {
		if c != nil {
			containers = append(containers, *c)
		}
	}
	return containers, nil
}

// inspectListed inspects a container. One that the engine cannot tell about, or not soon, is
// backend.Unseen. One of which it is not told whether it belongs to a task is none: a caller that knows it asks for it by its id.
func (e *Engine) inspectListed(ctx context.Context, listed container.Summary, names map[string]bool, patience time.Duration) (backend.Container, error) {
	soon, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	name, err := e.seenName(soon, listed, names)
	if err != nil {
		if errors.Is(err, backend.ErrNotFound) || dockerapi.Lost(err) && soon.Err() == nil || errors.Is(ctx.Err(), context.Canceled) {
			return backend.Container{}, err
		}
		e.log.Warn("the engine does not tell whether a sandbox of an earlier run belongs to a task", "container", listed.ID, "error", err)
		return backend.Container{}, dockerapi.NoContainer(listed.ID)
	}
	found, err := e.client.ContainerInspect(soon, listed.ID)
	if err != nil && dockerapi.Lost(err) && soon.Err() == nil { // one connection may break while the engine goes on
		found, err = e.client.ContainerInspect(soon, listed.ID)
	}
	switch {
	case err == nil:
		found.Name = "/" + name
		e.containers.Know(found)
		return inspect.Container(found), nil
	case cerrdefs.IsNotFound(err), errors.Is(ctx.Err(), context.Canceled), soon.Err() == nil && dockerapi.Lost(err):
		return backend.Container{}, err
	}
	e.log.Debug("the engine does not tell about a container", "container", listed.ID, "error", err)
	return backend.Container{
		ID: listed.ID, Name: name, Labels: label.SpecLabels(listed.Labels),
		Sandbox: listed.Labels[label.KindKey] == string(label.Sandbox), State: backend.Unseen,
	}, nil
}
