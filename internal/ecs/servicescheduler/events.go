package servicescheduler

import (
	"slices"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/event"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/verb"
)

// batchSize is how many tasks ECS starts, and so announces, at a time.
// Source: field reports.
const batchSize = 10

// repeatAfter is for how long a message about a cause that persists is not
// repeated. Source: ECS developer guide, service event messages.
const repeatAfter = 6 * time.Hour

// say adds an event.
func (p *planner) say(e event.Event) { p.do(verb.AddEvent{Event: e}) }

// sentence is the message of an event of the service.
func (p *planner) sentence(e event.Event) string { return e.Message(p.service.Name) }

// sayUnlessSaid adds an event that may be repeated only after a while, also if others were said since:
// there may be several tasks to say it of, and other trouble.
func (p *planner) sayUnlessSaid(e event.Event) {
	message := p.sentence(e)
	said := slices.IndexFunc(p.in.Events, func(said types.ServiceEvent) bool { return *said.Message == message })
	if said >= 0 {
		if again := p.in.Events[said].CreatedAt.Add(repeatAfter); p.now.Before(again) {
			p.wake(again)
			return
		}
	}
	p.say(e)
	p.wake(p.now.Add(repeatAfter))
}

// sayOnce adds an event unless it is the last one already; then it waits until it
// may be repeated.
func (p *planner) sayOnce(e event.Event) {
	message := p.sentence(e)
	if len(p.in.Events) > 0 && *p.in.Events[0].Message == message {
		if again := p.in.Events[0].CreatedAt.Add(repeatAfter); p.now.Before(again) {
			p.wake(again)
			return
		}
	}
	p.say(e)
	p.wake(p.now.Add(repeatAfter))
}
