package scene

import (
	"fmt"
	"net/netip"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

// vantage is where a container sees the network from.
type vantage struct{ sandbox, network, joins string }

// asker is a container that sees the network as one of this spec, and a session in it, in which programs
// ask. Both stay: they cost a real engine much, and one more program nothing.
type asker struct {
	id      string
	session *Session
	asked   int
	answers map[int]answer
}

// answer is how a program has ended that asked.
type answer struct {
	code    int
	written string
}

// asker is the one that asks from where a container of this spec would.
func (s *Env) asker(from backend.ContainerSpec) *asker {
	s.Helper()
	at := vantage{from.Sandbox, from.Network, from.Joins}
	if s.askers[at] == nil {
		s.askers[at] = newAsker(s.askerAt(at, from))
	}
	return s.askers[at]
}

// newAsker is one in a container that may have sessions.
func newAsker(id string) *asker { return &asker{id: id, answers: map[int]answer{}} }

func (s *Env) askerAt(at vantage, from backend.ContainerSpec) string {
	s.Helper()
	if at == (vantage{sandbox: s.SharedSandbox()}) {
		return s.SharedHost()
	}
	return s.idle(from)
}

// ask has a program run, and returns its number.
func (a *asker) ask(s *Env, command []string) int {
	s.Helper()
	if a.session == nil {
		a.session = s.Open(a.id, s.App("each"))
		a.session.late.Stop() // it may take as long as the case
	}
	a.asked++
	a.session.Enter(fmt.Sprintln(a.asked, strings.Join(command, " ")))
	return a.asked
}

// await waits for the end of a program.
func (a *asker) await(s *Env, number int) answer {
	s.Helper()
	defer a.session.within(Patience)()
	for {
		if found, ok := a.answers[number]; ok {
			return found
		}
		var of int
		var ended answer
		line := a.session.Await("\n")
		if _, err := fmt.Sscanf(line, "%d %d %q", &of, &ended.code, &ended.written); err != nil {
			s.Fatalf("the answer %q: %v", line, err)
		}
		a.answers[of] = ended
	}
}

// idle runs a container that may have sessions, and does nothing.
func (s *Env) idle(spec backend.ContainerSpec) string {
	s.Helper()
	spec.Name, spec.Command, spec.Exec = s.UniqueName("idle"), []string{"sleep", "1h"}, true
	id := s.CreateFrom(spec)
	s.Start(id)
	return id
}

// Ask has a program ask for an address, from the asker of this spec. The function that it returns
// waits for the end and wants it to have been answered, or not.
func (s *Env) Ask(from backend.ContainerSpec, to netip.Addr, port int, answered bool) (judge func()) {
	s.Helper()
	return s.AskURL(from, fmt.Sprintf("http://%s:%d/", to, port), answered)
}

func (s *Env) AskURL(from backend.ContainerSpec, url string, answered bool) (judge func()) {
	s.Helper()
	asker := s.asker(from)
	number := asker.ask(s, Checks(url, answered))
	return func() {
		s.Helper()
		if got := asker.await(s, number); got.code != exitCode(answered) {
			s.Errorf("who asks %s, from %+v, exits %d, want an answer: %v: %q", url, from, got.code, answered, got.written)
		}
	}
}

// AskAnew is as AskURL, by a container that starts now and asks itself: what an engine does for those that
// run already, and for sessions in them, it may fail to do for this one.
func (s *Env) AskAnew(from backend.ContainerSpec, url string, answered bool) (judge func()) {
	s.Helper()
	from.Name, from.Command = s.UniqueName("check"), Checks(url, answered)
	id := s.CreateFrom(from)
	s.Start(id)
	return func() {
		s.Helper()
		if c := s.AwaitExit(id); c.ExitCode != exitCode(answered) {
			s.Errorf("%v exits %d, want an answer: %v: %q", from.Command, c.ExitCode, answered, Texts(s.Logs(id, backend.LogOptions{})))
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

// Checks is the command that asks a URL. Where no answer is to come, it does not wait for long: an
// answer that is late fails no case there.
func Checks(url string, answered bool) []string {
	if !answered {
		return []string{"check", url, "5s"}
	}
	return []string{"check", url}
}

func (s *Env) ExpectCheck(from backend.ContainerSpec, to netip.Addr, answered bool) {
	s.Helper()
	s.Ask(from, to, 8080, answered)()
}

// Judge waits for the answers to what has been asked.
func Judge(asked ...func()) {
	for _, each := range asked {
		each()
	}
}

// AwaitAnswer has a program ask a URL until it is answered: what begins on one engine is known on another one soon, not at
// once.
func (s *Env) AwaitAnswer(from backend.ContainerSpec, url string) {
	s.Helper()
	asker := s.asker(from)
	Await(s, "answer of "+url, func() answer {
		return asker.await(s, asker.ask(s, []string{"check", url, "5s"}))
	}, func(a answer) bool { return a.code == exitCode(true) })
}
