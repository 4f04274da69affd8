// Package examination looks at a machine and its container engine, and has package doctor judge what it finds: all checks side
// by side, each with a time of its own, so that an engine that does not answer holds up no other one.
//
//	report := examination.Examine(ctx, examination.Options{Ask: ask, Open: open, Listen: "127.0.0.1:4577"})
package examination

import (
	"context"
	"errors"
	"net/netip"
	"net/url"
	"slices"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/diagnosis"
	"github.com/ecs-emulator/ecs-emulator/internal/host/doctor"
	"github.com/ecs-emulator/ecs-emulator/internal/host/doctor/machine"
)

// Engine is an engine that is opened for an owner of its own.
type Engine interface {
	backend.Engine
	// EnsureImages puts the programs that run beside tasks on the engine.
	EnsureImages(ctx context.Context) error
	// OtherOwners are the other ones that have things on the engine.
	OtherOwners(ctx context.Context) ([]diagnosis.Owner, error)
}

// Options say what to look at.
type Options struct {
	// Simulated is why there is no engine to look at; empty: there is one.
	Simulated string
	// FallBack says that containers are simulated where the engine does not answer.
	FallBack bool
	// Ask asks the engine about itself, and Open opens it. Both are required, unless containers are Simulated.
	Ask  func(ctx context.Context) diagnosis.Engine
	Open func(ctx context.Context) (Engine, error)

	// Listen is the address of the endpoint, and Endpoint its URL, which the user has Named or not.
	Listen, Endpoint string
	Named            bool
	// Answer is what is at the endpoint. Nil: it is asked.
	Answer func(ctx context.Context) doctor.Answer
	// Ports is what the emulator at the endpoint says of its ports, Moved are ports of this one's tasks. Both may be nil.
	Ports func(ctx context.Context) (diagnosis.Check, error)
	Moved func() []doctor.Moved

	// Only are the names of the checks to make; none is all.
	Only []string
	// VPC and Instance are the ranges that the emulator has; zero ones are its defaults.
	VPC, Instance netip.Prefix
	// State is the directory of the emulator's state; empty is none.
	State string
	// Variables are the clients' environment, as os.Environ has it. Real says whether a profile leads to credentials of AWS; nil:
	// none does.
	Variables []string
	Real      func(profile string) bool
	Version   string // of this program

	Limits Limits
	// Tell is told each check as soon as it and those before it are there. Nil: nothing is.
	Tell func(diagnosis.Check)
}

// Limits are how long the parts of an examination may take. Those that are zero have a default.
type Limits struct {
	Engine time.Duration // what the engine says: 10 s
	Images time.Duration // which may have to be built: 3 min
	Trial  time.Duration // of a sandbox, without its removal: 1 min
	Other  time.Duration // all else: 10 s
}

func (l *Limits) complete() {
	for _, one := range []struct {
		limit *time.Duration
		value time.Duration
	}{{&l.Engine, 10 * time.Second}, {&l.Images, 3 * time.Minute}, {&l.Trial, time.Minute}, {&l.Other, 10 * time.Second}} {
		if *one.limit == 0 {
			*one.limit = one.value
		}
	}
}

const (
	// grace is how long what heeds its context may take to end.
	grace = time.Second
	// trialGrace is the same for a trial, which removes what it has made; see doctor.Try.
	trialGrace = 30 * time.Second
)

// errLate is why there is no answer.
var errLate = errors.New("it took too long")

// round is an examination under way.
type round struct {
	Options
	engine *later[diagnosis.Engine]
	opened *later[opened]
	images *later[error]
	trial  *later[doctor.Trial]
	answer *later[doctor.Answer]
}

type opened struct {
	engine Engine
	err    error
}

// Examine makes all checks.
func Examine(ctx context.Context, o Options) diagnosis.Report {
	o.Limits.complete()
	r := &round{Options: o}
	r.answer = begin(ctx, o.Limits.Other, grace, r.ask, func() doctor.Answer {
		return doctor.Answer{URL: doctor.Shown(o.Endpoint), Silence: errLate.Error()}
	})
	if o.Simulated == "" && r.wants("engine", "cgroup", "sandbox", "images", "ports", "ranges", "dns", "disk", "clock", "leftovers", "container") {
		r.beginEngine(ctx)
	}
	defer r.close()
	var checks []diagnosis.Check
	for _, check := range r.begin(ctx) {
		found := check.wait()
		checks = append(checks, found)
		if o.Tell != nil {
			o.Tell(found)
		}
	}
	return diagnosis.Of(checks)
}

// beginEngine begins what the checks of the engine share. Images come before the trial, which needs them.
func (r *round) beginEngine(ctx context.Context) {
	r.engine = begin(ctx, r.Limits.Engine, grace, r.Ask, func() diagnosis.Engine { return diagnosis.Engine{Trouble: diagnosis.Silent} })
	if !r.wants("cgroup", "sandbox", "images", "leftovers") {
		return
	}
	r.opened = begin(ctx, 2*r.Limits.Engine, grace, func(ctx context.Context) opened {
		if r.engine.wait().Trouble != "" {
			return opened{err: errors.New("the engine does not answer")}
		}
		engine, err := r.Open(ctx)
		if err == nil && ctx.Err() != nil { // nothing waits for it any more
			_ = engine.Close()
			err = errLate
		}
		return opened{engine, err}
	}, func() opened { return opened{err: errLate} })
	if !r.wants("cgroup", "sandbox", "images") {
		return
	}
	r.images = begin(ctx, 2*r.Limits.Engine+r.Limits.Images, grace, func(ctx context.Context) error {
		if on := r.opened.wait(); on.err != nil {
			return on.err
		} else {
			return on.engine.EnsureImages(ctx)
		}
	}, func() error { return errLate })
	r.trial = begin(ctx, 2*r.Limits.Engine+r.Limits.Images+r.Limits.Trial, trialGrace, func(ctx context.Context) doctor.Trial {
		if r.images.wait() != nil {
			return doctor.Trial{}
		}
		ctx, cancel := context.WithTimeout(ctx, r.Limits.Trial)
		defer cancel()
		return doctor.Try(ctx, r.opened.wait().engine)
	}, func() doctor.Trial { return doctor.Trial{Done: true, Step: "it takes too long", Err: errLate} })
}

// close leaves the engine when the trial has removed what it made, also where the checks are not waited for.
func (r *round) close() {
	if r.trial != nil {
		r.trial.wait()
	}
	if r.opened == nil {
		return
	}
	if on := r.opened.wait(); on.err == nil {
		_ = on.engine.Close()
	}
}

func (r *round) ask(ctx context.Context) doctor.Answer {
	a := doctor.Answer{}
	if r.Answer != nil {
		a = r.Answer(ctx)
	} else {
		a = machine.Ask(ctx, r.Endpoint)
	}
	a.Named, a.Own = r.Named, r.Version
	return a
}

// wants reports whether one of some checks is to be made.
func (r *round) wants(names ...string) bool {
	return len(r.Only) == 0 || slices.ContainsFunc(names, func(name string) bool { return slices.Contains(r.Only, name) })
}

// endpointHost is the host of the endpoint's URL.
func (r *round) endpointHost() string {
	u, err := url.Parse(r.Endpoint)
	if err != nil {
		return ""
	}
	return u.Hostname()
}
