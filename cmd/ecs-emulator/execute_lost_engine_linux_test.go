package main

import (
	"io"
	"net"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/dockertest"
	"github.com/ecs-emulator/ecs-emulator/internal/base/testall"
)

// engineSocket leads to an engine, and can be cut.
type engineSocket struct {
	t    *testing.T
	path string
	to   string // the engine's own

	mu       sync.Mutex
	listener net.Listener
	conns    []net.Conn
	carrying sync.WaitGroup
}

// newEngineSocket makes one that is up.
func newEngineSocket(t *testing.T) *engineSocket {
	t.Helper()
	to, local := strings.CutPrefix(dockertest.Client(t).DaemonHost(), "unix://")
	if !local {
		dockertest.Lack(t, "the engine has no socket on this host")
	}
	s := &engineSocket{t: t, path: filepath.Join(t.TempDir(), "engine.sock"), to: to}
	s.up()
	t.Cleanup(s.cut)
	return s
}

// up listens.
func (s *engineSocket) up() {
	s.t.Helper()
	listener, err := net.Listen("unix", s.path)
	if err != nil {
		s.t.Fatal(err)
	}
	s.mu.Lock()
	s.listener = listener
	s.mu.Unlock()
	s.carrying.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			s.carrying.Go(func() { s.carry(listener, conn) })
		}
	})
}

// carry connects two sockets until both have ended, each for itself: a session's input ends before its output.
func (s *engineSocket) carry(of net.Listener, client net.Conn) {
	defer client.Close()
	engine, err := net.Dial("unix", s.to)
	if err != nil {
		return
	}
	defer engine.Close()
	s.mu.Lock()
	late := s.listener != of
	s.conns = append(s.conns, client, engine)
	s.mu.Unlock()
	if late {
		return
	}
	var both sync.WaitGroup
	for from, to := range map[net.Conn]net.Conn{client: engine, engine: client} {
		both.Go(func() {
			_, _ = io.Copy(to, from)
			_ = to.(*net.UnixConn).CloseWrite()
		})
	}
	both.Wait()
}

// cut has the engine go away: nothing listens, and connections break.
func (s *engineSocket) cut() {
	s.mu.Lock()
	if s.listener != nil {
		_ = s.listener.Close()
	}
	s.listener = nil
	for _, conn := range s.conns {
		_ = conn.Close()
	}
	s.conns = nil
	s.mu.Unlock()
	s.carrying.Wait()
}

// TestDockerGoesAwayInASession ends the session and not the emulator; the next one works once the engine is
// back.
func TestDockerGoesAwayInASession(t *testing.T) {
	t.Parallel()
	testall.Only(t, "the other tests on Docker")
	dockertest.Require(t)
	engine := newEngineSocket(t)
	p := startServe(t, "--engine", "unix://"+engine.path)
	task, shell := p.runExecutable(dockertest.Image(t), "app"), dockertest.AppPath+" sh"
	container := p.engineID(task)
	s := p.executes(task, shell)
	s.awaits("# ")
	s.runs("echo one two")
	s.awaits("\none two\n# ")

	engine.cut()
	s.awaits("The session has ended with its container or the engine: ")
	_ = s.cmd.Wait()
	p.eventually("nothing of the session is in the container", func() bool { return p.processes(container) == 1 })
	// Without its engine the emulator answers, and a command has its plugin end.
	if status := *p.task(task).LastStatus; status != "RUNNING" {
		t.Errorf("the task is %s", status)
	}
	s = p.executes(task, shell)
	s.awaits("Unable to start command: ")
	_ = s.cmd.Wait()

	engine.up()
	s = p.executes(task, shell)
	s.awaits("# ")
	s.runs("echo back again")
	s.awaits("\nback again\n# ")
	s.exits()
	p.untilAlone(container)
	if id := p.engineID(task); id != container {
		t.Errorf("the task has another container, %s", id)
	}
}
