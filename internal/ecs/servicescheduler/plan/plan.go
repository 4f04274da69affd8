// Package plan gathers what shall be done about a service now. The stages of a decision add to one [Plan].
package plan

import (
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/verb"
)

// Plan is what shall be done about a service now.
type Plan struct {
	Verbs []verb.Verb // in order; none: the service is as it should be
	// WakeAt is when to decide again though nothing has changed; zero is never.
	WakeAt time.Time
	Awaits Condition
	// Crowded are, if there are any, the zones in which another container instance changes nothing. One in any
	// other zone does.
	Crowded []string
	// Heeds are ARNs of load balancers, target groups and alarms whose news may change the next decision.
	Heeds []string

	now     time.Time
	service string               // its name, which its events begin with
	said    []types.ServiceEvent // newest first
}

// New is an empty plan for the service with a name, which has said events, newest first.
func New(now time.Time, service string, said []types.ServiceEvent) *Plan {
	return &Plan{now: now, service: service, said: said}
}

// Do adds a verb.
func (p *Plan) Do(v verb.Verb) { p.Verbs = append(p.Verbs, v) }

// Wake asks for another decision at a time, or earlier.
func (p *Plan) Wake(at time.Time) {
	if p.WakeAt.IsZero() || at.Before(p.WakeAt) {
		p.WakeAt = at
	}
}

// Early reports whether a delay is not over that began at a time, and wakes when it is.
func (p *Plan) Early(since time.Time, delay time.Duration) bool {
	due := since.Add(delay)
	if delay == 0 || !p.now.Before(due) {
		return false
	}
	p.Wake(due)
	return true
}

// Await says what has to happen elsewhere before the next decision may differ.
func (p *Plan) Await(what Condition) { p.Awaits = max(p.Awaits, what) }

// Heed names rows of other services whose news may change the next decision.
func (p *Plan) Heed(arns ...string) { p.Heeds = append(p.Heeds, arns...) }
