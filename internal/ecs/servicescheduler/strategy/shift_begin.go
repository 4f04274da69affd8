package strategy

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/observe"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/shift"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/verb"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// beginShift puts a service deployment at its first stage, unless it is under way.
func (p Rollout) beginShift(r *state.ServiceDeployment) {
	if r.Shift != nil {
		return
	}
	others := p.standing()
	switch {
	case len(others) == 0:
		r.Shift = shift.Begin("", true, p.Now)
	case len(others) == 1 && others[0].Completed() && (p.servesAll(others[0]) || !slices.ContainsFunc(p.Older(), (*observe.Generation).Failed)):
		r.Shift = shift.Begin(others[0].Deployment.ID, true, p.Now)
	default:
		source := ""
		if g := p.settleOn(others); g != nil {
			source = g.Deployment.ID
			p.settles(g)
		}
		r.Shift = shift.Begin(source, false, p.Now)
	}
	p.listSource(r)
}

// listSource has the revision that traffic comes from be among those that a deployment replaces: it is not
// where its tasks were about to go when the deployment was made.
func (p Rollout) listSource(r *state.ServiceDeployment) {
	source := p.Of(r.Shift.Source)
	if source == nil || slices.ContainsFunc(r.Sources, func(s state.DeployedRevision) bool { return s.DeploymentID == r.Shift.Source }) {
		return
	}
	r.Sources = append(slices.Clone(r.Sources), state.DeployedRevision{ARN: source.Deployment.Revision.ARN, DeploymentID: r.Shift.Source})
}

// standing are the older generations that the service has: those with tasks that are to stay, the one that
// completed last, and those whose deployments are under way; newest first.
func (p Rollout) standing() (list []*observe.Generation) {
	for _, g := range p.Older() {
		r := p.Record(g.Deployment)
		if g.Counts.Active > 0 || p.completedLast(g) || r != nil && !r.StartedAt.IsZero() {
			list = append(list, g)
		}
	}
	return list
}

func (p Rollout) completedLast(g *observe.Generation) bool {
	return p.Service.Completed != nil && p.Service.Completed.ID == g.Deployment.ID
}

// settleOn chooses among the revisions of a service that was not settled when a deployment began: the one
// that has all production traffic, else the one that completed last; yet one that serves before one that
// does not. Nil: none of them has traffic, and the service has no revision to go back to.
//
//	blue 100, green 0:                  blue
//	blue 0, green 100, in bake time:    green, though it has not completed
//	blue 950, green 50:                 blue
//	blue 950, green 50, blue has failed: green
//	blue 950, green 50, none has completed, green alone is healthy: green
//	no load balancer, the first, RUNNING for 10 s: the first
//
// Source: ECS developer guide, blue/green deployments, for the stage RECONCILE_SERVICE. By which rule ECS
// chooses is not published: this one is the emulator's.
func (p Rollout) settleOn(others []*observe.Generation) *observe.Generation {
	var chosen *observe.Generation
	for _, g := range others {
		switch all := p.servesAll(g); {
		case all && (chosen == nil || !p.servesAll(chosen) || p.completedLast(g)), chosen == nil && p.completedLast(g):
			chosen = g
		}
	}
	if chosen == nil {
		chosen = p.servesPart(others)
	}
	if chosen == nil {
		return p.runsUnbalanced(others)
	}
	if chosen.Healthy > 0 {
		return chosen
	}
	for _, g := range others {
		if g.Healthy > 0 {
			return g
		}
	}
	return chosen
}

// servesPart is the oldest generation with healthy tasks in target groups that have some of the production traffic.
func (p Rollout) servesPart(others []*observe.Generation) *observe.Generation {
	for _, g := range slices.Backward(others) {
		if balancers, groups := p.between(g); groups != nil && g.Healthy > 0 && shift.ServesPart(balancers, groups, p.Rules) {
			return g
		}
	}
	return nil
}

