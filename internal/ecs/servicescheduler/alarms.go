package servicescheduler

import (
	"slices"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/event"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/observe"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/record"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// watchAlarms begins to watch the alarms of the PRIMARY deployment, and reports whether one of them has
// ended it. With one that is triggered already when the deployment begins, none is watched.
//
//	ALARM at the start:                      DISABLED; the deployment succeeds
//	ALARM while tasks start, or in bake time: TRIGGERED, FAILED; with rollback, back
//
// Source: ECS developer guide, deployment alarms.
func (p *planner) watchAlarms() bool {
	d, c := p.Primary.Deployment, observe.DeploymentAlarms(p.Record(p.Primary.Deployment))
	r := p.Record(d)
	if c == nil || !p.Primary.InProgress() || d.RestoresID != "" {
		return false
	}
	triggered := p.triggered(c)
	if r.Alarms.Status == "" {
		r.Alarms = state.DeploymentAlarms{Status: types.ServiceDeploymentRollbackMonitorsStatusMonitoring, Names: c.AlarmNames, Before: p.alarmedBefore(c)}
		if len(triggered) > 0 {
			r.Alarms.Status = types.ServiceDeploymentRollbackMonitorsStatusDisabled
		}
	}
	if r.Alarms.Status != types.ServiceDeploymentRollbackMonitorsStatusMonitoring || !p.strategy.Alarmed(p.rollout) {
		return false
	}
	if len(triggered) == 0 {
		for _, name := range c.AlarmNames {
			p.Plan.Heed(p.Alarms[name].ARN)
		}
		return false
	}
	p.Plan.Say(event.DeploymentFailed{Deployment: d.ID, Reason: "alarm detected."})
	p.rollout.FailPrimary(p.strategy, record.AlarmReason)
	r.Alarms.Status, r.Alarms.Triggered = types.ServiceDeploymentRollbackMonitorsStatusTriggered, triggered
	if c.Rollback {
		p.strategy.RollBack(p.rollout, record.ReasonAlarmRollback, "ECS deployment")
	} else {
		p.Abort(record.ReasonAlarmStop)
	}
	return true
}

func (p *planner) alarmedBefore(c *types.DeploymentAlarms) map[string]int {
	before := map[string]int{}
	for _, name := range c.AlarmNames {
		before[name] = p.Alarms[name].Alarmed
	}
	return before
}

func (p *planner) triggered(c *types.DeploymentAlarms) (names []string) {
	for _, name := range c.AlarmNames {
		if p.Alarms[name].Triggered && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// alarmsBake reports whether a rolling update that has what it is to have goes on, since its alarms may yet
// tell of trouble.
func (p *planner) alarmsBake() bool {
	r := p.Record(p.Primary.Deployment)
	if r == nil || r.Alarms.Status != types.ServiceDeploymentRollbackMonitorsStatusMonitoring || !p.Primary.InProgress() ||
		p.Service.Status() != state.ServiceActive || r.Shift != nil {
		return false
	}
	if r.Alarms.BakesSince.IsZero() {
		r.Alarms.BakesSince = p.Now
	}
	return p.Plan.Early(r.Alarms.BakesSince, observe.AlarmBake(r, p.Alarms))
}
