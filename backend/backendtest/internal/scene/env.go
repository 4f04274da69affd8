package scene

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

// CaseLabel is on everything that a case makes, but for sandboxes that have suiteLabel.
const (
	CaseLabel  = "backendtest.case"
	suiteLabel = "backendtest.suite"
)

// Env is one case on its engine. Its methods are assertions: they end the case
// when the engine does not do as told.
type Env struct {
	*testing.T
	*Suite
	Ctx context.Context
	// What the case made, in this order.
	IDs, Networks, Volumes, Shared []string
	askers                         map[vantage]*asker
	outlives                       bool
	shares                         map[string]string // the labels of what outlives it
}

func (s *Suite) NewEnv(t *testing.T) *Env {
	t.Helper()
	whole, done := context.WithTimeout(context.Background(), 2*Patience)
	sc := &Env{T: t, Suite: s, Ctx: whole, askers: map[vantage]*asker{}}
	t.Cleanup(func() {
		done()
		ctx, cancel := context.WithTimeout(context.Background(), Patience)
		defer cancel()
		list, err := s.Engine.List(ctx, sc.Labels())
		if err != nil {
			t.Errorf("List after the case: %v", err)
		}
		for _, c := range list {
			if !slices.Contains(sc.IDs, c.ID) {
				sc.IDs = append(sc.IDs, c.ID)
			}
		}
		for _, id := range slices.Backward(sc.IDs) { // containers before their sandbox
			if err := s.Engine.Remove(ctx, id); err != nil {
				t.Errorf("Remove after the case: %v", err)
			}
		}
		for _, name := range sc.Volumes {
			if err := s.Engine.RemoveVolume(ctx, name); err != nil {
				t.Errorf("RemoveVolume after the case: %v", err)
			}
		}
		for _, name := range sc.Shared {
			if s.Discard != nil {
				s.Discard(t, name)
			}
		}
		for _, name := range sc.Networks {
			if err := s.Engine.RemoveNetwork(ctx, name); err != nil {
				t.Errorf("RemoveNetwork after the case: %v", err)
			}
		}
	})
	return sc
}

func (s *Env) Labels() map[string]string {
	if s.outlives {
		return s.shares
	}
	return map[string]string{CaseLabel: s.Name()}
}

// suiteLabels are the same ones for all cases.
func (s *Suite) suiteLabels() map[string]string {
	return map[string]string{suiteLabel: s.Token}
}

// UniqueName is one that no other container has.
func (s *Env) UniqueName(noun string) string {
	return fmt.Sprintf("backendtest-%s-%s-%d", s.Token, noun, s.made.Add(1))
}

func (s *Env) SandboxSpec() backend.SandboxSpec {
	return backend.SandboxSpec{
		Name:    s.UniqueName("sandbox"),
		Domain:  "ec2.internal",
		Network: s.Network.Name,
		Labels:  s.Labels(),
	}
}

func (s *Env) CreateSandbox(spec backend.SandboxSpec) string {
	s.Helper()
	return s.NewSandbox(spec).ID
}

func (s *Env) NewSandbox(spec backend.SandboxSpec) backend.Container {
	s.Helper()
	c, err := s.Engine.CreateSandbox(s.Ctx, spec)
	if err != nil {
		s.Fatalf("CreateSandbox: %v", err)
	}
	s.IDs = append(s.IDs, c.ID)
	return c
}

// SingleSpec is of a sandbox that asks for the usual share of CPU time by its number: an engine that keeps
// sandboxes running for tasks to come makes this one for the case, and none like it after that.
func (s *Env) SingleSpec() backend.SandboxSpec {
	spec := s.SandboxSpec()
	spec.CPUShares = 1024
	return spec
}

// CreatedSandbox makes one that does not run.
func (s *Env) CreatedSandbox() string {
	s.Helper()
	return s.CreateSandbox(s.SingleSpec())
}

func (s *Env) RunningSandbox() string {
	s.Helper()
	id := s.CreateSandbox(s.SandboxSpec())
	s.Start(id)
	return id
}

// Port is one that no other case serves in the sandbox that they share.
func (s *Env) Port() int { return 20_000 + int(s.made.Add(1)) }

func (s *Env) Spec(sandbox string, command ...string) backend.ContainerSpec {
	return backend.ContainerSpec{
		Name:    s.UniqueName(command[0]),
		Image:   s.Image,
		Sandbox: sandbox,
		Labels:  s.Labels(),
		Command: command,
	}
}

func (s *Env) CreateFrom(spec backend.ContainerSpec) string {
	s.Helper()
	id, err := s.Engine.Create(s.Ctx, spec)
	if err != nil {
		s.Fatalf("Create %v: %v", spec.Command, err)
	}
	s.IDs = append(s.IDs, id)
	return id
}

func (s *Env) Create(sandbox string, command ...string) string {
	s.Helper()
	return s.CreateFrom(s.Spec(sandbox, command...))
}

func (s *Env) Start(id string) {
	s.Helper()
	if err := s.TryStart(id); err != nil {
		s.Fatalf("Start: %v", err)
	}
}

