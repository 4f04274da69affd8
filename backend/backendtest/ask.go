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

// ask has a program ask for an address, from the asker of this spec. The function that it returns
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
		if code := asked.ExitCode(); !errors.Is(asked.err, io.EOF) || code != exitCode(answered) {
			s.Errorf("who asks %s, from %+v, exits %d, want an answer: %v: %v, %q", url, from, code, answered, asked.err, asked.stderr.String())
		}
	}
}

// askAnew is as askURL, by a container that starts now and asks itself: what an engine does for those that
// run already, and for sessions in them, it may fail to do for this one.
func (s *env) askAnew(from backend.ContainerSpec, url string, answered bool) (judge func()) {
	s.Helper()
	from.Name, from.Command = s.name("check"), checks(url, answered)
	id := s.createFrom(from)
	s.start(id)
	return func() {
		s.Helper()
		if c := s.awaitExit(id); c.ExitCode != exitCode(answered) {
			s.Errorf("%v exits %d, want an answer: %v: %q", from.Command, c.ExitCode, answered, texts(s.logs(id, backend.LogOptions{})))
		}
	}
}

// exitCode is what a program that asks ends with.
func exitCode(answered bool) int {
	if answered {
		return 0
	}
	return 1
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
