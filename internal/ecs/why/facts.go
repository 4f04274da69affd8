package why

import (
	"net/netip"
	"slices"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/outbox"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/faults"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// Facts are what answers follow from. A function that is nil knows nothing, and so the methods below may be called of any
// Facts with a transaction.
type Facts struct {
	Tx  *store.Tx
	Now time.Time
	// Lines returns the last lines that a container of a task has logged, the oldest first.
	Lines func(t *state.Task, container string) []Evidence
	// Events returns the events that are kept, the oldest first. It takes time in proportion to them: what is asked for each
	// task has a function of its own.
	Events func() []outbox.Event
	// Acts returns the times that faults have acted on a task, a container instance or an image, the oldest first, as far as
	// events of it are kept.
	Acts func(hit string) []Act
	// Waiting returns the causes of a task that waits for a container instance; package placecause.
	Waiting func(f *Facts, t *state.Task) []Answer
	// Faults are in force.
	Faults []faults.Fault
	// KeptApart says which security groups keep a load balancer away from a port of a target; empty: none do.
	KeptApart func(loadBalancerARN string, target netip.Addr, port int) string
	// Silent are the engines that do not answer, by name. One of which there is no other has none.
	Silent map[string]Silence
}

// Silence is an engine that does not answer.
type Silence struct {
	Engine string // its name
	Since  time.Time
	Error  string // what it said instead
}

// String names the engine.
func (s Silence) String() string {
	if s.Engine == "" {
		return "the container engine"
	}
	return "the container engine " + s.Engine
}

// SilentAmong is the engine of some tasks that does not answer.
func (f *Facts) SilentAmong(tasks []*state.Task) (s Silence, found bool) {
	for _, t := range tasks {
		if s, found = f.Silent[t.Placement.Host]; found {
			return s, true
		}
	}
	return s, false
}

// Act is a fault that has acted on something.
type Act struct {
	At   time.Time
	ID   string
	Kind faults.Kind
	// Began is when the fault began, and Members are those that its maker set, as JSON; both are empty if no event of it is
	// kept.
	Began   time.Time
	Members string
	// Past: a later start of the emulator has given its id to another fault.
	Past bool
}

// LinesOf returns the last lines of a container.
func (f *Facts) LinesOf(t *state.Task, container string) []Evidence {
	if f.Lines == nil {
		return nil
	}
	return f.Lines(t, container)
}

// ActsOn returns the faults that have acted on something.
func (f *Facts) ActsOn(hit string) []Act {
	if f.Acts == nil {
		return nil
	}
	return f.Acts(hit)
}

// Lasts reports whether the fault of an act is in force.
func (f *Facts) Lasts(act Act) bool {
	return !act.Past && slices.ContainsFunc(f.Faults, func(fault faults.Fault) bool { return fault.ID == act.ID && fault.Kind == act.Kind })
}

// WhatKeepsApart says which security groups keep a load balancer away from a port of a target.
func (f *Facts) WhatKeepsApart(loadBalancerARN string, target netip.Addr, port int) string {
	if f.KeptApart == nil {
		return ""
	}
	return f.KeptApart(loadBalancerARN, target, port)
}
