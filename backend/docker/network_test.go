package docker_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/network"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/docker"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/dockertest"
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
				ranges = append(ranges, netip.MustParsePrefix(n.CIDR))
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
	if again := ensureNetwork(t, restarted, "vpc-1"); again != first {
		t.Errorf("after a restart %+v; want %+v", again, first)
	}
}

// emulatorContainer stands for the container in which the emulator would run.
func emulatorContainer(t *testing.T, networkName string) (id string) {
	t.Helper()
	cli := dockertest.Client(t)
	made, err := cli.ContainerCreate(t.Context(),
		&container.Config{Image: dockertest.Image(t), Cmd: []string{"sleep", "10m"}},
		&container.HostConfig{NetworkMode: container.NetworkMode(networkName)}, nil, nil, dockertest.Owner())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := cli.ContainerRemove(context.Background(), made.ID, container.RemoveOptions{Force: true}); err != nil {
			t.Error(err)
		}
	})
	if err := cli.ContainerStart(t.Context(), made.ID, container.StartOptions{}); err != nil {
		t.Fatal(err)
	}
	return made.ID
}

func networksOf(t *testing.T, id string) map[string]*network.EndpointSettings {
	t.Helper()
	found, err := dockertest.Client(t).ContainerInspect(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return found.NetworkSettings.Networks
}

func TestEmulatorInAContainerJoinsTheNetwork(t *testing.T) {
	t.Parallel()
	self := emulatorContainer(t, "bridge")
	engine := dockertest.Engine(t)
	if err := engine.RunInContainer(t.Context(), dockertest.Client(t), self); err != nil {
		t.Fatal(err)
	}
	n := ensureNetwork(t, engine, "vpc-1")
	if again := ensureNetwork(t, engine, "vpc-1"); again != n {
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

func TestEmulatorInAContainerAdoptsTheLabelledNetwork(t *testing.T) {
	t.Parallel()
	cli, name := dockertest.Client(t), dockertest.Owner()
	made, err := cli.NetworkCreate(t.Context(), name, network.CreateOptions{
		Driver: "bridge", Labels: map[string]string{"ecs-emulator.vpc": "yes"},
		IPAM: &network.IPAM{Config: []network.IPAMConfig{{Subnet: "10.73.0.0/16", IPRange: "10.73.240.0/20"}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := cli.NetworkRemove(context.Background(), made.ID); err != nil {
			t.Error(err)
		}
	})
	engine := dockertest.Engine(t)
	if err := engine.RunInContainer(t.Context(), cli, emulatorContainer(t, name)); err != nil {
		t.Fatal(err)
	}
	if n := ensureNetwork(t, engine, "vpc-1"); n.ID != made.ID || n.CIDR != "10.73.0.0/16" || n.Name != "vpc-1" {
		t.Errorf("vpc-1 is %+v; want the labelled network %s", n, made.ID)
	}
	if n := ensureNetwork(t, engine, "vpc-2"); n.ID == made.ID {
		t.Errorf("vpc-2 is the labelled network too")
	}
	task := newTask(t, engine, backend.SandboxSpec{IP: ""})
	if c := task.inspect(task.sandbox); c.IP == "" {
		t.Errorf("sandbox %+v has no address", c)
	}
	if err := engine.RemoveAll(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := cli.NetworkInspect(t.Context(), made.ID, network.InspectOptions{}); err != nil {
		t.Errorf("the user's network is gone: %v", err)
	}
}

func TestAddressOfSomebodyElse(t *testing.T) {
	t.Parallel()
	engine := dockertest.Engine(t)
	subnet := netip.MustParsePrefix(ensureNetwork(t, engine, "vpc").CIDR).Addr().As4()
	ip := fmt.Sprintf("%d.%d.7.7", subnet[0], subnet[1])
	holder := newTask(t, engine, backend.SandboxSpec{IP: ip, MAC: "0a:58:00:00:07:07"})
	second, err := engine.CreateSandbox(t.Context(), backend.SandboxSpec{Name: dockertest.Owner(), Network: "vpc", IP: ip})
	if err != nil {
		t.Fatal(err)
	}
	err = engine.Start(t.Context(), second)
	if !errors.Is(err, backend.ErrAddressInUse) || !strings.HasPrefix(err.Error(), "Error response from daemon: ") {
		t.Errorf("Start = %v; want ErrAddressInUse with the engine's text", err)
	}
	found, err := dockertest.Client(t).ContainerInspect(t.Context(), holder.sandbox)
	if err != nil {
		t.Fatal(err)
	}
	for _, endpoint := range found.NetworkSettings.Networks {
		if endpoint.IPAddress != ip || endpoint.MacAddress != "0a:58:00:00:07:07" {
			t.Errorf("holder has %s and %s", endpoint.IPAddress, endpoint.MacAddress)
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
			task := newTask(t, engine, backend.SandboxSpec{Hostname: "ip-10-0-0-7"})
			task.says(task.run(backend.ContainerSpec{}, "serve", "80", big), "listening")
			prepare(engine)
			client := http.Client{Timeout: 20 * time.Second, Transport: &http.Transport{
				DisableKeepAlives: true,
				DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
					return engine.Dial(ctx, task.sandbox, 80)
				},
			}}
			for range 3 {
				answer, err := client.Get("http://task/")
				if err != nil {
					t.Fatal(err)
				}
				body, err := io.ReadAll(answer.Body)
				_ = answer.Body.Close()
				if err != nil || string(body) != big || answer.Header.Get("X-Hostname") != "ip-10-0-0-7" {
					t.Errorf("answer of %d bytes from %q (%v)", len(body), answer.Header.Get("X-Hostname"), err)
				}
			}
			if conn, err := engine.Dial(t.Context(), task.sandbox, 81); err == nil || !strings.Contains(err.Error(), "connection refused") {
				t.Errorf("Dial where nobody listens = %v, %v; want a refusal", conn, err)
			}
			halfClose(t, engine, task)
		})
	}
}

// halfClose sends a request, says that no more comes, and still gets the answer.
func halfClose(t *testing.T, engine *docker.Engine, task *task) {
	t.Helper()
	conn, err := engine.Dial(t.Context(), task.sandbox, 80)
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
