package docker_test

import (
	"context"
	"slices"
	"sync"
	"testing"

	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/client"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/docker"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/dockertest"
)

// spares are the ids of an owner's spare containers that run.
func spares(t *testing.T, owner string) (ids []string) {
	t.Helper()
	found, err := dockertest.Client(t).ContainerList(t.Context(), client.ContainerListOptions{Filters: make(client.Filters).
		Add("label", "ecs-emulator.owner="+owner).Add("label", "ecs-emulator.kind=spare")})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range found.Items {
		if c.State == container.StateRunning {
			ids = append(ids, c.ID)
		}
	}
	return ids
}

func awaitSpare(t *testing.T, owner string) (id string) {
	t.Helper()
	eventually(t, "one spare container", func() bool {
		ids := spares(t, owner)
		if len(ids) == 1 {
			id = ids[0]
		}
		return len(ids) == 1
	})
	return id
}

func TestASpareContainerStaysOnANetwork(t *testing.T) {
	t.Parallel()
	owner := dockertest.Owner()
	removeAllOf(t, owner)
	engine, cli := openTold(t, owner), dockertest.Client(t)
	ctx, cancel := context.WithCancel(t.Context())
	var watching sync.WaitGroup
	defer watching.Wait()
	defer cancel()
	ready := make(chan struct{})
	watching.Go(func() {
		_ = engine.Watch(ctx, nil, func(e backend.Event) {
			switch e.Kind {
			case backend.Resync:
				close(ready)
			default:
				t.Errorf("an event of a spare container: %+v", e)
			}
		})
	})
	<-ready
	ensureNetwork(t, engine, "vpc")
	spare := awaitSpare(t, owner)
	if list, err := engine.List(t.Context(), nil); err != nil || len(list) != 0 {
		t.Errorf("List shows %+v, %v", list, err)
	}
	if c, err := engine.Inspect(t.Context(), spare); !backend.Missing(err, backend.KindContainer) {
		t.Errorf("Inspect shows %+v, %v", c, err)
	}
	if owners, err := engine.Owners(t.Context()); err != nil || owners[slices.IndexFunc(owners, func(o docker.Owner) bool { return o.ID == owner })].Containers != 0 {
		t.Errorf("it counts: %+v, %v", owners, err)
	}
	if _, err := cli.ContainerRemove(t.Context(), spare, client.ContainerRemoveOptions{Force: true}); err != nil {
		t.Fatal(err)
	}
	eventually(t, "another one in its place", func() bool { ids := spares(t, owner); return len(ids) == 1 && ids[0] != spare })
	next := openTold(t, owner) // it finds the one that is there
	ensureNetwork(t, next, "vpc")
	if err := next.Close(); err != nil {
		t.Error(err)
	}
	if err := engine.RemoveNetwork(t.Context(), "vpc"); err != nil {
		t.Errorf("it keeps the network: %v", err)
	}
	if ids := spares(t, owner); len(ids) != 0 {
		t.Errorf("%d stay without the network", len(ids))
	}
	ensureNetwork(t, engine, "vpc")
	awaitSpare(t, owner)
	if err := engine.RemoveAll(t.Context()); err != nil {
		t.Fatal(err)
	}
	if left := leftOver(t, owner); len(left) > 0 {
		t.Errorf("RemoveAll leaves %v", left)
	}
}
