package docker_test

import (
	"context"
	"encoding/hex"
	"io"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/moby/moby/client"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/balancer"
	"github.com/ecs-emulator/ecs-emulator/backend/balancer/control"
	"github.com/ecs-emulator/ecs-emulator/backend/docker"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/dockertest"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/door"
	"github.com/ecs-emulator/ecs-emulator/internal/base/testall"
)

// providesSSH has the test binary be found as the ssh command.
func providesSSH() (end func(), err error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "ssh")
	if err != nil {
		return nil, err
	}
	if err := os.Symlink(self, filepath.Join(dir, "ssh")); err != nil {
		return nil, err
	}
	err = os.Setenv("PATH", dir+string(os.PathListSeparator)+os.Getenv("PATH"))
	return func() { _ = os.RemoveAll(dir) }, err
}

// beSSH joins standard input and output to the socket that the host's name tells.
func beSSH(args []string) {
	i := slices.IndexFunc(args, func(arg string) bool {
		path, err := hex.DecodeString(arg)
		return err == nil && strings.HasPrefix(string(path), "/")
	})
	if i < 0 {
		os.Exit(255)
	}
	path, _ := hex.DecodeString(args[i])
	engine, err := net.Dial("unix", string(path))
	if err != nil {
		os.Exit(255)
	}
	go func() {
		_, _ = io.Copy(engine, os.Stdin)
		_ = engine.(*net.UnixConn).CloseWrite()
	}()
	_, _ = io.Copy(os.Stdout, engine)
}

// overSSH opens the engine as one behind ssh.
func overSSH(t *testing.T) (*docker.Engine, *link) {
	t.Helper()
	testall.Only(t, "the other tests on Docker")
	dockertest.Require(t)
	behind := newLink(t)
	engine, err := docker.Open(t.Context(), docker.Options{Owner: dockertest.Owner(), Host: "ssh://" + hex.EncodeToString([]byte(behind.path))})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := engine.RemoveAll(context.Background()); err != nil {
			t.Error(err)
		}
		_ = engine.Close()
	})
	return engine, behind
}

// proxied is a task with a proxy.
type proxied struct {
	*task
	id string
}

func newProxied(t *testing.T, engine *docker.Engine) proxied {
	t.Helper()
	p := proxied{task: newTask(t, engine, backend.SandboxSpec{})}
	var err error
	p.id, err = engine.CreateLoadBalancer(t.Context(), backend.LoadBalancerSpec{Name: dockertest.Owner(), Sandbox: p.sandbox, Logs: true, Many: true})
	if err == nil {
		err = engine.Start(t.Context(), p.id)
	}
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// connect connects to the proxy by way of an engine.
func (p proxied) connect(engine *docker.Engine) *control.Client {
	p.Helper()
	ctx, cancel := context.WithTimeout(p.Context(), time.Minute)
	defer cancel()
	stream, err := engine.ConnectLoadBalancer(ctx, p.id)
	if err != nil {
		p.Fatal(err)
	}
	session, err := control.Connect(ctx, stream, nil)
	if err != nil {
		p.Fatal(err)
	}
	p.Cleanup(session.Close)
	return session
}

// ends waits for the end of a connection to a proxy.
func ends(t *testing.T, session *control.Client) {
	t.Helper()
	select {
	case <-session.Over():
	case <-time.After(time.Minute):
		t.Fatal("the connection goes on")
	}
}

// streams counts the streams through the engine to the standard input of proxies.
func (l *link) streams(of []proxied) (n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, p := range of {
		n += len(slices.DeleteFunc(slices.Clone(l.requests), func(line string) bool { return !strings.Contains(line, p.id) }))
	}
	return n
}

// Behind ssh each stream is a session with a login, of which a server lets a connection have ten.
// Source: sshd_config(5), MaxSessions.
func TestProxiesBehindSSHShareTheRelaysStream(t *testing.T) {
	t.Parallel()
	engine, behind := overSSH(t)
	const proxies = 12
	var all []proxied
	for range proxies {
		all = append(all, newProxied(t, engine))
	}
	// A filter is for strangers.
	if err := engine.SetFilter(t.Context(), all[0].sandbox, &backend.Filter{Strict: true}); err != nil {
		t.Fatal(err)
	}
	group := balancer.Piece{TargetGroup: &balancer.TargetGroup{ID: "web", Protocol: "TCP"}}
	var sessions []*control.Client
	for _, p := range all {
		session := p.connect(engine)
		if err := session.Update(t.Context(), []balancer.Piece{group}); err != nil {
			t.Error(err)
		}
		sessions = append(sessions, session)
	}
	if n := behind.streams(all); n > 0 {
		t.Errorf("%d proxies have %d streams of their own", proxies, n)
	}
	// They go on without the relay, and with the next one.
	if _, err := dockertest.Client(t).ContainerKill(t.Context(), relayOf(t, engine), client.ContainerKillOptions{Signal: "KILL"}); err != nil {
		t.Fatal(err)
	}
	for i, p := range all {
		ends(t, sessions[i])
		if has := p.connect(engine).Has(); len(has) != 1 {
			t.Errorf("after the relay has broken, proxy %d has %d pieces", i, len(has))
		}
	}
	if n := behind.streams(all); n > 0 {
		t.Errorf("after the relay has broken, proxies have %d streams of their own", n)
	}
}

// All that reaches a task reaches the port of its proxy, and is cut off unless it knows the key.
func TestAProxyIsToldByWhoKnowsItsKeyAlone(t *testing.T) {
	t.Parallel()
	engine, _ := overSSH(t)
	p, other := newProxied(t, engine), newProxied(t, engine)
	session := p.connect(engine)
	others, err := dockertest.Client(t).ContainerInspect(t.Context(), other.id, client.ContainerInspectOptions{})
	if err != nil {
		t.Fatal(err)
	}
	_, key, _ := strings.Cut(others.Container.Config.Env[0], "=")
	for _, key := range []string{"", "none of it is the key, but long", key} {
		conn, err := engine.Dial(t.Context(), "tcp", p.sandbox, door.BalancerPort)
		if err != nil {
			t.Fatal(err)
		}
		if key != "" {
			if err := door.Knock(conn, key); err == nil {
				t.Errorf("%q opens the door", key)
			}
			continue
		}
		if _, err := control.Connect(t.Context(), conn, nil); err == nil {
			t.Error("it is told what to do without a key")
		}
	}
	if err := session.Sync(t.Context()); err != nil {
		t.Errorf("the connection with the key: %v", err)
	}
	// The latest connection counts, also one of an engine that is not behind ssh.
	local, err := docker.Open(t.Context(), docker.Options{Owner: engine.Owner()})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = local.Close() }()
	next := p.connect(local)
	ends(t, session)
	if err := next.Sync(t.Context()); err != nil {
		t.Error(err)
	}
}
