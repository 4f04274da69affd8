package fault_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/fault"
	"github.com/ecs-emulator/ecs-emulator/backend/sim"
)

// world is an engine with faults, a running sandbox and the events that it told of.
type world struct {
	*testing.T
	*fault.Engine
	behind  *sim.Engine
	sandbox string
	events  []backend.Event
}

// in runs a story in a bubble of fake time.
func in(t *testing.T, story func(w *world)) {
	synctest.Test(t, func(t *testing.T) {
		w := &world{T: t, behind: sim.New(sim.Options{Images: []string{"app"}})}
		w.Engine = fault.New(w.behind, fault.Options{Seed: 1})
		if _, err := w.EnsureNetwork(t.Context(), backend.NetworkSpec{Name: "vpc"}); err != nil {
			t.Fatal(err)
		}
		c, err := w.CreateSandbox(t.Context(), backend.SandboxSpec{Name: "box", Network: "vpc"})
		if err != nil {
			t.Fatal(err)
		}
		w.sandbox = c.ID
		if err := w.Start(t.Context(), c.ID); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		defer func() { cancel(); synctest.Wait() }()
		go w.Watch(ctx, nil, func(e backend.Event) { w.events = append(w.events, e) })
		synctest.Wait()
		w.events = nil
		story(w)
	})
}

func (w *world) rule(r fault.Rule) string {
	w.Helper()
	id, err := w.AddRule(r)
	if err != nil {
		w.Fatal(err)
	}
	return id
}

func (w *world) container(name string) (string, error) {
	return w.Create(w.Context(), backend.ContainerSpec{
		Name: name, Image: "app", Sandbox: w.sandbox, Labels: map[string]string{"name": name},
	})
}

func (w *world) run(name string) string {
	w.Helper()
	id, err := w.container(name)
	if err == nil {
		err = w.Start(w.Context(), id)
	}
	if err != nil {
		w.Fatal(err)
	}
	return id
}

func (w *world) state(id string) backend.State {
	w.Helper()
	c, err := w.behind.Inspect(w.Context(), id)
	if err != nil {
		w.Fatal(err)
	}
	return c.State
}

func TestACallFailsWithTheTextOfItsRule(t *testing.T) {
	in(t, func(w *world) {
		id := w.rule(fault.Rule{Call: fault.Pull, Image: "shop/*", Error: "toomanyrequests", Times: 2})
		for _, c := range []struct{ ref, want string }{
			{"other/web", ""}, {"shop/web:1", "toomanyrequests"}, {"shop/web:2", "toomanyrequests"}, {"shop/web:3", ""},
		} {
			err := w.Pull(w.Context(), backend.PullSpec{Ref: c.ref})
			if (err == nil) != (c.want == "") || err != nil && err.Error() != c.want {
				w.Errorf("Pull of %s: %v, want %q", c.ref, err, c.want)
			}
		}
		if rules := w.Rules(); len(rules) != 1 || rules[0].ID != id || rules[0].Used != 2 {
			w.Errorf("rules %+v", rules)
		}
		if !w.RemoveRule(id) || w.RemoveRule(id) || len(w.Rules()) != 0 {
			w.Error("a rule is not removed once")
		}
	})
}

func TestALocalImageIsPulledWhenItsPullShallGoWrong(t *testing.T) {
	in(t, func(w *world) {
		w.rule(fault.Rule{Call: fault.Pull, Image: "app", Delay: time.Minute, Times: 1})
		if !w.PullActs("app") || w.PullActs("app") || w.PullActs("other") {
			w.Error("a rule about one pull is not about the next one of its image alone")
		}
		began := time.Now()
		if err := w.Pull(w.Context(), backend.PullSpec{Ref: "127.0.0.1:4577/app@sha256:" + strings.Repeat("a", 64), Named: "app"}); err != nil || time.Since(began) != time.Minute {
			w.Errorf("Pull: %v after %v", err, time.Since(began))
		}
		for range 2 {
			if image, err := w.Image(w.Context(), "app", ""); err != nil || len(image.Digests) != 0 {
				w.Errorf("Image after the pull: %+v, %v; want the one that was built here", image, err)
			}
		}
	})
}

func TestACallIsSlow(t *testing.T) {
	in(t, func(w *world) {
		w.rule(fault.Rule{Call: fault.Image, Delay: time.Minute, DelayAnswer: time.Second})
		began := time.Now()
		if _, err := w.Image(w.Context(), "app", ""); err != nil || time.Since(began) != time.Minute+time.Second {
			w.Errorf("Image: %v after %v", err, time.Since(began))
		}
		ctx, cancel := context.WithTimeout(w.Context(), time.Second)
		defer cancel()
		if _, err := w.Image(ctx, "app", ""); !errors.Is(err, context.DeadlineExceeded) {
			w.Errorf("Image with a deadline: %v", err)
		}
	})
}

