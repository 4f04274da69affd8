package docker_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/api/types/network"
	"github.com/moby/moby/client"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/backendtest"
	"github.com/ecs-emulator/ecs-emulator/backend/docker"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/dockertest"
)

// pairEnv names two engines of one swarm, of which the first manages it: two addresses with a comma between. `.ci/engines
// pair` makes such engines. Benchmarks of several engines run on more too, if more are named. requirePairEnv set to 1 makes
// tests fail for want of them.
const (
	pairEnv        = "ECS_EMULATOR_TEST_PAIR"
	requirePairEnv = "ECS_EMULATOR_REQUIRE_PAIR"
	// pairSecondEnv is a command that runs another one on the host of the second engine, and pairFirstEnv the address of the
	// host of the first one, on which the tests are.
	pairSecondEnv = "ECS_EMULATOR_TEST_PAIR_SECOND"
	pairFirstEnv  = "ECS_EMULATOR_TEST_PAIR_FIRST"
)

// pairHosts are the addresses of the two engines.
func pairHosts(t testing.TB) [2]string {
	t.Helper()
	return [2]string(swarmHosts(t)[:2])
}

// swarmHosts are the addresses of all engines that are named, which are two or more.
func swarmHosts(t testing.TB) []string {
	t.Helper()
	hosts := strings.Split(os.Getenv(pairEnv), ",")
	switch {
	case len(hosts) > 1:
	case os.Getenv(requirePairEnv) == "1":
		t.Fatalf("%s=1, but %s names no two engines of a swarm", requirePairEnv, pairEnv)
	default:
		t.Skipf("%s names no two engines of a swarm: .ci/engines pair has them", pairEnv)
	}
	return hosts
}

// openPair opens the two engines for an owner, and removes what that has when the test ends.
func openPair(t testing.TB, owner string) (a, b *docker.Engine) {
	t.Helper()
	hosts := pairHosts(t)
	engines := openEmptied(t, owner, hosts[:]...)
	return engines[0], engines[1]
}

// openEmptied opens engines of one swarm for an owner, and removes what that has when the test ends.
func openEmptied(t testing.TB, owner string, hosts ...string) []*docker.Engine {
	t.Helper()
	engines := openSwarm(t, owner, hosts...)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
		defer cancel()
		for _, engine := range engines {
			if err := engine.RemoveAll(ctx); err != nil {
				t.Error(err)
			}
		}
	})
	return engines
}

// openSwarm opens engines of one swarm for an owner, and closes them when the test ends.
func openSwarm(t testing.TB, owner string, hosts ...string) (engines []*docker.Engine) {
	t.Helper()
	swarm := docker.NewSwarm(docker.SwarmOptions{})
	for i, host := range hosts {
		engine, err := docker.Open(t.Context(), docker.Options{Host: host, Owner: owner, Name: string(rune('a' + i)), Swarm: swarm})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = engine.Close() })
		engines = append(engines, engine)
	}
	if err := swarm.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	return engines
}

// TestPair is the contract of engines that share networks, on two of one swarm: the suite on each, and what crosses them.
func TestPair(t *testing.T) {
	backendtest.RunPair(t, pairFixtures(t))
}

// TestPairAcross is what crosses them alone.
func TestPairAcross(t *testing.T) {
	backendtest.RunAcross(t, pairFixtures(t))
}

func pairFixtures(t *testing.T) func(t *testing.T) backendtest.PairFixture {
	t.Helper()
	hosts := pairHosts(t)
	var images [2]string
	for i, host := range hosts {
		images[i] = dockertest.ImageOn(t, host)
	}
	registry := dockertest.NewRegistry(t, "", "")
	outside := serveOutside(t)
	return func(t *testing.T) backendtest.PairFixture {
		swarm, owner := docker.NewSwarm(docker.SwarmOptions{}), dockertest.Owner()
		var fixtures [2]backendtest.Fixture
		for i, host := range hosts {
			link := newLinkTo(t, host)
			engine, err := docker.Open(t.Context(), docker.Options{
				Owner: owner, Host: "unix://" + link.path, Name: string(rune('a' + i)), Swarm: swarm, WarmSandboxes: 1,
			})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = engine.Close() })
			fixtures[i] = backendtest.Fixture{
				Engine: engine, Image: images[i], AppPath: dockertest.AppPath,
				MissingImage: "127.0.0.1:1/no/such:image", Lose: link.lose, Restore: link.restore, Hang: link.hang, Resume: link.resume,
				Discard: discardOn(host), ResolverElsewhere: i > 0,
			}
		}
		fixtures[0].PullableImage = registry.Image(t) // which the first engine alone reaches
		if err := swarm.Check(t.Context()); err != nil {
			t.Fatal(err)
		}
		return backendtest.PairFixture{A: fixtures[0], B: fixtures[1], Outside: outside, FromHost: fromSecondHost}
	}
}

