package backendtest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

// caseLabel is on everything that a case makes, but for sandboxes that have suiteLabel.
const (
	caseLabel  = "backendtest.case"
	suiteLabel = "backendtest.suite"
)

// env is one case on its engine. Its methods are assertions: they end the case
// when the engine does not do as told.
type env struct {
	*testing.T
	*suite
	ctx context.Context
	// What the case made, in this order.
	ids, networks, volumes, shared []string
	askers                         map[vantage]*asker
	outlives                       bool
	shares                         map[string]string // the labels of what outlives it
}

func (s *suite) env(t *testing.T) *env {
	t.Helper()
	whole, done := context.WithTimeout(context.Background(), 2*patience)
	sc := &env{T: t, suite: s, ctx: whole, askers: map[vantage]*asker{}}
	t.Cleanup(func() {
		done()
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		list, err := s.Engine.List(ctx, sc.labels())
		if err != nil {
			t.Errorf("List after the case: %v", err)
		}
		for _, c := range list {
			if !slices.Contains(sc.ids, c.ID) {
				sc.ids = append(sc.ids, c.ID)
			}
		}
		for _, id := range slices.Backward(sc.ids) { // containers before their sandbox
			if err := s.Engine.Remove(ctx, id); err != nil {
				t.Errorf("Remove after the case: %v", err)
			}
		}
		for _, name := range sc.volumes {
			if err := s.Engine.RemoveVolume(ctx, name); err != nil {
				t.Errorf("RemoveVolume after the case: %v", err)
			}
		}
		for _, name := range sc.shared {
			if s.Discard != nil {
				s.Discard(t, name)
			}
		}
		for _, name := range sc.networks {
			if err := s.Engine.RemoveNetwork(ctx, name); err != nil {
				t.Errorf("RemoveNetwork after the case: %v", err)
			}
		}
	})
	return sc
}

func (s *env) labels() map[string]string {
	if s.outlives {
		return s.shares
	}
	return map[string]string{caseLabel: s.Name()}
}

// suiteLabels are the same ones for all cases.
func (s *suite) suiteLabels() map[string]string {
	return map[string]string{suiteLabel: s.token}
}

// name is one that no other container has.
func (s *env) name(noun string) string {
	return fmt.Sprintf("backendtest-%s-%s-%d", s.token, noun, s.made.Add(1))
}

func (s *env) sandboxSpec() backend.SandboxSpec {
	return backend.SandboxSpec{
		Name:    s.name("sandbox"),
		Domain:  "ec2.internal",
		Network: s.network.Name,
		Labels:  s.labels(),
	}
}

func (s *env) createSandbox(spec backend.SandboxSpec) string {
	s.Helper()
	return s.newSandbox(spec).ID
}

func (s *env) newSandbox(spec backend.SandboxSpec) backend.Container {
	s.Helper()
	c, err := s.Engine.CreateSandbox(s.ctx, spec)
	if err != nil {
		s.Fatalf("CreateSandbox: %v", err)
	}
	s.ids = append(s.ids, c.ID)
	return c
}

// singleSpec is of a sandbox that asks for the usual share of CPU time by its number: an engine that keeps
// sandboxes running for tasks to come makes this one for the case, and none like it after that.
func (s *env) singleSpec() backend.SandboxSpec {
	spec := s.sandboxSpec()
	spec.CPUShares = 1024
	return spec
}

// createdSandbox makes one that does not run.
func (s *env) createdSandbox() string {
	s.Helper()
	return s.createSandbox(s.singleSpec())
}

func (s *env) runningSandbox() string {
	s.Helper()
	id := s.createSandbox(s.sandboxSpec())
	s.start(id)
	return id
}

// port is one that no other case serves in the sandbox that they share.
func (s *env) port() int { return 20_000 + int(s.made.Add(1)) }

func (s *env) spec(sandbox string, command ...string) backend.ContainerSpec {
	return backend.ContainerSpec{
		Name:    s.name(command[0]),
		Image:   s.Image,
		Sandbox: sandbox,
		Labels:  s.labels(),
		Command: command,
	}
}

func (s *env) createFrom(spec backend.ContainerSpec) string {
	s.Helper()
	id, err := s.Engine.Create(s.ctx, spec)
	if err != nil {
		s.Fatalf("Create %v: %v", spec.Command, err)
	}
	s.ids = append(s.ids, id)
	return id
}

func (s *env) create(sandbox string, command ...string) string {
	s.Helper()
	return s.createFrom(s.spec(sandbox, command...))
}

func (s *env) start(id string) {
	s.Helper()
	if err := s.Engine.Start(s.ctx, id); err != nil {
		s.Fatalf("Start: %v", err)
	}
}

// run makes and starts a container.
func (s *env) run(sandbox string, command ...string) string {
	s.Helper()
	id := s.create(sandbox, command...)
	s.start(id)
	return id
}

