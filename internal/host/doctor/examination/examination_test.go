package examination_test

import (
	"context"
	"errors"
	"net/netip"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/diagnosis"
	"github.com/ecs-emulator/ecs-emulator/backend/sim"
	"github.com/ecs-emulator/ecs-emulator/internal/host/doctor"
	"github.com/ecs-emulator/ecs-emulator/internal/host/doctor/examination"
)

// patient is an engine as Docker is to an examination; what it has is simulated.
type patient struct {
	backend.Engine
	images error
	owners []diagnosis.Owner
	closed atomic.Bool
}

func (p *patient) EnsureImages(context.Context) error { return p.images }

func (p *patient) OtherOwners(context.Context) ([]diagnosis.Owner, error) { return p.owners, nil }

func (p *patient) Close() error {
	p.closed.Store(true)
	return nil
}

// quick are limits that a test can wait for.
var quick = examination.Limits{Engine: 200 * time.Millisecond, Images: 2 * time.Second, Trial: 2 * time.Second, Other: 200 * time.Millisecond}

func (p *patient) options() examination.Options {
	return examination.Options{
		Ask: func(context.Context) diagnosis.Engine {
			now := time.Now()
			return diagnosis.Engine{
				Host: "unix:///engine.sock", Product: "docker", Version: "28.5.2", OS: "linux", System: "Debian", Groups: "control groups of version 2, systemd",
				MemoryLimit: true, SwapLimit: true, CPULimit: true, HostGateway: true, Fluentd: true, Clock: now, Asked: now,
				FreeRange: netip.MustParsePrefix("172.31.0.0/16"),
			}
		},
		Open:   func(context.Context) (examination.Engine, error) { return p, nil },
		Listen: "127.0.0.1:0", Endpoint: "http://127.0.0.1:1", Limits: quick,
	}
}

func newPatient() *patient { return &patient{Engine: sim.New(sim.Options{})} }

// is demands a status and a text of a check.
func is(t *testing.T, r diagnosis.Report, name string, status diagnosis.Status, text string) {
	t.Helper()
	c, found := r.Find(name)
	if !found || c.Status != status || !strings.Contains(c.Text, text) {
		t.Errorf("%s is %+v; want %s with %q", name, c, status, text)
	}
}

func names(r diagnosis.Report) (all []string) {
	for _, c := range r.Checks {
		all = append(all, c.Name)
	}
	return all
}

func TestAllChecksAreMadeInOrder(t *testing.T) {
	p := newPatient()
	p.owners = []diagnosis.Owner{{ID: "gone", State: diagnosis.Dead, Containers: 1}}
	o := p.options()
	var told []string
	o.Tell = func(c diagnosis.Check) { told = append(told, c.Name) }
	r := examination.Examine(t.Context(), o)
	if got := names(r); !slices.Equal(got, diagnosis.Names) || !slices.Equal(told, got) {
		t.Errorf("made are %v, told %v; want %v", got, told, diagnosis.Names)
	}
	is(t, r, "engine", diagnosis.OK, "docker 28.5.2")
	is(t, r, "sandbox", diagnosis.OK, "made, reached and removed")
	is(t, r, "leftovers", diagnosis.Degraded, "owner gone is dead")
	is(t, r, "endpoint", diagnosis.OK, "no emulator answers")
	if left, err := p.List(t.Context(), nil); err != nil || len(left) > 0 || !p.closed.Load() {
		t.Errorf("left are %v, %v; closed: %t", left, err, p.closed.Load())
	}
}

func TestWithoutImagesNoSandboxIsTried(t *testing.T) {
	p := newPatient()
	p.images = errors.New("no programs")
	r := examination.Examine(t.Context(), p.options())
	is(t, r, "images", diagnosis.Broken, "no programs")
	is(t, r, "sandbox", diagnosis.Degraded, "not checked")
	is(t, r, "clock", diagnosis.OK, "")
}

func TestOnlyWhatIsAskedForIsMade(t *testing.T) {
	p := newPatient()
	p.images = errors.New("never asked for")
	o := p.options()
	o.Only = []string{"leftovers", "clock"}
	r := examination.Examine(t.Context(), o)
	if got := names(r); !slices.Equal(got, []string{"clock", "leftovers"}) || r.Status != diagnosis.OK {
		t.Errorf("%+v", r)
	}
}

// A question about variables or the endpoint needs no engine.
func TestAnEngineIsLeftAloneByChecksThatDoNotNeedIt(t *testing.T) {
	for _, c := range []struct {
		only   []string
		asked  bool
		opened bool
	}{
		{[]string{"environment", "endpoint"}, false, false}, {[]string{"clock"}, true, false},
		{[]string{"dns", "ports", "disk"}, true, false}, {[]string{"leftovers"}, true, true}, {[]string{"cgroup"}, true, true},
	} {
		p := newPatient()
		o := p.options()
		o.Only = c.only
		var asked, opened atomic.Bool
		ask := o.Ask
		o.Ask = func(ctx context.Context) diagnosis.Engine {
			asked.Store(true)
			return ask(ctx)
		}
		o.Open = func(context.Context) (examination.Engine, error) {
			opened.Store(true)
			return p, nil
		}
		if r := examination.Examine(t.Context(), o); !slices.Equal(slices.Sorted(slices.Values(names(r))), slices.Sorted(slices.Values(c.only))) {
			t.Errorf("made are %v, not %v", names(r), c.only)
		}
		if asked.Load() != c.asked || opened.Load() != c.opened || p.closed.Load() != c.opened {
			t.Errorf("%v: asked %t, opened %t, closed %t", c.only, asked.Load(), opened.Load(), p.closed.Load())
		}
	}
}

