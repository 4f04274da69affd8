package docker_test

import (
	"context"
	"slices"
	"sync"
	"testing"

	"github.com/moby/moby/client"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/dockertest"
)

// The engine tells of a sandbox that a user takes off its network, and not of one that leaves
// it because it ends.
func TestWatchTellsOfLostNetworks(t *testing.T) {
	t.Parallel()
	cli := dockertest.Client(t)
	engine := open(t, dockertest.Owner())
	events, ready := make(chan backend.Event, 100), make(chan struct{})
	isReady := sync.OnceFunc(func() { close(ready) }) // on a busy machine, Watch may connect again
	ctx, cancel := context.WithCancel(t.Context())
	var watching sync.WaitGroup
	defer watching.Wait()
	defer cancel()
	watching.Go(func() {
		_ = engine.Watch(ctx, nil, func(e backend.Event) {
			if e.Kind == backend.Resync {
				isReady()
				return
			}
			events <- e
		})
	})
	<-ready
	ends, stays := newTask(t, engine, backend.SandboxSpec{}), newTask(t, engine, backend.SandboxSpec{})
	if err := engine.Stop(t.Context(), ends.sandbox, 0); err != nil {
		t.Fatal(err)
	}
	found, err := cli.ContainerInspect(t.Context(), stays.sandbox, client.ContainerInspectOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := cli.NetworkDisconnect(t.Context(), string(found.Container.HostConfig.NetworkMode), client.NetworkDisconnectOptions{Container: stays.sandbox}); err != nil {
		t.Fatal(err)
	}
	var of []string
	for !slices.Contains(of, stays.sandbox) {
		if e := <-events; e.Kind == backend.NetworkLost {
			of = append(of, e.ContainerID)
		}
	}
	if slices.Contains(of, ends.sandbox) {
		t.Error("a sandbox that ended has lost its network")
	}
	if c, err := engine.Inspect(t.Context(), stays.sandbox); err != nil || c.State != backend.Running || c.IP.IsValid() {
		t.Errorf("it is %+v, %v", c, err)
	}
}