// startTries is how often a start is tried that several engines had no manager for: on a busy machine a manager of theirs may
// answer too late, and ErrUnavailable says to try again.
const startTries = 3

// TryStart starts a container, as its caller would where several engines share networks.
func (s *Env) TryStart(id string) (err error) {
	for range startTries {
		if err = s.Engine.Start(s.Ctx, id); !errors.Is(err, backend.ErrNoManager) {
			return err
		}
	}
	return err
}

// Launch makes and starts a container.
func (s *Env) Launch(sandbox string, command ...string) string {
	s.Helper()
	id := s.Create(sandbox, command...)
	s.Start(id)
	return id
}

// Serve runs a server and returns when it listens.
func (s *Env) Serve(sandbox, port string, text ...string) string {
	s.Helper()
	id := s.Launch(sandbox, append([]string{"serve", port}, text...)...)
	s.AwaitLine(id, "listening on :"+port)
	return id
}

func (s *Env) Stop(id string, grace time.Duration) {
	s.Helper()
	if err := s.Engine.Stop(s.Ctx, id, grace); err != nil {
		s.Fatalf("Stop: %v", err)
	}
}

func (s *Env) Remove(id string) {
	s.Helper()
	if err := s.Engine.Remove(s.Ctx, id); err != nil {
		s.Fatalf("Remove: %v", err)
	}
}

func (s *Env) Inspect(id string) backend.Container {
	s.Helper()
	c, err := s.Engine.Inspect(s.Ctx, id)
	if err != nil {
		s.Fatalf("Inspect: %v", err)
	}
	return c
}

func (s *Env) List(labels map[string]string) []backend.Container {
	s.Helper()
	list, err := s.Engine.List(s.Ctx, labels)
	if err != nil {
		s.Fatalf("List: %v", err)
	}
	return list
}

// AwaitExit waits until Inspect shows that a container has exited. It looks at each event, and now
// and then without one, since an event may be late.
func (s *Env) AwaitExit(id string) backend.Container {
	s.Helper()
	return s.AwaitInspect(id, string(backend.Exited), func(c backend.Container) bool { return c.State == backend.Exited })
}

func (s *Env) AwaitInspect(id, what string, ok func(backend.Container) bool) backend.Container {
	s.Helper()
	return Await(s, "container that is "+what, func() backend.Container { return s.Inspect(id) }, ok)
}

// Await looks until something is as it should be: at each event, and now and then without one.
func Await[T any](s *Env, what string, look func() T, ok func(T) bool) T {
	s.Helper()
	deadline, tick := time.After(Patience), time.NewTicker(100*time.Millisecond)
	defer tick.Stop()
	for {
		_, changed := s.Recorder.Snapshot()
		seen := look()
		if ok(seen) {
			return seen
		}
		select {
		case <-changed:
		case <-tick.C:
		case <-deadline:
			s.Fatalf("no %s within %v: %+v", what, Patience, seen)
		}
	}
}

type Line struct {
	At     time.Time
	Stderr bool
	text   string
}

func (s *Env) Logs(id string, opts backend.LogOptions) []Line {
	s.Helper()
	var lines []Line
	opts.Write = func(at time.Time, stderr bool, text string) error {
		lines = append(lines, Line{at, stderr, text})
		return nil
	}
	if err := s.Engine.Logs(s.Ctx, id, opts); err != nil {
		s.Fatalf("Logs: %v", err)
	}
	return lines
}

func Texts(lines []Line) []string {
	var texts []string
	for _, l := range lines {
		texts = append(texts, l.text)
	}
	return texts
}

var errSeen = errors.New("seen what we waited for")

// AwaitLine follows the output until it has a line.
func (s *Env) AwaitLine(id, text string) {
	s.Helper()
	ctx, cancel := context.WithTimeout(s.Ctx, Patience)
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

// Get asks a server in a sandbox through Dial.
func (s *Env) Get(sandbox string, port int, path string) (body string, header http.Header) {
	s.Helper()
	transport := &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return s.Engine.Dial(ctx, "tcp", sandbox, port)
		},
		DisableKeepAlives: true,
	}
	request, err := http.NewRequestWithContext(s.Ctx, http.MethodGet, "http://sandbox"+path, nil)
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

func (s *Env) ExpectError(what string, got, want error) {
	s.Helper()
	if !errors.Is(got, want) {
		s.Errorf("%s: error %v, want %v", what, got, want)
	}
}

func (s *Env) ExpectMissing(what string, got error, kind backend.Kind) {
	s.Helper()
	if !errors.Is(got, backend.ErrNotFound) || !backend.Missing(got, kind) {
		s.Errorf("%s: error %v, want that there is no such %s", what, got, kind)
	}
}

// ExpectStopped accepts what a call may return whose context ended.
func ExpectStopped(t *testing.T, what string, err error) {
	t.Helper()
	if err != nil && !errors.Is(err, context.Canceled) {
		t.Errorf("%s returned %v after its context ended, want nil or context.Canceled", what, err)
	}
}