// What takes a connection and never answers, and does not heed that its time is over, holds up nothing.
func TestAnEngineThatHangsHoldsUpNothing(t *testing.T) {
	for name, heeds := range map[string]bool{"heeds its time": true, "does not": false} {
		t.Run(name, func(t *testing.T) {
			over := make(chan struct{})
			defer close(over)
			o := newPatient().options()
			o.Ask = func(ctx context.Context) diagnosis.Engine {
				if !heeds {
					ctx = context.WithoutCancel(ctx)
				}
				select {
				case <-ctx.Done():
				case <-over:
				}
				return diagnosis.Engine{Host: "unix:///engine.sock", Trouble: diagnosis.Silent}
			}
			began := time.Now()
			r := examination.Examine(t.Context(), o)
			if took := time.Since(began); took > 5*time.Second {
				t.Errorf("it took %s", took)
			}
			is(t, r, "engine", diagnosis.Broken, "does not answer")
			for _, check := range []string{"cgroup", "sandbox", "images", "ranges", "clock", "leftovers"} {
				is(t, r, check, diagnosis.Degraded, "not checked: the engine does not answer")
			}
			is(t, r, "ports", diagnosis.OK, "is free")
			is(t, r, "disk", diagnosis.OK, "temporary files")
			is(t, r, "environment", diagnosis.OK, "")
		})
	}
}

// hanging is an engine that answers no question about a sandbox.
type hanging struct{ *patient }

func (hanging) CreateSandbox(ctx context.Context, _ backend.SandboxSpec) (backend.Container, error) {
	<-ctx.Done()
	return backend.Container{}, ctx.Err()
}

func TestASandboxThatIsNeverMadeIsGivenUp(t *testing.T) {
	p := newPatient()
	o := p.options()
	o.Limits.Trial = 50 * time.Millisecond
	o.Open = func(context.Context) (examination.Engine, error) { return hanging{p}, nil }
	r := examination.Examine(t.Context(), o)
	is(t, r, "sandbox", diagnosis.Broken, "it cannot be made: context deadline exceeded")
	is(t, r, "images", diagnosis.OK, "")
	if left, err := p.Networks(t.Context(), nil); err != nil || len(left) > 0 {
		t.Errorf("left are %v, %v", left, err)
	}
}

// interrupted is an engine whose user gives up while a sandbox is made, and which takes its time to remove what was.
type interrupted struct {
	*patient
	giveUp  context.CancelFunc
	removed atomic.Bool
}

func (i *interrupted) CreateSandbox(ctx context.Context, _ backend.SandboxSpec) (backend.Container, error) {
	i.giveUp()
	return backend.Container{}, ctx.Err()
}

func (i *interrupted) RemoveAll(ctx context.Context) error {
	select {
	case <-time.After(5 * time.Second): // of the test's bubble
		i.removed.Store(!i.closed.Load())
		return i.patient.RemoveAll(ctx)
	case <-ctx.Done():
		return ctx.Err()
	}
}

// What a trial has made is removed before the engine is left, also when the user does not wait for what is found.
func TestAnExaminationThatIsInterruptedLeavesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, giveUp := context.WithCancel(t.Context())
		engine := &interrupted{patient: newPatient(), giveUp: giveUp}
		o := engine.options()
		o.Only = []string{"sandbox"}
		o.Answer = func(context.Context) doctor.Answer { return doctor.Answer{} }
		o.Open = func(context.Context) (examination.Engine, error) { return engine, nil }
		examination.Examine(ctx, o)
		if !engine.removed.Load() {
			t.Error("the engine was closed before the trial had removed what it made")
		}
	})
}

// An emulator examines its machine again and again: no connection to a slow engine stays.
func TestAnEngineThatIsOpenedTooLateIsClosed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPatient()
		o := p.options()
		o.Only = []string{"leftovers"}
		o.Answer = func(context.Context) doctor.Answer { return doctor.Answer{} }
		o.Open = func(context.Context) (examination.Engine, error) {
			time.Sleep(time.Minute) // of the test's bubble
			return p, nil
		}
		is(t, examination.Examine(t.Context(), o), "leftovers", diagnosis.Degraded, "not checked: it took too long")
		time.Sleep(2 * time.Minute)
		if !p.closed.Load() {
			t.Error("it stays open")
		}
	})
}

func TestTheSimulatedEngineSaysWhatDoesNotApply(t *testing.T) {
	r := examination.Examine(t.Context(), examination.Options{Simulated: "containers are simulated", Listen: "127.0.0.1:0", Endpoint: "http://127.0.0.1:1", Limits: quick})
	for _, c := range r.Checks {
		applies := slices.Contains([]string{"engine", "ports", "dns", "disk", "environment", "endpoint"}, c.Name)
		if says := strings.Contains(c.Text, "does not apply: containers are simulated"); says == applies || !applies && c.Status != diagnosis.OK {
			t.Errorf("%+v", c)
		}
	}
	if got := names(r); !slices.Equal(got, diagnosis.Names) {
		t.Errorf("made are %v", got)
	}
}
