package docker_test

import (
	"net/netip"
	"slices"
	"testing"

	"github.com/moby/moby/api/types/network"
	"github.com/moby/moby/client"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/docker"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/dockertest"
	"github.com/ecs-emulator/ecs-emulator/backend/resolver"
)

// ensureResolver makes the network of tasks with a resolver.
func ensureResolver(t *testing.T, engine *docker.Engine) backend.Network {
	t.Helper()
	n, err := engine.EnsureNetwork(t.Context(), backend.NetworkSpec{Name: "vpc", Resolver: true})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// tellResolver has api.shop.test lead to a task, and returns where the resolver is.
func tellResolver(t *testing.T, engine *docker.Engine, to *task) netip.Addr {
	t.Helper()
	address, stream, err := engine.RunResolver(t.Context(), "vpc")
	if err != nil {
		t.Fatal(err)
	}
	told, err := resolver.Connect(t.Context(), stream)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(told.Close)
	if err := told.Update(t.Context(), []resolver.Piece{
		{Zone: &resolver.Zone{ID: "ns-1", Name: "shop.test"}},
		{Name: &resolver.Name{ID: "srv-1", Zone: "ns-1", Name: "api", Sets: []resolver.Set{{Type: "A", TTL: 1}}, Records: []resolver.Record{{ID: "1", IPv4: to.ip}}}},
	}); err != nil {
		t.Fatal(err)
	}
	return address
}

// finds has a container of a task ask for api.shop.test.
func (t *task) finds(want bool) {
	t.Helper()
	wait := map[bool]string{true: "1m", false: "5s"}[want]
	c := t.exited(t.run(backend.ContainerSpec{}, "check", "http://api.shop.test:8080/", wait))
	if (c.ExitCode == 0) != want {
		t.Errorf("check exits %d, want an answer: %v: %q", c.ExitCode, want, t.lines(c.ID, backend.LogOptions{}))
	}
}

// On a network of the user's another container may have the third address: the resolver has another one, and sandboxes
// ask that.
func TestAResolverWhoseAddressIsTaken(t *testing.T) {
	t.Parallel()
	engine, cli := dockertest.Engine(t), dockertest.Client(t)
	made, name, cidr := labelledNetwork(t)
	third := cidr.Masked().Addr().Next().Next()
	stranger := emulatorContainer(t, "none")
	if _, err := cli.NetworkDisconnect(t.Context(), "none", client.NetworkDisconnectOptions{Container: stranger, Force: true}); err != nil {
		t.Fatal(err)
	}
	settings := &network.EndpointSettings{IPAMConfig: &network.EndpointIPAMConfig{IPv4Address: third}}
	if _, err := cli.NetworkConnect(t.Context(), made, client.NetworkConnectOptions{Container: stranger, EndpointConfig: settings}); err != nil {
		t.Fatal(err)
	}
	if err := engine.RunInContainer(t.Context(), cli, emulatorContainer(t, name)); err != nil {
		t.Fatal(err)
	}
	if n := ensureResolver(t, engine); n.ID != made {
		t.Fatalf("the network is %+v, want the labelled one", n)
	}
	server := newTask(t, engine, backend.SandboxSpec{})
	server.says(server.run(backend.ContainerSpec{}, "serve", "8080"), "listening on :8080")
	if at := tellResolver(t, engine, server); at == third || !cidr.Contains(at) || at == server.ip {
		t.Errorf("the resolver is at %v, which is another container's", at)
	}
	server.finds(true)
	newTask(t, engine, backend.SandboxSpec{}).finds(true)
	if err := engine.RemoveAll(t.Context()); err != nil { // before the network goes
		t.Error(err)
	}
}

// A warm sandbox asks the resolver, and one with servers of its own is no warm one and does not.
func TestWarmSandboxesAskTheResolver(t *testing.T) {
	t.Parallel()
	owner := dockertest.Owner()
	removeAllOf(t, owner)
	engine := openWarm(t, owner)
	n := ensureResolver(t, engine)
	server := newTask(t, engine, backend.SandboxSpec{})
	server.says(server.run(backend.ContainerSpec{}, "serve", "8080"), "listening on :8080")
	if at, third := tellResolver(t, engine, server), n.CIDR.Masked().Addr().Next().Next(); at != third {
		t.Errorf("the resolver is at %v, want %v", at, third)
	}
	ids := awaitWarm(t, owner, 2)
	task := newTask(t, engine, backend.SandboxSpec{})
	if !slices.Contains(ids, task.sandbox) {
		t.Errorf("the sandbox %s is none of the warm ones: %v", task.sandbox, ids)
	}
	task.finds(true)
	own := newTask(t, engine, backend.SandboxSpec{Names: backend.Names{Servers: []string{"169.254.169.253"}}})
	if slices.Contains(ids, own.sandbox) {
		t.Error("a sandbox with servers of its own is a warm one")
	}
	own.finds(false)
}
