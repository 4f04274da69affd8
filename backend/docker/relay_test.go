package docker_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/moby/moby/client"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/docker"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/dockertest"
	"github.com/ecs-emulator/ecs-emulator/internal/base/testall"
)

// home answers who connects to an engine's relay, and notes from where.
type home struct {
	mu    sync.Mutex
	froms []string
}

func newHome(t *testing.T, engine *docker.Engine) *home {
	t.Helper()
	return serveHome(t, engine.Listen(), "home")
}

// serveHome answers who connects, and notes from where.
func serveHome(t *testing.T, listener net.Listener, answer string) *home {
	t.Helper()
	h := new(home)
	server := http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host, _, _ := net.SplitHostPort(r.RemoteAddr)
		h.mu.Lock()
		h.froms = append(h.froms, host)
		h.mu.Unlock()
		_, _ = io.WriteString(w, answer)
	})}
	go server.Serve(listener) //nolint:errcheck // it ends with Close
	t.Cleanup(func() { _ = server.Close() })
	return h
}

func (h *home) visitors() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.froms)
}

var homeURL = fmt.Sprintf("http://%s:%d/", backend.RelayName, backend.RelayPort)

// relayOf is the id of an owner's relay.
func relayOf(t *testing.T, engine *docker.Engine) string {
	t.Helper()
	found, err := dockertest.Client(t).ContainerList(t.Context(), client.ContainerListOptions{Filters: make(client.Filters).
		Add("label", "ecs-emulator.kind=relay").
		Add("label", "ecs-emulator.owner="+engine.Owner())})
	if err != nil {
		t.Fatal(err)
	}
	if len(found.Items) != 1 {
		return ""
	}
	return found.Items[0].ID
}

// overTCP opens the engine as a remote one, behind a proxy.
func overTCP(t *testing.T) *docker.Engine {
	t.Helper()
	testall.Only(t, "the other tests on Docker")
	dockertest.Require(t)
	behind := newLink(t)
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go proxy(conn.(*net.TCPConn), behind.path)
		}
	}()
	engine, err := docker.Open(t.Context(), docker.Options{Owner: dockertest.Owner(), Host: "tcp://" + listener.Addr().String()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := engine.RemoveAll(context.Background()); err != nil {
			t.Error(err)
		}
		_ = engine.Close()
		_ = listener.Close()
	})
	return engine
}

func proxy(near *net.TCPConn, path string) {
	far, err := net.Dial("unix", path)
	if err != nil {
		_ = near.Close()
		return
	}
	go func() {
		_, _ = io.Copy(near, far)
		_ = near.CloseWrite()
	}()
	_, _ = io.Copy(far, near)
	_ = far.(*net.UnixConn).CloseWrite()
}

func TestContainersReachTheEmulator(t *testing.T) {
	t.Parallel()
	for name, open := range map[string]func(*testing.T) *docker.Engine{
		"of a local engine":  func(t *testing.T) *docker.Engine { return dockertest.Engine(t) },
		"of a remote engine": overTCP,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			engine := open(t)
			h := newHome(t, engine)
			task := newTask(t, engine, backend.SandboxSpec{})
			if c := task.exited(task.run(backend.ContainerSpec{}, "check", homeURL)); c.ExitCode != 0 {
				t.Errorf("check exits %d: %q", c.ExitCode, task.lines(c.ID, backend.LogOptions{}))
			}
			if got := h.visitors(); !slices.Equal(got, []string{task.ip.String()}) {
				t.Errorf("visitors %v, want the task's address %s", got, task.ip)
			}
			var warned bool
			list, err := engine.List(t.Context(), nil)
			for _, c := range list {
				warned = warned || strings.Contains(c.Name, "relay")
			}
			if err != nil || warned {
				t.Errorf("the relay is listed among the containers: %v", err)
			}
			// It comes back when it is killed.
			first := relayOf(t, engine)
			if _, err := dockertest.Client(t).ContainerKill(t.Context(), first, client.ContainerKillOptions{Signal: "KILL"}); err != nil {
				t.Fatal(err)
			}
			eventually(t, "another relay runs", func() bool { id := relayOf(t, engine); return id != "" && id != first })
			again := task.run(backend.ContainerSpec{}, "check", homeURL)
			if c := task.exited(again); c.ExitCode != 0 {
				t.Errorf("check exits %d after the relay was killed: %q", c.ExitCode, task.lines(again, backend.LogOptions{}))
			}
		})
	}
}