// discardOn removes a volume that an engine leaves.
func discardOn(host string) func(t *testing.T, volume string) {
	return func(t *testing.T, volume string) {
		cli, err := client.New(client.WithHost(host))
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = cli.Close() }()
		if _, err := cli.VolumeRemove(context.Background(), volume, client.VolumeRemoveOptions{Force: true}); err != nil {
			t.Error(err)
		}
	}
}

// serveOutside answers HTTP at the address of the first engine's host.
func serveOutside(t *testing.T) netip.AddrPort {
	t.Helper()
	listener, err := net.Listen("tcp", net.JoinHostPort(os.Getenv(pairFirstEnv), "0"))
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("outside")) })}
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(func() { _ = server.Close() })
	return listener.Addr().(*net.TCPAddr).AddrPort()
}

// fromSecondHost asks an address from the host of the second engine.
func fromSecondHost(t *testing.T, to netip.AddrPort) (answered bool) {
	t.Helper()
	words := append(strings.Fields(os.Getenv(pairSecondEnv)), "curl", "--silent", "--max-time", "3", "http://"+to.String()+"/")
	err := exec.CommandContext(t.Context(), words[0], words[1:]...).Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return err == nil
}

func TestSwarmEnginesShareTheNetworkOfAVPC(t *testing.T) {
	a, b := openPair(t, dockertest.Owner())
	made, err := b.EnsureNetwork(t.Context(), backend.NetworkSpec{Name: "vpc"})
	if err != nil {
		t.Fatal(err)
	}
	if found, err := a.EnsureNetwork(t.Context(), backend.NetworkSpec{Name: "vpc"}); err != nil || found.ID != made.ID {
		t.Errorf("the other engine has %+v, %v; want %+v", found, err, made)
	}
	for name, engine := range map[string]*docker.Engine{"a": a, "b": b} {
		if list, err := engine.Networks(t.Context(), nil); err != nil || len(list) != 1 || list[0].ID != made.ID {
			t.Errorf("%s lists %+v, %v", name, list, err)
		}
	}
	var sandboxes []backend.Container
	for _, engine := range []*docker.Engine{a, b} {
		c, err := engine.CreateSandbox(t.Context(), backend.SandboxSpec{Name: dockertest.Owner(), Network: "vpc"})
		if err != nil {
			t.Fatal(err)
		}
		if err := engine.Start(t.Context(), c.ID); err != nil {
			t.Fatal(err)
		}
		sandboxes = append(sandboxes, c)
	}
	if sandboxes[0].IP == sandboxes[1].IP {
		t.Errorf("both have %s", sandboxes[0].IP)
	}
	began := time.Now()
	_, err = a.CreateSandbox(t.Context(), backend.SandboxSpec{Name: dockertest.Owner(), Network: "vpc", IP: sandboxes[1].IP})
	took := time.Since(began)
	t.Logf("an address of the other engine is refused after %s", took)
	if !errors.Is(err, backend.ErrAddressInUse) || took > time.Second {
		t.Errorf("an address of the other engine: %v after %s", err, took)
	}
	if err := a.RemoveNetwork(t.Context(), "vpc"); err == nil || !strings.Contains(err.Error(), "active endpoints") {
		t.Errorf("a network in use on both is removed: %v", err)
	}
	if err := a.Remove(t.Context(), sandboxes[0].ID); err != nil {
		t.Fatal(err)
	}
	if err := a.RemoveNetwork(t.Context(), "vpc"); err == nil || !strings.Contains(err.Error(), "active endpoints") {
		t.Errorf("a network in use on the other engine is removed: %v", err)
	}
	if err := b.Remove(t.Context(), sandboxes[1].ID); err != nil {
		t.Fatal(err)
	}
	if err := a.RemoveNetwork(t.Context(), "vpc"); err != nil {
		t.Error(err)
	}
	if list, err := b.Networks(t.Context(), nil); err != nil || len(list) != 0 {
		t.Errorf("the other engine lists %+v, %v after the removal", list, err)
	}
	again, err := b.EnsureNetwork(t.Context(), backend.NetworkSpec{Name: "vpc"})
	if err != nil || again.ID == made.ID {
		t.Errorf("made again: %+v, %v", again, err)
	}
}

