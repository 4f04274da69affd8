package strategy

import (
	"slices"

	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/shift"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/verb"
)

// ShareAlike has all tasks of a service have alike of the requests by Service Connect, unless its strategy shares them.
func (p Rollout) ShareAlike(s Strategy) {
	if !s.Traits().Shares && slices.ContainsFunc(p.Endpoints, func(e shift.Endpoint) bool { return e.Split != nil }) {
		p.Plan.Do(verb.ShareAlike{})
	}
}
