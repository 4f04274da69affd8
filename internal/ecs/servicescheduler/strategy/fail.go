package strategy

import (
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/record"
)

// FailPrimary ends the PRIMARY deployment without success.
func (p Rollout) FailPrimary(s Strategy, reason string) {
	d := p.Primary.Deployment
	d.RolloutState, d.RolloutStateReason = types.DeploymentRolloutStateFailed, reason
	s.Fail(p)
	if r := p.Record(d); r != nil && d.RestoresID == "" {
		p.FollowCircuitBreaker(r, d)
		record.StopWatching(r)
	}
}