// A network of a swarm may be in use on an engine that a sweep does not see.
func TestSwarmNetworksOfTheDeadGoWithTheLastEngine(t *testing.T) {
	t.Parallel()
	hosts, dead := pairHosts(t), dockertest.Owner()
	engines := openSwarm(t, dead, hosts[:]...)
	made, err := engines[0].EnsureNetwork(t.Context(), backend.NetworkSpec{Name: "vpc"})
	if err != nil {
		t.Fatal(err)
	}
	for _, engine := range engines {
		c, err := engine.CreateSandbox(t.Context(), backend.SandboxSpec{Name: dockertest.Owner(), Network: "vpc"})
		if err != nil {
			t.Fatal(err)
		}
		if err := engine.Start(t.Context(), c.ID); err != nil {
			t.Fatal(err)
		}
	}
	for _, engine := range engines {
		if err := engine.Close(); err != nil {
			t.Fatal(err)
		}
	}
	has := func(engine *docker.Engine) (containers, networks int) {
		owners, err := engine.Owners(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range owners {
			if o.ID == dead {
				return o.Containers, o.Networks
			}
		}
		return 0, 0
	}
	one := openSwarm(t, dockertest.Owner(), hosts[0])[0]
	eventually(t, "a sweep of one engine has removed its sandbox", func() bool {
		if _, err := one.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		containers, _ := has(one)
		return containers == 0
	})
	if _, networks := has(one); networks != 1 {
		t.Errorf("a sweep of one engine leaves %d networks of the swarm; want %s", networks, made.ID)
	}
	both := openSwarm(t, dockertest.Owner(), hosts[:]...)
	eventually(t, "a sweep of both engines has removed the network", func() bool {
		for _, engine := range both {
			if _, err := engine.Sweep(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		_, networks := has(both[0])
		return networks == 0
	})
}

// The engine refuses an address that is in use after 20 seconds, and does not say why.
func TestSwarmAddressOfAnothersContainerIsInUse(t *testing.T) {
	t.Parallel()
	a, b := openPair(t, dockertest.Owner())
	n, err := a.EnsureNetwork(t.Context(), backend.NetworkSpec{Name: "vpc"})
	if err != nil {
		t.Fatal(err)
	}
	sandbox, err := b.CreateSandbox(t.Context(), backend.SandboxSpec{Name: dockertest.Owner(), Network: "vpc"})
	if err != nil {
		t.Fatal(err)
	}
	cli := dockertest.Client(t)
	found, err := cli.NetworkInspect(t.Context(), n.ID, client.NetworkInspectOptions{})
	if err != nil {
		t.Fatal(err)
	}
	other, err := cli.ContainerCreate(t.Context(), client.ContainerCreateOptions{
		Config:     &container.Config{Image: dockertest.Image(t), Cmd: []string{"sleep", "10m"}},
		HostConfig: &container.HostConfig{NetworkMode: container.NetworkMode(found.Network.Name)},
		NetworkingConfig: &network.NetworkingConfig{EndpointsConfig: map[string]*network.EndpointSettings{
			found.Network.Name: {IPAMConfig: &network.EndpointIPAMConfig{IPv4Address: sandbox.IP}},
		}},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := cli.ContainerRemove(context.Background(), other.ID, client.ContainerRemoveOptions{Force: true}); err != nil {
			t.Error(err)
		}
	})
	if _, err := cli.ContainerStart(t.Context(), other.ID, client.ContainerStartOptions{}); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	err = b.Start(t.Context(), sandbox.ID)
	if !errors.Is(err, backend.ErrAddressInUse) || !strings.Contains(err.Error(), sandbox.IP.String()) {
		t.Errorf("after %s the start says %v; want that %s is in use", time.Since(began), err, sandbox.IP)
	}
}
