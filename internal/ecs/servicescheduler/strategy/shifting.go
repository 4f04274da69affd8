package strategy

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/event"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/fulfil"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/observe"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/record"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/shift"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/verb"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// Shifting is a strategy that shifts traffic: BLUE_GREEN, CANARY or LINEAR. Blue and green both have the
// desired count of tasks until one of them has all traffic; package shift knows the way.
type Shifting struct{}

// Advance takes the deployment on its way, or back where it cannot go on.
func (s Shifting) Advance(p Rollout) bool {
	r := p.Record(p.Primary.Deployment)
	p.beginShift(r)
	result := shift.Advance(p.situation(r))
	for _, l := range result.Weights {
		p.Plan.Do(verb.SetWeights{Rule: l.Rule, Weights: l.Weights})
	}
	if result.Split != nil {
		p.Plan.Do(verb.SetSplit{Split: *result.Split})
	}
	p.resolveGroups(p.targetOf(r), result.Groups)
	if !result.WakeAt.IsZero() {
		p.Plan.Wake(result.WakeAt)
	}
	p.Plan.Heed(append(result.Awaits, p.Rules.Heeded()...)...)
	*r.Shift, r.Hooks = result.Shift, result.Hooks
	switch {
	case result.Over != "":
		p.Succeed()
		if !r.Shift.Back {
			p.End(r, types.ServiceDeploymentStatusSuccessful, result.Over)
		}
		return true
	case result.Failure == "":
		p.showWeights(r)
		return false
	}
	p.Plan.Say(event.DeploymentFailed{Deployment: p.Primary.Deployment.ID, Reason: result.Failure})
	p.FailPrimary(s, record.ShiftFailedReason)
	if r.Shift.Back {
		p.End(r, types.ServiceDeploymentStatusRollbackFailed, result.Failure)
		p.showWeights(r)
	} else {
		s.RollBack(p, result.Failure, "ECS deployment")
	}
	return true
}

// Breaks implements Strategy: the circuit breaker looks at a deployment while its tasks start. Source: ECS developer guide,
// blue/green deployments.
func (Shifting) Breaks(p Rollout) bool {
	r := p.Record(p.Primary.Deployment)
	return r.Shift != nil && shift.ScalesUp(r.Shift)
}

// Alarmed implements Strategy: alarms matter until the bake time is over.
func (Shifting) Alarmed(p Rollout) bool {
	r := p.Record(p.Primary.Deployment)
	return r.Shift == nil || !r.Shift.Back && !shift.Cleaning(r.Shift)
}

// Desired is the full count of tasks for both revisions, until one of them goes. Each has the
// bounds for itself: the other one does not stand in for it.
func (Shifting) Desired(p Rollout) fulfil.Desired {
	r := p.Record(p.Primary.Deployment)
	in := p.bothRevisions(r)
	in.Final = shift.CleansUp(r.Shift)
	return in
}

// bothRevisions is what a deployment wants at its stage.
func (p Rollout) bothRevisions(r *state.ServiceDeployment) fulfil.Desired {
	p.DropEnded()
	in := fulfil.Desired{Apart: true}
	green, blue := shift.Wants(r.Shift)
	for _, g := range p.Generations {
		t := fulfil.Target{Generation: g, Drain: fulfil.WhenReplaced, Own: p.bounds()}
		switch id := g.Deployment.ID; {
		case id == r.Target.DeploymentID && green:
			t.Wanted, t.Grows, t.Drain = p.DesiredCount(), !r.Shift.Back || r.Ended(), fulfil.AtOnce // see stands
		case id == r.Shift.Source && blue:
			t.Wanted, t.Grows, t.Drain = p.DesiredCount(), true, fulfil.AtOnce
		case id != r.Target.DeploymentID && id != r.Shift.Source && shift.Holds(r.Shift):
			t.Wanted, t.Drain = g.Deployment.DesiredCount, fulfil.AtOnce
			if source := p.Of(r.Shift.Source); source != nil && !p.revision(source).Serves {
				t.Extra = g.Healthy // none that serve go before others do
			}
		}
		in.Targets = append(in.Targets, t)
	}
	return in
}

// Fail implements Strategy: traffic goes first.
func (Shifting) Fail(Rollout)   {}
func (Shifting) Traits() Traits { return Traits{Shifts: true, Shares: true} }

// RollBack leads traffic back to blue, whose tasks still run: its deployment is PRIMARY again, with no new
// one. The first deployment of a service has nothing to go back to.
func (Shifting) RollBack(p Rollout, reason, cause string) {
	r := p.Record(p.Service.Primary())
	p.beginShift(r)
	p.EndHooks(r)
	source := p.Of(r.Shift.Source)
	if source == nil {
		p.End(r, types.ServiceDeploymentStatusRollbackFailed, record.ReasonNoCandidate)
		return
	}
	d := source.Deployment
	p.Plan.Say(event.RollingBack{Deployment: d.ID})
	p.BringBack(d, r.ARN, record.RollingBackReason(cause, d.ID))
	r.Status, r.StatusReason = types.ServiceDeploymentStatusRollbackInProgress, reason
	r.Rollback = &state.Rollback{Reason: reason, StartedAt: p.Now, RevisionARN: d.Revision.ARN}
	r.Shift = shift.TurnBack(*r.Shift, p.Now)
	p.showWeights(r)
}