func TestACallHangsUntilItsContextEnds(t *testing.T) {
	in(t, func(w *world) {
		w.rule(fault.Rule{Call: fault.Start, Hang: true})
		id, err := w.container("web")
		if err != nil {
			w.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(w.Context(), time.Hour)
		defer cancel()
		if err := w.Start(ctx, id); !errors.Is(err, context.DeadlineExceeded) || w.state(id) != backend.Created {
			w.Errorf("Start: %v, and the container is %s", err, w.state(id))
		}
	})
}

func TestACallOrItsAnswerGetsLost(t *testing.T) {
	in(t, func(w *world) {
		lost := w.rule(fault.Rule{Call: fault.Start, LoseCall: true})
		id, err := w.container("web")
		if err != nil {
			w.Fatal(err)
		}
		if err := w.Start(w.Context(), id); !errors.Is(err, backend.ErrUnavailable) || w.state(id) != backend.Created {
			w.Errorf("Start whose call is lost: %v, and the container is %s", err, w.state(id))
		}
		w.RemoveRule(lost)
		w.rule(fault.Rule{Call: fault.Start, LoseAnswer: true})
		if err := w.Start(w.Context(), id); !errors.Is(err, backend.ErrUnavailable) || w.state(id) != backend.Running {
			w.Errorf("Start whose answer is lost: %v, and the container is %s", err, w.state(id))
		}
	})
}

func TestAContainerCrashes(t *testing.T) {
	in(t, func(w *world) {
		before, other := w.run("web-1"), w.run("job")
		w.rule(fault.Rule{Call: fault.Crash, Labels: map[string]string{"name": "web-*"}, Delay: 5 * time.Second, Times: 2})
		synctest.Wait()
		after, third := w.run("web-2"), w.run("web-3")
		time.Sleep(4 * time.Second)
		if w.state(before) != backend.Running || w.state(after) != backend.Running {
			w.Error("a container crashed too early")
		}
		time.Sleep(2 * time.Second)
		synctest.Wait()
		for id, want := range map[string]backend.State{
			before: backend.Exited, after: backend.Exited, other: backend.Running, third: backend.Running, w.sandbox: backend.Running,
		} {
			if got := w.state(id); got != want {
				w.Errorf("container is %s, want %s", got, want)
			}
		}
	})
}

func TestEventsGetLost(t *testing.T) {
	in(t, func(w *world) {
		w.rule(fault.Rule{Call: fault.Event, Labels: map[string]string{"name": "quiet"}, LoseAnswer: true})
		loud := w.run("loud")
		w.run("quiet")
		synctest.Wait()
		if len(w.events) != 1 || w.events[0].ContainerID != loud {
			w.Errorf("events %+v, want one of the other container", w.events)
		}
	})
}

func TestTheEngineIsAway(t *testing.T) {
	in(t, func(w *world) {
		id := w.run("web")
		w.rule(fault.Rule{Call: fault.Stop, Hang: true})
		stopped := make(chan error, 1)
		go func() { stopped <- w.Stop(context.Background(), id, time.Hour) }()
		synctest.Wait()
		w.events = nil
		w.Leave("maintenance")
		w.Leave("again")
		if err := <-stopped; !errors.Is(err, backend.ErrUnavailable) {
			w.Errorf("a call under way: %v", err)
		}
		if _, err := w.Info(w.Context()); !errors.Is(err, backend.ErrUnavailable) {
			w.Errorf("Info: %v", err)
		}
		if err := w.behind.Crash(w.Context(), id); err != nil {
			w.Fatal(err)
		}
		synctest.Wait()
		w.Return()
		var kinds []backend.EventKind
		for _, e := range w.events {
			kinds = append(kinds, e.Kind)
		}
		if want := []backend.EventKind{backend.Disconnected, backend.Resync}; !slices.Equal(kinds, want) {
			w.Errorf("events %v, want %v", kinds, want)
		}
		if _, err := w.Info(w.Context()); err != nil {
			w.Errorf("Info after the return: %v", err)
		}
	})
}

func TestTheSeedDecidesWhatIsLeftToChance(t *testing.T) {
	outcome := func(seed uint64) (failed []bool) {
		e := fault.New(sim.New(sim.Options{Images: []string{"app"}}), fault.Options{Seed: seed})
		if _, err := e.AddRule(fault.Rule{Call: fault.Image, LoseCall: true, Probability: 0.5}); err != nil {
			t.Fatal(err)
		}
		for range 64 {
			_, err := e.Image(t.Context(), "app", "")
			failed = append(failed, err != nil)
		}
		return failed
	}
	first := outcome(1)
	if !slices.Contains(first, true) || !slices.Contains(first, false) {
		t.Errorf("a probability of one half: %v", first)
	}
	if !slices.Equal(first, outcome(1)) || slices.Equal(first, outcome(2)) {
		t.Error("the outcome does not follow from the seed")
	}
}

func TestRulesThatMakeNoSenseAreRefused(t *testing.T) {
	e := fault.New(sim.New(sim.Options{}), fault.Options{})
	for name, r := range map[string]fault.Rule{
		"no such call":            {Call: "fly", Hang: true},
		"nothing goes wrong":      {Call: fault.Pull},
		"negative delay":          {Call: fault.Pull, Delay: -1},
		"impossible probability":  {Call: fault.Pull, Hang: true, Probability: 2},
		"negative number of time": {Call: fault.Pull, Hang: true, Times: -1},
	} {
		if id, err := e.AddRule(r); err == nil {
			t.Errorf("%s: the rule is accepted as %s", name, id)
		}
	}
}

// toldToWait is a caller that wants to know that its call waits for the clock.
type toldToWait func()

func (f toldToWait) WaitsForClock() (over func()) { f(); return func() {} }

// Who is told so may have the clock go on at once: a timer that was set only then would
// be late.
func TestADelayIsSetBeforeTheCallerKnows(t *testing.T) {
	set, told := false, false
	e := fault.New(sim.New(sim.Options{}), fault.Options{AfterFunc: func(_ time.Duration, f func()) func() bool {
		set = true
		return time.AfterFunc(0, f).Stop
	}})
	if _, err := e.AddRule(fault.Rule{Call: fault.Info, Delay: time.Hour}); err != nil {
		t.Fatal(err)
	}
	ctx := context.WithValue(t.Context(), backend.ClockWaiterKey, toldToWait(func() {
		told = true
		if !set {
			t.Error("the caller knows before there is a timer")
		}
	}))
	if _, err := e.Info(ctx); err != nil || !told {
		t.Errorf("told: %v, %v", told, err)
	}
}