// A container of bridge mode goes through its machine, whose address it has for others.
func TestContainersOfAMachineReachTheEmulator(t *testing.T) {
	t.Parallel()
	engine := dockertest.Engine(t)
	h := newHome(t, engine)
	m := newMachine(t, engine, backend.SandboxSpec{}, "serve", "8080")
	id := m.run(backend.ContainerSpec{Network: "bridge-" + m.name}, "check", homeURL)
	if c := m.exited(id); c.ExitCode != 0 {
		t.Errorf("check exits %d: %q", c.ExitCode, m.lines(id, backend.LogOptions{}))
	}
	if got := h.visitors(); !slices.Equal(got, []string{m.ip.String()}) {
		t.Errorf("visitors %v, want the machine's address %s", got, m.ip)
	}
}

func TestTheRelayLeavesANetwork(t *testing.T) {
	t.Parallel()
	engine := dockertest.Engine(t)
	newHome(t, engine)
	task := newTask(t, engine, backend.SandboxSpec{})
	other := ensureNetwork(t, engine, "vpc-2")
	eventually(t, "the relay is on both networks", func() bool {
		id := relayOf(t, engine)
		if id == "" {
			return false
		}
		found, err := dockertest.Client(t).ContainerInspect(t.Context(), id, client.ContainerInspectOptions{})
		return err == nil && len(found.Container.NetworkSettings.Networks) == 3 // the default bridge, too
	})
	if found, err := dockertest.Client(t).ContainerInspect(t.Context(), relayOf(t, engine), client.ContainerInspectOptions{}); err != nil || found.Container.HostConfig.Sysctls["net.ipv4.ip_forward"] != "0" {
		t.Errorf("the relay leads packets from one network to the other: %v", err)
	}
	if err := engine.RemoveNetwork(t.Context(), "vpc-2"); err != nil {
		t.Error(err)
	}
	if err := engine.RemoveNetwork(t.Context(), "vpc"); err == nil {
		t.Error("a network with a task is removed")
	}
	if c := task.exited(task.run(backend.ContainerSpec{}, "check", homeURL)); c.ExitCode != 0 {
		t.Error("a task does not reach the emulator when another network is gone")
	}
	if again := ensureNetwork(t, engine, "vpc-2"); again.ID == other.ID {
		t.Error("the network was not removed")
	}
}

// remoteTask is a task whose address counts as out of reach, with a server.
func remoteTask(t *testing.T) *task {
	t.Helper()
	task := newTask(t, dockertest.Engine(t), backend.SandboxSpec{})
	task.says(task.run(backend.ContainerSpec{}, "serve", "80", "hello"), "listening")
	task.engine.DialInside()
	return task
}

func (t *task) dial(network string, port int) net.Conn {
	t.Helper()
	conn, err := t.engine.Dial(t.Context(), network, t.sandbox, port)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(5 * time.Minute))
	return conn
}

// get asks over a connection of its own.
func (t *task) get(path string) (string, error) {
	client := http.Client{Timeout: 2 * time.Minute, Transport: &http.Transport{
		DisableKeepAlives: true,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return t.engine.Dial(ctx, "tcp", t.sandbox, 80)
		},
	}}
	answer, err := client.Get("http://task" + path)
	if err != nil {
		return "", err
	}
	defer func() { _ = answer.Body.Close() }()
	body, err := io.ReadAll(answer.Body)
	return string(body), err
}

