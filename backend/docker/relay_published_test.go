package docker_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/moby/moby/client"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/docker"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/dockertest"
	"github.com/ecs-emulator/ecs-emulator/internal/base/testall"
)

// published opens an engine that believes to run in a container.
func published(t testing.TB, ports int) *docker.Engine {
	t.Helper()
	testall.Only(t, "the other tests on Docker")
	dockertest.Require(t)
	engine, err := docker.Open(t.Context(), docker.Options{Owner: dockertest.Owner(), HostPorts: ports})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := engine.RemoveAll(context.Background()); err != nil {
			t.Error(err)
		}
		_ = engine.Close()
	})
	if err := engine.RunInContainer(t.Context(), dockertest.Client(t), emulatorContainer(t, "bridge")); err != nil {
		t.Fatal(err)
	}
	return engine
}

func portsOf(t *testing.T, engine *docker.Engine) (tcp, udp []uint16) {
	t.Helper()
	tcp, udp, err := engine.PublishedPorts(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return tcp, udp
}

// takePort has something else listen at the first port that a relay would publish.
func takePort(t *testing.T) (port uint16) {
	t.Helper()
	for port = 14600; ; port++ {
		listener, err := net.Listen("tcp4", fmt.Sprintf("127.0.0.1:%d", port))
		if err == nil {
			t.Cleanup(func() { _ = listener.Close() })
			return port
		}
	}
}

func TestPublishedPorts(t *testing.T) {
	t.Parallel()
	taken := takePort(t)
	engine := published(t, 4)
	task := newTask(t, engine, backend.SandboxSpec{})
	task.says(task.run(backend.ContainerSpec{}, "serve", "80-81", "hello"), "listening")
	task.says(task.run(backend.ContainerSpec{}, "udp", "53", "pong"), "listening")
	tcp, udp := portsOf(t, engine)
	if len(tcp) != 4 || len(udp) != 1 || slices.Contains(tcp, taken) {
		t.Fatalf("published are %v and %v, want 4 and 1 without %d", tcp, udp, taken)
	}
	if other, _ := portsOf(t, published(t, 2)); len(other) != 2 || slices.Contains(tcp, other[0]) || slices.Contains(tcp, other[1]) {
		t.Errorf("another owner publishes %v beside %v", other, tcp)
	}
	lead := func(port uint16) []backend.PortForward {
		return []backend.PortForward{
			{Protocol: "tcp", Port: tcp[0], To: netip.AddrPortFrom(task.ip, port)},
			{Protocol: "udp", Port: udp[0], To: netip.AddrPortFrom(task.ip, 53)},
		}
	}
	if err := engine.SetPublished(t.Context(), lead(80)); err != nil {
		t.Fatal(err)
	}
	reached := func() {
		t.Helper()
		eventually(t, "a published port leads to the task", func() bool { return getFrom(tcp[0]) == "hello" })
		eventually(t, "a published port leads to the task for datagrams", func() bool { return pingAt(udp[0]) == "pong" })
	}
	reached()
	if got := getFrom(tcp[1]); got != "" {
		t.Errorf("a port that leads nowhere answers %q", got)
	}
	if c := task.exited(task.run(backend.ContainerSpec{}, "check", fmt.Sprintf("http://%s:%d/", relayIn(t, engine), tcp[0]))); c.ExitCode == 0 {
		t.Error("a task reaches another by a published port of the relay")
	}
	if err := engine.SetPublished(t.Context(), []backend.PortForward{{Protocol: "tcp", Port: taken, To: netip.AddrPortFrom(task.ip, 80)}}); err == nil {
		t.Error("a port leads somewhere that is not published")
	}

	// It holds for the next one.
	first := relayOf(t, engine)
	if _, err := dockertest.Client(t).ContainerKill(t.Context(), first, client.ContainerKillOptions{Signal: "KILL"}); err != nil {
		t.Fatal(err)
	}
	reached()
	if again, _ := portsOf(t, engine); !slices.Equal(again, tcp) || relayOf(t, engine) == first {
		t.Errorf("published are %v after the relay was killed, want %v", again, tcp)
	}
	if err := engine.SetPublished(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	if got := getFrom(tcp[0]); got != "" {
		t.Errorf("a port answers %q that leads nowhere any more", got)
	}
	if err := engine.Close(); err != nil {
		t.Error(err)
	}
	eventually(t, "ports are free after Close", func() bool {
		listener, err := net.Listen("tcp4", fmt.Sprintf("127.0.0.1:%d", tcp[0]))
		if err == nil {
			_ = listener.Close()
		}
		return err == nil
	})
}

// relayIn is the address of an owner's relay on the network of a VPC.
func relayIn(t *testing.T, engine *docker.Engine) string {
	t.Helper()
	found, err := dockertest.Client(t).ContainerInspect(t.Context(), relayOf(t, engine), client.ContainerInspectOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for name, endpoint := range found.Container.NetworkSettings.Networks {
		if name != "bridge" && endpoint.IPAddress.IsValid() {
			return endpoint.IPAddress.String()
		}
	}
	t.Fatal("the relay is on no network of a VPC")
	return ""
}

func TestNoPortsArePublishedOnThisHost(t *testing.T) {
	t.Parallel()
	engine := dockertest.Engine(t)
	if tcp, udp := portsOf(t, engine); len(tcp)+len(udp) > 0 || relayOf(t, engine) != "" {
		t.Errorf("published are %v and %v", tcp, udp)
	}
	if err := engine.SetPublished(t.Context(), nil); err != nil {
		t.Error(err)
	}
}

// getFrom is the answer of a port of the loopback address; empty is none.
func getFrom(port uint16) string {
	client := http.Client{Timeout: 2 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	answer, err := client.Get(fmt.Sprintf("http://127.0.0.1:%d/", port))
	if err != nil {
		return ""
	}
	defer func() { _ = answer.Body.Close() }()
	body, _ := io.ReadAll(answer.Body)
	return string(body)
}

// pingAt is the answer to a datagram.
func pingAt(port uint16) string {
	conn, err := net.Dial("udp4", fmt.Sprintf("127.0.0.1:%d", port))
	if err != nil {
		return ""
	}
	defer func() { _ = conn.Close() }()
	_ = conn.SetDeadline(time.Now().Add(time.Second))
	_, _ = io.WriteString(conn, "ping")
	b := make([]byte, 64)
	n, _ := conn.Read(b)
	return string(b[:n])
}
