package docker_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/api/types/network"
	"github.com/moby/moby/client"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/docker"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/dockertest"
	"github.com/ecs-emulator/ecs-emulator/backend/internal/ipam"
)

func ensureNetwork(t *testing.T, engine *docker.Engine, name string) backend.Network {
	t.Helper()
	n, err := engine.EnsureNetwork(t.Context(), backend.NetworkSpec{Name: name})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestNetworksOfTwoOwnersDoNotOverlap(t *testing.T) {
	t.Parallel()
	var (
		ranges []netip.Prefix
		mu     sync.Mutex
		wait   sync.WaitGroup
	)
	for range 2 {
		engine := dockertest.Engine(t)
		for _, vpc := range []string{"vpc-1", "vpc-2"} {
			wait.Go(func() {
				n, err := engine.EnsureNetwork(context.Background(), backend.NetworkSpec{Name: vpc})
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				defer mu.Unlock()
				ranges = append(ranges, n.CIDR)
			})
		}
	}
	wait.Wait()
	for i, a := range ranges {
		for _, b := range ranges[:i] {
			if a.Overlaps(b) {
				t.Errorf("%s overlaps %s", a, b)
			}
		}
	}
}

func TestNetworkIsFoundAgainAfterARestart(t *testing.T) {
	t.Parallel()
	owner := dockertest.Owner()
	removeAllOf(t, owner)
	first := ensureNetwork(t, open(t, owner), "vpc-1")
	restarted := open(t, owner)
	// Without asking for the network again: it is the same owner's.
	if _, err := restarted.CreateSandbox(t.Context(), backend.SandboxSpec{Name: owner, Network: "vpc-1"}); err != nil {
		t.Error(err)
	}
	if again := ensureNetwork(t, restarted, "vpc-1"); again.ID != first.ID || again.CIDR != first.CIDR {
		t.Errorf("after a restart %+v; want %+v", again, first)
	}
}

// emulatorContainer stands for the container in which the emulator would run.
func emulatorContainer(t testing.TB, networkName string) (id string) {
	t.Helper()
	cli := dockertest.Client(t)
	made, err := cli.ContainerCreate(t.Context(), client.ContainerCreateOptions{
		Config:     &container.Config{Image: dockertest.Image(t), Cmd: []string{"sleep", "10m"}},
		HostConfig: &container.HostConfig{NetworkMode: container.NetworkMode(networkName)},
		Name:       dockertest.Owner(),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := cli.ContainerRemove(context.Background(), made.ID, client.ContainerRemoveOptions{Force: true}); err != nil {
			t.Error(err)
		}
	})
	if _, err := cli.ContainerStart(t.Context(), made.ID, client.ContainerStartOptions{}); err != nil {
		t.Fatal(err)
	}
	return made.ID
}

func networksOf(t *testing.T, id string) map[string]*network.EndpointSettings {
	t.Helper()
	found, err := dockertest.Client(t).ContainerInspect(t.Context(), id, client.ContainerInspectOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return found.Container.NetworkSettings.Networks
}

func TestEmulatorInAContainerJoinsTheNetwork(t *testing.T) {
	t.Parallel()
	self := emulatorContainer(t, "bridge")
	engine := dockertest.Engine(t)
	if err := engine.RunInContainer(t.Context(), dockertest.Client(t), self); err != nil {
		t.Fatal(err)
	}
	n := ensureNetwork(t, engine, "vpc-1")
	if again := ensureNetwork(t, engine, "vpc-1"); again.ID != n.ID {
		t.Errorf("second time %+v; want %+v", again, n)
	}
	if got := len(networksOf(t, self)); got != 2 {
		t.Errorf("the emulator's container is on %d networks; want 2", got)
	}
	if info, err := engine.Info(t.Context()); err != nil || !info.Reachable {
		t.Errorf("Info = %+v, %v; want sandboxes to be reachable", info, err)
	}
	if err := engine.RemoveAll(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := len(networksOf(t, self)); got != 1 {
		t.Errorf("after RemoveAll the emulator's container is on %d networks; want 1", got)
	}
}

// labelledNetwork makes a network that asks to be the VPC, with a range that is
// free: other tests, also those of other packages, make networks at the same time.
func labelledNetwork(t *testing.T) (id, name string, cidr netip.Prefix) {
	t.Helper()
	cli, name := dockertest.Client(t), dockertest.Owner()
	const ranges = 50 // tests of other packages have those above
	first := rand.IntN(ranges)
	for n := range ranges {
		cidr = netip.PrefixFrom(netip.AddrFrom4([4]byte{10, byte((first + n) % ranges)}), 16)
		made, err := cli.NetworkCreate(t.Context(), name, client.NetworkCreateOptions{
			Driver: "bridge", Labels: map[string]string{"ecs-emulator.vpc": "yes"},
			IPAM: &network.IPAM{Config: []network.IPAMConfig{{Subnet: cidr, IPRange: ipam.EngineShare(cidr)}}},
		})
		if err != nil && strings.Contains(err.Error(), "overlaps") {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { removeNetwork(t, made.ID) })
		return made.ID, name, cidr
	}
	t.Fatal("no range of 10.0.0.0 to 10.49.255.255 is free")
	return "", "", cidr
}

func TestEmulatorInAContainerAdoptsTheLabelledNetwork(t *testing.T) {
	t.Parallel()
	cli := dockertest.Client(t)
	made, name, cidr := labelledNetwork(t)
	engine := dockertest.Engine(t)
	if err := engine.RunInContainer(t.Context(), cli, emulatorContainer(t, name)); err != nil {
		t.Fatal(err)
	}
	if n := ensureNetwork(t, engine, "vpc-1"); n.ID != made || n.CIDR != cidr || n.Name != "vpc-1" {
		t.Errorf("vpc-1 is %+v; want the labelled network %s, %v", n, made, cidr)
	}
	if n := ensureNetwork(t, engine, "vpc-2"); n.ID == made {
		t.Errorf("vpc-2 is the labelled network too")
	}
	task := newTask(t, engine, backend.SandboxSpec{})
	if c := task.inspect(task.sandbox); !c.IP.IsValid() {
		t.Errorf("sandbox %+v has no address", c)
	}
	if err := engine.RemoveAll(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := cli.NetworkInspect(t.Context(), made, client.NetworkInspectOptions{}); err != nil {
		t.Errorf("the user's network is gone: %v", err)
	}
}

// TestALabelledNetworkWithoutASubnetIsNotAdopted, as the engine would refuse the
// address of each task.
func TestALabelledNetworkWithoutASubnetIsNotAdopted(t *testing.T) {
	t.Parallel()
	cli, name := dockertest.Client(t), dockertest.Owner()
	made, err := cli.NetworkCreate(t.Context(), name, client.NetworkCreateOptions{
		Driver: "bridge", Labels: map[string]string{"ecs-emulator.vpc": "yes"},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { removeNetwork(t, made.ID) })
	engine, self := dockertest.Engine(t), emulatorContainer(t, name)
	if err := engine.RunInContainer(t.Context(), cli, self); err != nil {
		t.Fatal(err)
	}
	if n := ensureNetwork(t, engine, "vpc"); n.ID == made.ID {
		t.Errorf("the VPC is %+v, the labelled network", n)
	}
	task := newTask(t, engine, backend.SandboxSpec{})
	if c := task.inspect(task.sandbox); c.State != backend.Running || len(networksOf(t, self)) != 2 {
		t.Errorf("sandbox %+v; the emulator is on the networks %v", c, networksOf(t, self))
	}
}

// TestEmulatorInAContainerWithoutANetworkOfItsOwn cannot join the VPC.
func TestEmulatorInAContainerWithoutANetworkOfItsOwn(t *testing.T) {
	t.Parallel()
	cli := dockertest.Client(t)
	for name, mode := range map[string]string{
		"the host's": "host", "none": "none", "another container's": "container:" + emulatorContainer(t, "bridge"),
	} {
		t.Run(name, func(t *testing.T) {
			engine := dockertest.Engine(t)
			if err := engine.RunInContainer(t.Context(), cli, emulatorContainer(t, mode)); err != nil {
				t.Fatal(err)
			}
			task := newTask(t, engine, backend.SandboxSpec{})
			if c := task.inspect(task.sandbox); c.State != backend.Running {
				t.Errorf("sandbox %+v", c)
			}
		})
	}
}

func TestAddressOfAnotherContainer(t *testing.T) {
	t.Parallel()
	engine, cli := dockertest.Engine(t), dockertest.Client(t)
	n := ensureNetwork(t, engine, "vpc")
	base := n.CIDR.Addr().As4()
	base[2] = 7
	subnet := netip.PrefixFrom(netip.AddrFrom4(base), 28)
	first, err := engine.ReserveAddress(t.Context(), "vpc", subnet)
	if err != nil {
		t.Fatal(err)
	}
	engine.ReleaseAddress("vpc", first)
	stranger := emulatorContainer(t, "none")
	if _, err := cli.NetworkDisconnect(t.Context(), "none", client.NetworkDisconnectOptions{Container: stranger, Force: true}); err != nil {
		t.Fatal(err)
	}
	base[3] = first.As4()[3] + 1 // the next that a sandbox gets
	settings := &network.EndpointSettings{IPAMConfig: &network.EndpointIPAMConfig{IPv4Address: netip.AddrFrom4(base)}}
	if _, err := cli.NetworkConnect(t.Context(), n.ID, client.NetworkConnectOptions{Container: stranger, EndpointConfig: settings}); err != nil {
		t.Fatal(err)
	}
	spec := backend.SandboxSpec{Name: dockertest.Owner(), Network: "vpc", Subnet: subnet}
	c, err := engine.CreateSandbox(t.Context(), spec)
	if err != nil || c.IP != netip.AddrFrom4(base) {
		t.Fatalf("CreateSandbox: %+v, %v; want the stranger's address", c, err)
	}
	err = engine.Start(t.Context(), c.ID)
	if !errors.Is(err, backend.ErrAddressInUse) || !strings.HasPrefix(err.Error(), "Error response from daemon: ") {
		t.Errorf("Start = %v; want ErrAddressInUse with the engine's text", err)
	}
	if err := engine.Remove(t.Context(), c.ID); err != nil {
		t.Fatal(err)
	}
	again, err := engine.CreateSandbox(t.Context(), spec)
	if err != nil || again.IP == c.IP {
		t.Fatalf("CreateSandbox again: %+v, %v; want another address", again, err)
	}
	if err := engine.Start(t.Context(), again.ID); err != nil {
		t.Error(err)
	}
	found, err := cli.ContainerInspect(t.Context(), again.ID, client.ContainerInspectOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for _, endpoint := range found.Container.NetworkSettings.Networks {
		if endpoint.IPAddress != again.IP || endpoint.MacAddress.String() != again.MAC {
			t.Errorf("the engine gave %s and %s; want %v and %s", endpoint.IPAddress, endpoint.MacAddress, again.IP, again.MAC)
		}
	}
}

func TestAddressesAreKnownAfterARestart(t *testing.T) {
	t.Parallel()
	owner := dockertest.Owner()
	removeAllOf(t, owner)
	first := newTask(t, open(t, owner), backend.SandboxSpec{})
	second := newTask(t, open(t, owner), backend.SandboxSpec{})
	if first.ip == second.ip {
		t.Errorf("two sandboxes have the address %v", first.ip)
	}
}

func TestAnIsolatedNetworkHasNoAddressOfTheHost(t *testing.T) {
	t.Parallel()
	engine := dockertest.Engine(t)
	for isolated, want := range map[bool]int{false: 1, true: 0} {
		n, err := engine.EnsureNetwork(t.Context(), backend.NetworkSpec{Name: fmt.Sprint("vpc-", isolated), Isolated: isolated})
		if err != nil {
			t.Fatal(err)
		}
		addresses, err := net.InterfaceAddrs()
		if err != nil {
			t.Fatal(err)
		}
		held := 0
		for _, a := range addresses {
			if prefix, err := netip.ParsePrefix(a.String()); err == nil && prefix.Addr() == n.Gateway {
				held++
			}
		}
		if held != want {
			t.Errorf("isolated %v: the host has the gateway's address %d times, want %d", isolated, held, want)
		}
	}
}

func TestDial(t *testing.T) {
	t.Parallel()
	for name, prepare := range map[string]func(*docker.Engine){
		"directly":    func(*docker.Engine) {},
		"from inside": (*docker.Engine).DialInside,
	} {
		t.Run(name, func(t *testing.T) {
			engine := dockertest.Engine(t)
			big := strings.Repeat("x", 100_000)
			task := newTask(t, engine, backend.SandboxSpec{Domain: "ec2.internal"})
			task.says(task.run(backend.ContainerSpec{}, "serve", "80", big), "listening")
			prepare(engine)
			client := http.Client{Timeout: 2 * time.Minute, Transport: &http.Transport{
				DisableKeepAlives: true,
				DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
					return engine.Dial(ctx, "tcp", task.sandbox, 80)
				},
			}}
			for range 3 {
				answer, err := client.Get("http://task/")
				if err != nil {
					t.Fatal(err)
				}
				body, err := io.ReadAll(answer.Body)
				_ = answer.Body.Close()
				if err != nil || string(body) != big || answer.Header.Get("X-Hostname") != backend.HostName(task.ip, "ec2.internal") {
					t.Errorf("answer of %d bytes from %q (%v)", len(body), answer.Header.Get("X-Hostname"), err)
				}
			}
			if conn, err := engine.Dial(t.Context(), "tcp", task.sandbox, 81); err == nil || !strings.Contains(err.Error(), "connection refused") {
				t.Errorf("Dial where nothing listens = %v, %v; want a refusal", conn, err)
			}
			halfClose(t, engine, task)
		})
	}
}

// halfClose sends a request, says that no more comes, and still gets the answer.
func halfClose(t *testing.T, engine *docker.Engine, task *task) {
	t.Helper()
	conn, err := engine.Dial(t.Context(), "tcp", task.sandbox, 80)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	if _, err := io.WriteString(conn, "GET /health HTTP/1.0\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	if err := conn.(interface{ CloseWrite() error }).CloseWrite(); err != nil {
		t.Fatal(err)
	}
	answer, err := io.ReadAll(conn)
	if err != nil || !strings.HasSuffix(string(answer), "healthy") {
		t.Errorf("after half a close: %q, %v", answer, err)
	}
}