// One that does not read what it has asked for holds up no other connection.
func TestDialOverTheRelay(t *testing.T) {
	t.Parallel()
	task := remoteTask(t)
	stuck := task.dial("tcp", 80)
	if _, err := io.WriteString(stuck, "GET /zeros?mib=64 HTTP/1.0\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	var wait sync.WaitGroup
	for range 50 {
		wait.Go(func() {
			for range 4 {
				if body, err := task.get("/"); body != "hello" {
					t.Errorf("%q, %v", body, err)
				}
			}
		})
	}
	wait.Wait()
	if body, err := task.get("/zeros?mib=32"); len(body) != 32<<20 {
		t.Errorf("%d bytes, %v", len(body), err)
	}
	if rest, err := io.ReadAll(stuck); len(rest) < 64<<20 {
		t.Errorf("the one that did not read gets %d bytes, %v", len(rest), err)
	}
	if conn, err := task.engine.Dial(t.Context(), "tcp", task.sandbox, 81); err == nil || !strings.Contains(err.Error(), "connection refused") || errors.Is(err, backend.ErrUnavailable) {
		t.Errorf("Dial where nothing listens = %v, %v", conn, err)
	}
}

func TestDialAfterTheRelayWasKilled(t *testing.T) {
	t.Parallel()
	task := remoteTask(t)
	conn := task.dial("tcp", 80)
	if _, err := dockertest.Client(t).ContainerKill(t.Context(), relayOf(t, task.engine), client.ContainerKillOptions{Signal: "KILL"}); err != nil {
		t.Fatal(err)
	}
	if n, err := conn.Read(make([]byte, 1)); err == nil || n > 0 {
		t.Error("a connection outlives its relay")
	}
	if body, err := task.get("/"); body != "hello" {
		t.Errorf("after the relay was killed: %q, %v", body, err)
	}
	if err := task.engine.RemoveAll(t.Context()); err != nil {
		t.Fatal(err)
	}
	if left := leftOver(t, task.engine.Owner()); len(left) > 0 {
		t.Errorf("left over: %v", left)
	}
}

// The way to the relay is through the engine only where there is no shorter one; either ends with
// the relay.
func TestTheWayToTheRelay(t *testing.T) {
	t.Parallel()
	for what, engine := range map[string]*docker.Engine{"short": dockertest.Engine(t), "through the engine": overTCP(t)} {
		newHome(t, engine)
		task := newTask(t, engine, backend.SandboxSpec{})
		engine.AwaitRelay(t.Context())
		if direct, within := engine.RelayIsDirect(t.Context()); direct != within {
			t.Errorf("%s: direct is %v, within reach %v", what, direct, within)
		}
		if c := task.exited(task.run(backend.ContainerSpec{}, "check", homeURL)); c.ExitCode != 0 {
			t.Errorf("%s: a task does not reach the emulator", what)
		}
		first := relayOf(t, engine)
		if _, err := dockertest.Client(t).ContainerKill(t.Context(), first, client.ContainerKillOptions{Signal: "KILL"}); err != nil {
			t.Fatal(err)
		}
		eventually(t, "another relay runs", func() bool { id := relayOf(t, engine); return id != "" && id != first })
		if c := task.exited(task.run(backend.ContainerSpec{}, "check", homeURL)); c.ExitCode != 0 {
			t.Errorf("%s: a task does not reach the emulator after its relay was killed", what)
		}
	}
}

func TestNothingIsLeftOfARelayThatIsBeingMade(t *testing.T) {
	t.Parallel()
	engine := dockertest.Engine(t)
	newHome(t, engine)
	for range 3 {
		ensureNetwork(t, engine, "vpc")
		if err := engine.RemoveAll(t.Context()); err != nil {
			t.Fatal(err)
		}
		engine.AwaitRelay(t.Context())
		if left := leftOver(t, engine.Owner()); len(left) > 0 {
			t.Errorf("left over: %v", left)
		}
	}
}