// serve runs a server and returns when it listens.
func (s *env) serve(sandbox, port string, text ...string) string {
	s.Helper()
	id := s.run(sandbox, append([]string{"serve", port}, text...)...)
	s.awaitLine(id, "listening on :"+port)
	return id
}

func (s *env) stop(id string, grace time.Duration) {
	s.Helper()
	if err := s.Engine.Stop(s.ctx, id, grace); err != nil {
		s.Fatalf("Stop: %v", err)
	}
}

func (s *env) remove(id string) {
	s.Helper()
	if err := s.Engine.Remove(s.ctx, id); err != nil {
		s.Fatalf("Remove: %v", err)
	}
}

func (s *env) inspect(id string) backend.Container {
	s.Helper()
	c, err := s.Engine.Inspect(s.ctx, id)
	if err != nil {
		s.Fatalf("Inspect: %v", err)
	}
	return c
}

func (s *env) list(labels map[string]string) []backend.Container {
	s.Helper()
	list, err := s.Engine.List(s.ctx, labels)
	if err != nil {
		s.Fatalf("List: %v", err)
	}
	return list
}

// awaitExit waits until Inspect shows that a container has exited. It looks at each event, and now
// and then without one, since an event may be late.
func (s *env) awaitExit(id string) backend.Container {
	s.Helper()
	return s.awaitInspect(id, string(backend.Exited), func(c backend.Container) bool { return c.State == backend.Exited })
}

func (s *env) awaitInspect(id, what string, ok func(backend.Container) bool) backend.Container {
	s.Helper()
	return await(s, "container that is "+what, func() backend.Container { return s.inspect(id) }, ok)
}

// await looks until something is as it should be: at each event, and now and then without one.
func await[T any](s *env, what string, look func() T, ok func(T) bool) T {
	s.Helper()
	deadline, tick := time.After(patience), time.NewTicker(100*time.Millisecond)
	defer tick.Stop()
	for {
		_, changed := s.recorder.snapshot()
		seen := look()
		if ok(seen) {
			return seen
		}
		select {
		case <-changed:
		case <-tick.C:
		case <-deadline:
			s.Fatalf("no %s within %v: %+v", what, patience, seen)
		}
	}
}

type line struct {
	at     time.Time
	stderr bool
	text   string
}

func (s *env) logs(id string, opts backend.LogOptions) []line {
	s.Helper()
	var lines []line
	opts.Write = func(at time.Time, stderr bool, text string) error {
		lines = append(lines, line{at, stderr, text})
		return nil
	}
	if err := s.Engine.Logs(s.ctx, id, opts); err != nil {
		s.Fatalf("Logs: %v", err)
	}
	return lines
}

func texts(lines []line) []string {
	var texts []string
	for _, l := range lines {
		texts = append(texts, l.text)
	}
	return texts
}

var errSeen = errors.New("seen what we waited for")

// awaitLine follows the output until it has a line.
func (s *env) awaitLine(id, text string) {
	s.Helper()
	ctx, cancel := context.WithTimeout(s.ctx, patience)
	defer cancel()
	var lines []string
	err := s.Engine.Logs(ctx, id, backend.LogOptions{Follow: true, Write: func(_ time.Time, _ bool, line string) error {
		if lines = append(lines, line); line == text {
			return errSeen
		}
		return nil
	}})
	if !errors.Is(err, errSeen) {
		s.Fatalf("no line %q: %v; output: %q", text, err, lines)
	}
}

// get asks a server in a sandbox through Dial.
func (s *env) get(sandbox string, port int, path string) (body string, header http.Header) {
	s.Helper()
	transport := &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return s.Engine.Dial(ctx, "tcp", sandbox, port)
		},
		DisableKeepAlives: true,
	}
	request, err := http.NewRequestWithContext(s.ctx, http.MethodGet, "http://sandbox"+path, nil)
	if err != nil {
		s.Fatal(err)
	}
	response, err := transport.RoundTrip(request)
	if err != nil {
		s.Fatalf("GET through Dial: %v", err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		s.Fatalf("GET through Dial: %v", err)
	}
	return string(text), response.Header
}

func (s *env) expectError(what string, got, want error) {
	s.Helper()
	if !errors.Is(got, want) {
		s.Errorf("%s: error %v, want %v", what, got, want)
	}
}

func (s *env) expectMissing(what string, got error, kind backend.Kind) {
	s.Helper()
	if !errors.Is(got, backend.ErrNotFound) || !backend.Missing(got, kind) {
		s.Errorf("%s: error %v, want that there is no such %s", what, got, kind)
	}
}

// expectStopped accepts what a call may return whose context ended.
func expectStopped(t *testing.T, what string, err error) {
	t.Helper()
	if err != nil && !errors.Is(err, context.Canceled) {
		t.Errorf("%s returned %v after its context ended, want nil or context.Canceled", what, err)
	}
}
