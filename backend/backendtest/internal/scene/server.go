package scene

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

// On is a container of a task on a network.
func (s *Env) On(network, sandbox string, command ...string) backend.ContainerSpec {
	spec := s.Spec(sandbox, command...)
	spec.Network = network
	return spec
}

// Joining is a container of a task in the namespace of a machine.
func (s *Env) Joining(m Machine, sandbox string, command ...string) backend.ContainerSpec {
	spec := s.Spec(sandbox, command...)
	spec.Joins = m.ID
	return spec
}

// Served runs a server and returns it when it listens.
func (s *Env) Served(spec backend.ContainerSpec) backend.Container {
	s.Helper()
	id := s.CreateFrom(spec)
	s.Start(id)
	s.AwaitLine(id, "listening on :"+spec.Command[1])
	return s.Inspect(id)
}

// ExpectAnswer wants a port of a sandbox to answer with a text.
func (s *Env) ExpectAnswer(sandbox string, port int, want string) {
	s.Helper()
	if body, _ := s.Get(sandbox, port, "/"); body != want {
		s.Errorf("port %d answers %q, want %q", port, body, want)
	}
}

// ExpectSilence wants a port of a sandbox not to answer.
func (s *Env) ExpectSilence(sandbox string, port int) {
	s.Helper()
	ctx, cancel := context.WithTimeout(s.Ctx, Patience)
	defer cancel()
	conn, err := s.Engine.Dial(ctx, "tcp", sandbox, port)
	if err == nil {
		defer func() { _ = conn.Close() }()
		_ = conn.SetDeadline(time.Now().Add(time.Second))
		_, _ = io.WriteString(conn, "GET / HTTP/1.0\r\n\r\n")
		_, err = io.ReadFull(conn, make([]byte, 1))
	}
	if err == nil || errors.Is(err, backend.ErrNotFound) || errors.Is(err, backend.ErrUnavailable) {
		s.Errorf("port %d: %v, want no answer", port, err)
	}
}
