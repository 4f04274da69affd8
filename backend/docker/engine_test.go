package docker_test

import (
	"io"
	"net"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/docker/docker/client"

	"github.com/ecs-emulator/ecs-emulator/backend/backendtest"
	"github.com/ecs-emulator/ecs-emulator/backend/docker"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/dockertest"
)

func TestEngine(t *testing.T) {
	dockertest.Require(t)
	registry := newRegistry(t, "", "")
	backendtest.Run(t, func(t *testing.T) backendtest.Fixture {
		link := newLink(t)
		engine, err := docker.Open(t.Context(), docker.Options{Owner: dockertest.Owner(), Host: "unix://" + link.path})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = engine.Close() })
		return backendtest.Fixture{
			Engine: engine, Image: dockertest.Image(t), AppPath: dockertest.AppPath,
			MissingImage: "127.0.0.1:1/no/such:image", PullableImage: registry.image(t),
			Lose: link.lose, Restore: link.restore,
		}
	})
}

// link is a socket between the client and the engine that can be cut.
type link struct {
	*testing.T
	path     string
	mu       sync.Mutex
	listener net.Listener
	conns    map[net.Conn]bool
}

func newLink(t *testing.T) *link {
	t.Helper()
	l := &link{T: t, path: filepath.Join(t.TempDir(), "docker.sock"), conns: map[net.Conn]bool{}}
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
	engine, err := net.Dial("unix", strings.TrimPrefix(client.DefaultDockerHost, "unix://"))
	if err != nil {
		_ = conn.Close()
		return
	}
	l.mu.Lock()
	l.conns[conn], l.conns[engine] = true, true
	l.mu.Unlock()
	pass := func(to, from net.Conn) {
		_, _ = io.Copy(to, from)
		_ = to.(*net.UnixConn).CloseWrite()
	}
	go pass(engine, conn)
	pass(conn, engine)
}
