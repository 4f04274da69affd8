package servicescheduler

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// succeedEarly completes a rolling update of which enough new tasks are healthy, and whose alarms have told of
// no trouble. The other new tasks come as in a scale-out, and failures count no more. With BLOCKING the old
// tasks are gone before; with DEFERRED they go afterwards.
//
//	D=4, 50 %, DEFERRED: 2 healthy: SUCCESSFUL; then 4 new ones, and no old one
//	D=4, 50 %, BLOCKING, minimumHealthyPercent 50: 2 healthy, no old one left: SUCCESSFUL; then 4
//	D=1, 50 %: 1
//
// Source: ECS developer guide, early success criteria. After two weeks ECS no longer tries to stop old
// tasks; the emulator does.
func (p *planner) succeedEarly() {
	c := p.earlySuccess()
	if c == nil || !p.Primary.InProgress() || p.Primary.Deployment.RestoresID != "" {
		return
	}
	left := 0
	for _, g := range p.Older() {
		left += g.Counts.Left
	}
	needed := max(1, (p.DesiredCount()*int(aws.ToInt32(c.HealthyPercent))+99)/100)
	switch {
	case p.Primary.Healthy < needed, c.SourceServiceRevisionCleanup != types.ServiceRevisionCleanupDeferred && left > 0, p.alarmsBake():
	default:
		p.Succeed()
	}
}

// earlySuccess is what the PRIMARY deployment succeeds early by; nil: nothing. Only a rolling update does.
func (p *planner) earlySuccess() *types.DeploymentEarlySuccessCriteria {
	r := p.Record(p.Primary.Deployment)
	if !p.strategy.Traits().SucceedsEarly || r == nil || r.DeploymentConfiguration == nil || p.Service.Status() != state.ServiceActive {
		return nil
	}
	if c := r.DeploymentConfiguration.EarlySuccessCriteria; c != nil && c.Enable {
		return c
	}
	return nil
}
