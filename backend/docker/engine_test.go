package docker_test

import (
	"cmp"
	"context"
	"io"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/moby/moby/client"

	"github.com/ecs-emulator/ecs-emulator/backend/backendtest"
	"github.com/ecs-emulator/ecs-emulator/backend/docker"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/dockertest"
)

func TestSessions(t *testing.T) {
	t.Parallel()
	backendtest.RunExec(t, fixtures(t))
}

// fixtures opens engines of owners of their own.
func fixtures(t *testing.T) func(t *testing.T) backendtest.Fixture {
	t.Helper()
	dockertest.Require(t)
	registry := dockertest.NewRegistry(t, "", "")
	return func(t *testing.T) backendtest.Fixture {
		link := newLink(t)
		engine, err := docker.Open(t.Context(), docker.Options{Owner: dockertest.Owner(), Host: "unix://" + link.path, WarmSandboxes: 1})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = engine.Close() })
		return backendtest.Fixture{
			Engine: engine, Image: dockertest.Image(t), AppPath: dockertest.AppPath,
			MissingImage: "127.0.0.1:1/no/such:image", PullableImage: registry.Image(t),
			Lose: link.lose, Restore: link.restore, Discard: discard,
		}
	}
}

// discard removes a volume that engines leave.
func discard(t *testing.T, volume string) {
	if _, err := dockertest.Client(t).VolumeRemove(context.Background(), volume, client.VolumeRemoveOptions{Force: true}); err != nil {
		t.Error(err)
	}
}

// link is a socket between the client and the engine that can be cut.
type link struct {
	*testing.T
	path, to string // where the client connects to, and where the engine listens
	mu       sync.Mutex
	listener net.Listener
	conns    map[net.Conn]bool
	attached []net.Conn    // the engine's ends of attach requests
	requests []string      // the first lines of those
	open     int           // connections
	dead     []net.Conn    // whose end the client has not been told
	hung     chan struct{} // closed when it carries on; nil while it does
}

func newLink(t *testing.T) *link {
	t.Helper()
	return newLinkTo(t, cmp.Or(os.Getenv("DOCKER_HOST"), client.DefaultDockerHost))
}

func newLinkTo(t *testing.T, host string) *link {
	t.Helper()
	l := &link{T: t, path: filepath.Join(t.TempDir(), "docker.sock"), to: strings.TrimPrefix(host, "unix://"), conns: map[net.Conn]bool{}}
	l.restore()
	t.Cleanup(l.lose)
	return l
}

func (l *link) lose() {
	l.mu.Lock()
	defer l.mu.Unlock()
	_ = l.listener.Close()
	for conn := range l.conns {
		_ = conn.Close()
	}
	clear(l.conns)
}

func (l *link) restore() {
	l.mu.Lock()
	defer l.mu.Unlock()
	listener, err := net.Listen("unix", l.path)
	if err != nil {
		l.Error(err)
		return
	}
	l.listener = listener
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go l.serve(conn)
		}
	}()
}

func (l *link) serve(conn net.Conn) {
	engine, err := net.Dial("unix", l.to)
	if err != nil {
		_ = conn.Close()
		return
	}
	l.mu.Lock()
	l.conns[conn], l.conns[engine] = true, true
	l.open++
	l.mu.Unlock()
	defer func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.open--
	}()
	pass := func(to, from net.Conn) {
		_, _ = io.Copy(to, held{from, l})
		if !l.isHalfOpen(from) {
			_ = to.(*net.UnixConn).CloseWrite()
		}
	}
	go func() {
		for said := make([]byte, 4096); ; {
			n, err := conn.Read(said)
			line, _, _ := strings.Cut(string(said[:n]), "\r\n")
			attaches := strings.Contains(line, "/attach?")
			if attaches {
				l.mu.Lock()
				l.attached, l.requests = append(l.attached, engine), append(l.requests, line)
				l.mu.Unlock()
			}
			_, _ = engine.Write(said[:n])
			if attaches || err != nil {
				break
			}
		}
		pass(engine, conn)
	}()
	pass(conn, engine)
}

// The first calls agree on the version of the API, all at once: `go test -race` sees
// whether they read it meanwhile.
func TestFirstCallsAtOnceToAnEngineThatHadNotAnswered(t *testing.T) {
	dockertest.Require(t)
	link := newLink(t)
	link.lose()
	engine, err := docker.Open(t.Context(), docker.Options{Owner: dockertest.Owner(), Host: "unix://" + link.path, Unanswered: true})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = engine.Close() }()
	link.restore()
	var calls sync.WaitGroup
	for range 8 {
		calls.Go(func() {
			if _, err := engine.List(t.Context(), nil); err != nil {
				t.Error(err)
			}
		})
		calls.Go(func() {
			if _, err := engine.Info(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	calls.Wait()
}

// halfOpen closes the engine's end of what is attached to containers. The client's
// end stays open.
func (l *link) halfOpen() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.dead, l.attached = l.attached, nil
	for _, engine := range l.dead {
		_ = engine.Close()
	}
}

func (l *link) isHalfOpen(engine net.Conn) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Contains(l.dead, engine)
}