// SucceedUnbalanced completes a deployment at its last stage whose listeners or target groups are gone, so that no target
// becomes healthy any more. It waits until the tasks of the revision that stays run and the other ones have stopped. The
// service is not steady then. What ECS does is not published.
func (p Rollout) SucceedUnbalanced(in fulfil.Desired) {
	r := p.Record(p.Primary.Deployment)
	balancers, groups := p.between(p.Primary)
	if r == nil || r.Shift == nil || !in.Final || !p.Primary.InProgress() || !shift.LeadsNowhere(balancers, groups, p.Rules) {
		return
	}
	for _, g := range in.Targets {
		if g.Counts.Left != g.Wanted || g.Counts.ActiveRunning != g.Wanted {
			return
		}
	}
	p.Succeed()
}

// targetOf is the generation that a service deployment brings.
func (p Rollout) targetOf(r *state.ServiceDeployment) *observe.Generation {
	return p.Of(r.Target.DeploymentID)
}

// situation gathers what the way on follows from.
func (p Rollout) situation(r *state.ServiceDeployment) shift.Situation {
	in := shift.Situation{
		Now: p.Now, StartedAt: r.StartedAt, Course: shift.NewCourse(r.DeploymentConfiguration, r.Shift.Source == ""),
		Shift: *r.Shift, Hooks: r.Hooks, Rules: p.Rules, Endpoints: p.Endpoints, Settled: true, Target: p.revision(p.targetOf(r)),
		NetworkShift: p.Delays.NetworkShift,
	}
	brings := p.targetOf(r).Deployment.Revision
	in.Target.LoadBalancers, in.Target.Groups = brings.LoadBalancers, brings.TargetGroups
	if in.StartedAt.IsZero() {
		in.StartedAt = p.Now
	}
	for _, g := range p.Generations {
		switch g.Deployment.ID {
		case r.Target.DeploymentID:
		case r.Shift.Source:
			in.Source = p.revision(g)
		default:
			in.Settled, in.Others = in.Settled && g.Counts.Left == 0, in.Others || g.Healthy > 0
		}
	}
	return in
}

func (p Rollout) revision(g *observe.Generation) shift.Revision {
	balancers, groups := p.between(g)
	wanted := p.DesiredCount()
	return shift.Revision{
		ARN: g.Deployment.Revision.ARN, Deployment: g.Deployment.ID, LoadBalancers: balancers, Groups: groups,
		Up: g.Healthy >= wanted, Serves: g.Healthy > 0 || wanted == 0,
	}
}

// resolveGroups notes which target groups the tasks of a generation go into, before it has any.
func (p Rollout) resolveGroups(g *observe.Generation, groups []string) {
	d := g.Deployment
	if groups == nil || d.Revision.TargetGroups != nil {
		return
	}
	resolved := *d.Revision
	resolved.TargetGroups = groups
	d.Revision = &resolved
	p.Plan.Do(verb.ResolveTargetGroups{DeploymentID: d.ID, Groups: groups})
}

// showWeights keeps in the service deployment what each revision is to have of the traffic. One without
// load balancers and Service Connect, and one without a test rule, shifts none of it. Proxies of Service Connect always
// have a test header.
func (p Rollout) showWeights(r *state.ServiceDeployment) {
	target := p.targetOf(r).Deployment.Revision
	live, test := len(p.Endpoints) > 0, len(p.Endpoints) > 0
	if target.TargetGroups == nil && (!live || len(target.LoadBalancers) > 0) {
		return
	}
	for _, b := range target.LoadBalancers {
		if a := b.AdvancedConfiguration; a != nil {
			live, test = true, test || aws.ToString(a.TestListenerRule) != ""
		}
	}
	traffic := shift.TrafficOf
	if r.Ended() {
		traffic = shift.Kept
	}
	t := traffic(r.Shift, shift.NewCourse(r.DeploymentConfiguration, r.Shift.Source == ""))
	show := func(of *state.DeployedRevision, t shift.Traffic) {
		if live {
			of.ProductionWeight = &t.Production
		}
		if test {
			of.TestWeight = &t.Test
		}
	}
	show(&r.Target, t)
	for i := range r.Sources {
		rest := shift.Traffic{}
		if r.Sources[i].DeploymentID == r.Shift.Source {
			rest = shift.Traffic{Production: 100 - t.Production, Test: 100 - t.Test}
		}
		show(&r.Sources[i], rest)
	}
}