// runsUnbalanced is the oldest generation of a service without load balancers that has tasks which run and
// fail no check, before any deployment has completed: they serve, though they do not count as healthy yet.
// What ECS does with them is not published; to stop them would leave the service without a task.
func (p Rollout) runsUnbalanced(others []*observe.Generation) *observe.Generation {
	for _, g := range slices.Backward(others) {
		if balancers, _ := p.between(g); balancers == nil && p.Service.Completed == nil && g.StartingRunning > 0 {
			return g
		}
	}
	return nil
}

// settles makes a generation that was chosen that to which a rollback goes back.
func (p Rollout) settles(g *observe.Generation) {
	if !p.completedLast(g) {
		p.Service.Completed = &state.CompletedDeployment{ID: g.Deployment.ID, Revision: g.Deployment.Revision}
	}
}

// servesAll reports whether a generation has all production traffic, as the rules are now. Without rules
// it has what the service has: that is the generation's which completed last, and before any has, that of
// one whose tasks are healthy.
func (p Rollout) servesAll(g *observe.Generation) bool {
	balancers, groups := p.between(g)
	if all, known := shift.SplitServesAll(p.Endpoints, g.Deployment.ID); balancers == nil && known {
		return all
	}
	if balancers == nil {
		return p.completedLast(g) || p.Service.Completed == nil && g.Healthy > 0
	}
	return groups != nil && shift.ServesAll(balancers, groups, p.Rules)
}

// between are the load balancers between whose target groups traffic shifts, and the groups that a
// generation's tasks are in; nil: it has none yet. A revision of before the service shifted traffic knows
// one group of each; the other one, and the rules, are a newer revision's. So are the rules where a newer
// revision has others that lead traffic between the same groups.
func (p Rollout) between(g *observe.Generation) (balancers []types.LoadBalancer, groups []string) {
	r := g.Deployment.Revision
	if groups = r.TargetGroups; balancedInTwo(r) {
		balancers = r.LoadBalancers
	} else {
		for _, b := range r.LoadBalancers {
			groups = append(groups, aws.ToString(b.TargetGroupArn))
		}
	}
	for _, other := range p.Generations {
		newer := other.Deployment.Revision
		if balancedInTwo(newer) && (balancers == nil || newer == r || shift.LeadsBetween(newer.LoadBalancers, groups, p.Rules)) {
			if len(balancers) == len(newer.LoadBalancers) && newer != r && shift.LeadsBetween(balancers, groups, p.Rules) { // the rules of before lead, too
				return shift.WithOthers(newer.LoadBalancers, balancers, groups)
			}
			return newer.LoadBalancers, groups
		}
	}
	if balancers == nil {
		return nil, nil
	}
	return balancers, groups
}

// balancedInTwo reports whether a revision has load balancers with two target groups.
func balancedInTwo(r *state.ServiceRevision) bool {
	for _, b := range r.LoadBalancers {
		if b.AdvancedConfiguration != nil {
			return true
		}
	}
	return false
}

// joinServing has the new tasks of a rolling update go into the target groups that serve, where load
// balancers have two. It reports whether one of these does not yet go by its rules: tasks wait for that.
func (p Rollout) joinServing() (waits bool) {
	g := p.Primary
	if !balancedInTwo(g.Deployment.Revision) {
		return false
	}
	if g.Deployment.Revision.TargetGroups == nil {
		before, serves := p.settleOn(p.standing()), shift.Revision{}
		if before != nil {
			serves = p.revision(before)
			serves.Serves = before.Healthy > 0
		}
		groups, led := shift.Join(g.Deployment.Revision.LoadBalancers, p.Rules, serves)
		if before != nil && (len(led) > 0 || p.servesAll(before)) {
			p.settles(before)
		}
		p.resolveGroups(g, groups)
		for _, l := range led {
			p.Plan.Do(verb.SetWeights{Rule: l.Rule, Weights: l.Weights})
			waits = true
		}
	}
	unapplied := shift.Unapplied(g.Deployment.Revision.LoadBalancers, p.Rules)
	p.Plan.Heed(unapplied...)
	return waits || len(unapplied) > 0
}
