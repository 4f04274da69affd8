package backendtest

import (
	"errors"
	"fmt"
	"io"
	"net/netip"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

// vantage is where a container sees the network from.
type vantage struct{ sandbox, network, joins string }

// asker is a container that sees the network as one of this spec, in which programs ask. It stays, as a
// container costs a real engine ten times as much as a program in it.
func (s *env) asker(from backend.ContainerSpec) string {
	s.Helper()
	at := vantage{from.Sandbox, from.Network, from.Joins}
	if at == (vantage{sandbox: s.sharedSandbox()}) {
		return s.sharedHost()
	}
	if s.askers[at] == "" {
		s.askers[at] = s.idle(from)
	}
	return s.askers[at]
}

// idle runs a container that may have sessions, and does nothing.
func (s *env) idle(spec backend.ContainerSpec) string {
	s.Helper()
	spec.Name, spec.Command, spec.Exec = s.name("idle"), []string{"sleep", "1h"}, true
	id := s.createFrom(spec)
	s.start(id)
	return id
}

// ask has a program ask for an address, in a container as of this spec. The function that it returns
// waits for the end and wants it to have been answered, or not.
func (s *env) ask(from backend.ContainerSpec, to netip.Addr, port int, answered bool) (judge func()) {
	s.Helper()
	return s.askURL(from, fmt.Sprintf("http://%s:%d/", to, port), answered)
}

func (s *env) askURL(from backend.ContainerSpec, url string, answered bool) (judge func()) {
	s.Helper()
	asked := s.open(s.asker(from), s.app(checks(url, answered)...))
	return func() {
		s.Helper()
		for asked.read() {
		}
		if !errors.Is(asked.err, io.EOF) || (asked.ExitCode() == 0) != answered {
			s.Errorf("who asks %s, from %+v, exits %d, want an answer: %v: %v, %q", url, from, asked.ExitCode(), answered, asked.err, asked.stderr.String())
		}
	}
}

// checks is the command that asks a URL. Where no answer is to come, it does not wait for long: an
// answer that is late fails no case there.
func checks(url string, answered bool) []string {
	if !answered {
		return []string{"check", url, "5s"}
	}
	return []string{"check", url}
}

func (s *env) expectCheck(from backend.ContainerSpec, to netip.Addr, answered bool) {
	s.Helper()
	s.ask(from, to, 8080, answered)()
}

// judge waits for the answers to what has been asked.
func judge(asked ...func()) {
	for _, each := range asked {
		each()
	}
}
