package servicescheduler

import (
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/observe"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/plan"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/sets"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/strategy"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/verb"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// Decide makes a plan. It is pure: the same input makes the same plan, and a plan
// that has been carried out makes the next one empty until something happens.
func Decide(in observe.Input) *plan.Plan {
	if !in.Service.Deploys() {
		return decideSets(in)
	}
	return decideDeployments(in)
}

// decideSets decides about a service whose tasks come of task sets.
func decideSets(in observe.Input) *plan.Plan {
	v := observe.NewView(in)
	switch in.Service.Status() {
	case state.ServiceInactive:
		retain(v)
	case state.ServiceDraining:
		endService(v, sets.Keep(v))
	default:
		sets.Keep(v)
	}
	if changed(in.Service, v.Service, nil) {
		v.Plan.Do(verb.PutService{Service: v.Service})
	}
	return v.Plan
}

// decideDeployments decides about a service with deployments, as their strategy wants it.
func decideDeployments(in observe.Input) *plan.Plan {
	p := newPlanner(in, strategy.Of(in))
	switch {
	case in.Service.Status() == state.ServiceInactive:
		retain(p.View)
	case in.Service.Status() == state.ServiceDraining:
		p.executor.AnnounceTargets()
		p.drain()
		p.Follow()
	case !p.overlooks():
		p.roll()
		p.Follow()
	}
	return p.finish()
}

// roll is what the ECS deployment controller does: it judges the PRIMARY deployment, and
// then carries out what the deployment strategy wants.
func (p *planner) roll() {
	p.executor.AnnounceTargets()
	p.endRebalancing()
	p.countFailures()
	if p.obeyStop() || p.tripCircuitBreaker() || p.watchAlarms() || p.advance() {
		return
	}
	p.rollout.ShareAlike(p.strategy)
	p.throttleFailedStarts()
	in := p.strategy.Desired(p.rollout)
	p.executor.KeepMoved(in)
	p.executor.CarryOut(in)
	if p.rebalances() {
		p.executor.Rebalance(in.Targets[0])
	}
	p.reachSteadyState(in)
	p.LetDrain()
}

// countFailures takes new failures of tasks into account, and that a task has become healthy.
func (p *planner) countFailures() {
	p.ForgiveFailures()
	p.executor.CountFailures()
}

// throttleFailedStarts holds back the starts of deployments whose tasks fail to start.
func (p *planner) throttleFailedStarts() {
	p.InheritThrottle()
	p.executor.ThrottleFailedStarts(p.HasTasks)
	p.LiftThrottles()
}

// advance takes a PRIMARY deployment that is under way on its way.
func (p *planner) advance() bool {
	return p.Primary.InProgress() && (p.connectGateway() || p.strategy.Advance(p.rollout))
}

// connectGateway has the PRIMARY deployment wait for the routes of its gateways, and take what these bring. It reports whether it does.
func (p *planner) connectGateway() bool {
	d := p.Primary.Deployment
	if d == nil || !d.Revision.AwaitsGateway() {
		return false
	}
	if connect := p.Input.Gateway; connect != nil && connect.DeploymentID == d.ID {
		connected := *d.Revision
		connect.Connect(&connected)
		d.Revision = &connected
		p.Plan.Do(*connect)
	}
	return true
}

// finish adds what has changed of the service to the plan.
func (p *planner) finish() *plan.Plan {
	old := map[string]*state.Deployment{}
	for _, d := range p.Input.Service.Deployments {
		old[d.ID] = d
	}
	for _, d := range p.Service.Deployments {
		if before := old[d.ID]; before == nil || *before != *d {
			d.UpdatedAt = p.Now
		}
	}
	for _, g := range p.Generations {
		if g.Moved {
			g.Deployment.UpdatedAt = p.Now
		}
	}
	p.Put()
	if changed(p.Input.Service, p.Service, old) {
		p.Plan.Do(verb.PutService{Service: p.Service})
	}
	return p.Plan
}
