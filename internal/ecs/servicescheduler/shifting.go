package servicescheduler

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/event"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/shift"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/verb"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// shifting is a strategy that shifts traffic: BLUE_GREEN, CANARY or LINEAR. Blue and green both have the
// desired count of tasks until one of them has all traffic; package shift knows the way.
type shifting struct{}

// advance takes the deployment on its way, or back where it cannot go on.
func (shifting) advance(p *planner) bool {
	r := p.record(p.primary.deployment)
	p.beginShift(r)
	result := shift.Advance(p.situation(r))
	for _, l := range result.Weights {
		p.do(verb.SetWeights{Rule: l.Rule, Weights: l.Weights})
	}
	if result.Split != nil {
		p.do(verb.SetSplit{Split: *result.Split})
	}
	p.resolveGroups(p.targetOf(r), result.Groups)
	if !result.WakeAt.IsZero() {
		p.wake(result.WakeAt)
	}
	p.heeds = append(append(p.heeds, result.Awaits...), p.in.Rules.Heeded()...)
	*r.Shift, r.Hooks = result.Shift, result.Hooks
	switch {
	case result.Over != "":
		p.succeed()
		if !r.Shift.Back {
			p.endRecord(r, types.ServiceDeploymentStatusSuccessful, result.Over)
		}
		return true
	case result.Failure == "":
		p.showWeights(r)
		return false
	}
	p.say(event.DeploymentFailed{Deployment: p.primary.deployment.ID, Reason: result.Failure})
	p.failPrimary(shiftFailedReason)
	if r.Shift.Back {
		p.endRecord(r, types.ServiceDeploymentStatusRollbackFailed, result.Failure)
		p.showWeights(r)
	} else {
		p.strategy.rollBack(p, result.Failure, "ECS deployment")
	}
	return true
}

// breaks: the circuit breaker looks at a deployment while its tasks start. Source: ECS developer guide,
// blue/green deployments.
func (shifting) breaks(p *planner) bool {
	r := p.record(p.primary.deployment)
	return r.Shift != nil && shift.ScalesUp(r.Shift)
}

// alarmed: alarms matter until the bake time is over.
func (shifting) alarmed(p *planner) bool {
	r := p.record(p.primary.deployment)
	return r.Shift == nil || !r.Shift.Back && !shift.Cleaning(r.Shift)
}

// desired is the full count of tasks for both revisions, until one of them goes. The bounds are those of
// each: the other one does not stand in for it.
func (shifting) desired(p *planner) desired {
	r := p.record(p.primary.deployment)
	in := p.bothRevisions(r)
	in.final = shift.CleansUp(r.Shift)
	return in
}

// bothRevisions is what a deployment wants at its stage.
func (p *planner) bothRevisions(r *state.ServiceDeployment) desired {
	in := desired{upper: p.upper(), lower: p.lower(), apart: true}
	green, blue := shift.Wants(r.Shift)
	for _, g := range p.all() {
		t := target{generation: g, drain: whenReplaced}
		switch id := g.deployment.ID; {
		case id == r.Target.DeploymentID && green:
			t.wanted, t.grows, t.drain = p.desiredCount(), !r.Shift.Back || r.Ended(), atOnce // see stands
		case id == r.Shift.Source && blue:
			t.wanted, t.grows, t.drain = p.desiredCount(), true, atOnce
		case id != r.Target.DeploymentID && id != r.Shift.Source && shift.Holds(r.Shift):
			t.wanted, t.drain = g.deployment.DesiredCount, atOnce
			if source := p.generationOf(r.Shift.Source); source != nil && !p.revision(source).Serves {
				t.extra = g.healthy // none that serve go before others do
			}
		}
		in.targets = append(in.targets, t)
	}
	return in
}

// rollBack leads traffic back to blue, whose tasks still run: its deployment is PRIMARY again, with no new
// one. The first deployment of a service has nothing to go back to.
func (shifting) rollBack(p *planner, reason, cause string) {
	r := p.record(p.service.Primary())
	p.beginShift(r)
	p.endHooks(r)
	source := p.deployment(r.Shift.Source)
	if source == nil {
		p.endRecord(r, types.ServiceDeploymentStatusRollbackFailed, reasonNoCandidate)
		return
	}
	p.say(event.RollingBack{Deployment: source.ID})
	p.bringBack(source, r.ARN, rollingBackReason(cause, source.ID))
	r.Status, r.StatusReason = types.ServiceDeploymentStatusRollbackInProgress, reason
	r.Rollback = &state.Rollback{Reason: reason, StartedAt: p.now, RevisionARN: source.Revision.ARN}
	r.Shift = shift.TurnBack(*r.Shift, p.now)
	p.showWeights(r)
}

