package plan

import (
	"slices"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/event"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/verb"
)

// repeatAfter is for how long a message about a cause that persists is not
// repeated. Source: ECS developer guide, service event messages.
const repeatAfter = 6 * time.Hour

// Say adds an event.
func (p *Plan) Say(e event.Event) { p.Do(verb.AddEvent{Event: e}) }

// SayAnyway adds an event, and wakes when it may be repeated.
func (p *Plan) SayAnyway(e event.Event) {
	p.Say(e)
	p.Wake(p.now.Add(repeatAfter))
}

// SayUnlessSaid adds an event that may be repeated only after a while, also if others were said since:
// there may be several tasks to say it of, and other trouble.
func (p *Plan) SayUnlessSaid(e event.Event) { p.sayUnlessAmong(p.said, e) }

// SayOnce adds an event unless it is the last one already; then it waits until it
// may be repeated.
func (p *Plan) SayOnce(e event.Event) { p.sayUnlessAmong(p.said[:min(1, len(p.said))], e) }

func (p *Plan) sayUnlessAmong(said []types.ServiceEvent, e event.Event) {
	message := e.Message(p.service)
	if at := slices.IndexFunc(said, func(e types.ServiceEvent) bool { return *e.Message == message }); at >= 0 {
		if again := said[at].CreatedAt.Add(repeatAfter); p.now.Before(again) {
			p.Wake(again)
			return
		}
	}
	p.SayAnyway(e)
}
