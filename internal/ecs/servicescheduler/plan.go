package servicescheduler

import (
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/observe"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/verb"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// Plan is what shall be done about a service now.
type Plan struct {
	Verbs []verb.Verb // in order; none: the service is as it should be
	// WakeAt is when to decide again though nothing has changed; zero is never.
	WakeAt time.Time
	awaits waitCondition
	// crowded are, if there are any, the zones in which another container instance changes nothing. One in any
	// other zone does.
	crowded []string
	// heeds are ARNs of load balancers, target groups and alarms whose news may change the next decision.
	heeds []string
}

// Most tasks that one plan starts or stops: a plan is one transaction, which keeps
// all others waiting. Each calls for the next one by what it changed.
const (
	maxStarts = 50
	maxStops  = 500
)

// Decide makes a plan. It is pure: the same input makes the same plan, and a plan
// that has been carried out makes the next one empty until something happens.
func Decide(in observe.Input) Plan {
	p := newPlanner(in)
	switch {
	case in.Service.Status() == state.ServiceInactive:
		p.retain()
	case in.Service.Status() == state.ServiceDraining:
		p.announceTargets()
		p.drain()
		p.followRecords()
	case in.Service.DeploymentController == "" || in.Service.DeploymentController == types.DeploymentControllerTypeEcs:
		if !p.overlooks() {
			p.roll()
			p.followRecords()
		}
	}
	return p.plan()
}

// planner gathers a plan. Policies change its copy of the service and its counts,
// so that each sees what the ones before it decided.
type planner struct {
	in       observe.Input
	now      time.Time
	strategy strategy
	service  *state.Service // a copy
	primary  *generation
	older    []*generation // newest first

	// records are copies of the service deployments that have not ended, by ARN.
	records map[string]*state.ServiceDeployment

	stopping map[string]bool // ARNs of the tasks that the plan stops
	draining map[string]bool // ARNs of the tasks whose container instance drains
	spared   *scaleIn        // the first that protected tasks stand in the way of
	unplaced *shortage       // nil: there is a place for what the plan starts
	each     *daemons        // nil until it is asked for
	awaits   waitCondition
	crowded  []string // see Plan
	heeds    []string // likewise
	verbs    []verb.Verb
	wakeAt   time.Time
}

func newPlanner(in observe.Input) *planner {
	p := &planner{in: in, now: in.Now, service: in.Service.Clone(), strategy: strategyOf(in), stopping: map[string]bool{}, records: map[string]*state.ServiceDeployment{}}
	p.draining = in.Instances.Draining()
	for _, r := range in.ServiceDeployments {
		p.records[r.ARN] = r.Clone()
	}
	primary := p.service.Primary()
	for _, d := range p.service.Deployments {
		g := p.generation(d)
		if d == primary {
			p.primary = g
		} else {
			p.older = append(p.older, g)
		}
	}
	return p
}

// roll is what the ECS deployment controller does: it judges the PRIMARY deployment, and
// then carries out what the deployment strategy wants.
func (p *planner) roll() {
	p.announceTargets()
	p.endRebalancing()
	p.countFailures()
	if p.obeyStop() || p.tripCircuitBreaker() || p.watchAlarms() || p.advance() {
		return
	}
	p.shareAlike()
	p.throttleFailedStarts()
	p.dropEndedDeployments()
	in := p.strategy.desired(p)
	p.keepMoved(in)
	p.carryOut(in)
	p.rebalance(in)
	p.reachSteadyState(in)
	p.letDrain()
}

// advance takes a PRIMARY deployment that is under way on its way.
func (p *planner) advance() bool {
	return inProgress(p.primary) && p.strategy.advance(p)
}

// plan is what has been gathered.
func (p *planner) plan() Plan {
	old := map[string]*state.Deployment{}
	for _, d := range p.in.Service.Deployments {
		old[d.ID] = d
	}
	for _, d := range p.service.Deployments {
		if before := old[d.ID]; before == nil || *before != *d {
			d.UpdatedAt = p.now
		}
	}
	p.putRecords()
	if changed(p.in.Service, p.service, old) {
		p.do(verb.PutService{Service: p.service})
	}
	return Plan{Verbs: p.verbs, WakeAt: p.wakeAt, awaits: p.awaits, crowded: p.crowded, heeds: p.heeds}
}

func (p *planner) do(v verb.Verb) { p.verbs = append(p.verbs, v) }

// wake asks for another decision at a time, or earlier.
func (p *planner) wake(at time.Time) {
	if p.wakeAt.IsZero() || at.Before(p.wakeAt) {
		p.wakeAt = at
	}
}

// await says what has to happen elsewhere before the next decision may differ.
func (p *planner) await(what waitCondition) { p.awaits = max(p.awaits, what) }