// succeedUnbalanced completes a deployment at its last stage whose listeners or target groups are gone, so that no target
// becomes healthy any more. It waits until the tasks of the revision that stays run and the other ones have stopped. The
// service is not steady then. What ECS does is not published.
func (p *planner) succeedUnbalanced(in desired) {
	r := p.record(p.primary.deployment)
	balancers, groups := p.between(p.primary)
	if r == nil || r.Shift == nil || !in.final || !inProgress(p.primary) || !shift.LeadsNowhere(balancers, groups, p.in.Rules) {
		return
	}
	for _, g := range in.targets {
		if g.counts.Left != g.wanted || g.counts.ActiveRunning != g.wanted {
			return
		}
	}
	p.succeed()
}

// deployment returns the one with an id that the service lists, or nil.
func (p *planner) deployment(id string) *state.Deployment {
	at := slices.IndexFunc(p.service.Deployments, func(d *state.Deployment) bool { return d.ID == id })
	if at < 0 {
		return nil
	}
	return p.service.Deployments[at]
}

// targetOf is the generation that a service deployment brings.
func (p *planner) targetOf(r *state.ServiceDeployment) *generation {
	return p.generationOf(r.Target.DeploymentID)
}

// generationOf is that of a deployment, or nil.
func (p *planner) generationOf(id string) *generation {
	for _, g := range p.all() {
		if g.deployment.ID == id {
			return g
		}
	}
	return nil
}

// situation gathers what the way on follows from.
func (p *planner) situation(r *state.ServiceDeployment) shift.Situation {
	in := shift.Situation{
		Now: p.now, StartedAt: r.StartedAt, Course: shift.NewCourse(r.DeploymentConfiguration, r.Shift.Source == ""),
		Shift: *r.Shift, Hooks: r.Hooks, Rules: p.in.Rules, Endpoints: p.in.Endpoints, Settled: true, Target: p.revision(p.targetOf(r)),
		NetworkShift: p.in.Delays.NetworkShift,
	}
	brings := p.targetOf(r).deployment.Revision
	in.Target.LoadBalancers, in.Target.Groups = brings.LoadBalancers, brings.TargetGroups
	if in.StartedAt.IsZero() {
		in.StartedAt = p.now
	}
	for _, g := range p.all() {
		switch g.deployment.ID {
		case r.Target.DeploymentID:
		case r.Shift.Source:
			in.Source = p.revision(g)
		default:
			in.Settled, in.Others = in.Settled && g.counts.Left == 0, in.Others || g.healthy > 0
		}
	}
	return in
}

func (p *planner) revision(g *generation) shift.Revision {
	balancers, groups := p.between(g)
	wanted := p.desiredCount()
	return shift.Revision{
		ARN: g.deployment.Revision.ARN, Deployment: g.deployment.ID, LoadBalancers: balancers, Groups: groups,
		Up: g.healthy >= wanted, Serves: g.healthy > 0 || wanted == 0,
	}
}

// resolveGroups notes which target groups the tasks of a generation go into, before it has any.
func (p *planner) resolveGroups(g *generation, groups []string) {
	d := g.deployment
	if groups == nil || d.Revision.TargetGroups != nil {
		return
	}
	resolved := *d.Revision
	resolved.TargetGroups = groups
	d.Revision = &resolved
	p.do(verb.ResolveTargetGroups{DeploymentID: d.ID, Groups: groups})
}

// showWeights keeps in the service deployment what each revision is to have of the traffic. One without
// load balancers and Service Connect, and one without a test rule, shifts none of it. Proxies of Service Connect always
// have a test header.
func (p *planner) showWeights(r *state.ServiceDeployment) {
	target := p.deployment(r.Target.DeploymentID).Revision
	live, test := len(p.in.Endpoints) > 0, len(p.in.Endpoints) > 0
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

// standing is what remains of a deployment that shifted traffic and has ended while both its revisions have tasks. It was
// stopped on its way, with ABORT or by an alarm, or its rollback failed while the new tasks have traffic: both
// revisions keep their tasks, and rules stay as they are, until the next deployment settles the service. Of a rollback
// that failed, that is the emulator's choice. Or it is complete, and tasks of the other revision stay for a while:
// they have no traffic, and no bound counts them with those that serve.
type standing struct{ rolling }

// shareAlike has all tasks of a service have alike of the requests by Service Connect, unless its deployment shifts them.
func (p *planner) shareAlike() {
	switch p.strategy.(type) {
	case shifting, standing:
	default:
		if slices.ContainsFunc(p.in.Endpoints, func(e shift.Endpoint) bool { return e.Split != nil }) {
			p.do(verb.ShareAlike{})
		}
	}
}

func (standing) desired(p *planner) desired {
	in := p.bothRevisions(p.in.Stands)
	in.final = completed(p.primary)
	return in
}

// taskSet is the id of a generation's deployment for announcements that name it: those of a deployment that
// shifts traffic. Source: field reports of service events.
func (p *planner) taskSet(g *generation) string {
	if _, shifts := p.strategy.(shifting); !shifts {
		return ""
	}
	return g.deployment.ID
}
