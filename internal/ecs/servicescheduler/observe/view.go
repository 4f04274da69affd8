package observe

import (
	"slices"

	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/plan"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state/taskset"
)

// View is a service as one decision sees it. Stages change its copy of the service and its counts, so that
// each sees what the ones before it decided.
type View struct {
	Input
	Plan    *plan.Plan
	Service *state.Service // a copy
	// Generations are of the deployments that are listed, the PRIMARY one's first, then the newest; or of task
	// sets, the newest first.
	Generations []*Generation

	Stopping map[string]bool // ARNs of the tasks that the plan stops
	Draining map[string]bool // ARNs of the tasks whose container instance drains
	each     *eachInstance   // nil until it is asked for
}

func NewView(in Input) *View {
	v := &View{
		Input: in, Plan: plan.New(in.Now, in.Service.Name, in.Events), Service: in.Service.Clone(),
		Stopping: map[string]bool{}, Draining: in.Instances.Draining(),
	}
	for _, t := range in.Sets {
		v.Generations = append(v.Generations, v.ofSet(t.Clone()))
	}
	if !in.Service.Deploys() {
		return v
	}
	primary := v.Service.Primary()
	v.Generations = []*Generation{v.ofDeployment(primary)}
	for _, d := range v.Service.Deployments {
		if d != primary {
			v.Generations = append(v.Generations, v.ofDeployment(d))
		}
	}
	return v
}

func (v *View) ofDeployment(d *state.Deployment) *Generation {
	g := v.generation(&d.Generation)
	g.Deployment = d
	return g
}

func (v *View) ofSet(t *taskset.TaskSet) *Generation {
	g := v.generation(&t.Generation)
	g.Set = t
	return g
}

func (v *View) generation(of *state.Generation) *Generation {
	g := &Generation{Of: of, Counts: v.Summary.Of(of.ID), Definition: v.Definitions[of.ID]}
	g.Checked = len(of.Revision.LoadBalancers) > 0 || g.Definition != nil && hasEssentialCheck(g.Definition)
	if g.Checked {
		g.Healthy = g.Counts.Healthy
		if g.Counts.Unhealthy > 0 {
			g.Unhealthy = g.Counts.Unhealthy - v.inGrace(g)
		}
	} else {
		g.Healthy = g.Counts.ActiveRunning - v.young(g)
	}
	if len(of.Revision.LoadBalancers) > 0 && g.Counts.ActiveRunning > g.Healthy+g.Unhealthy {
		g.Unused = v.countUnused(g)
	}
	g.Starting = g.Counts.Active - g.Healthy - g.Unhealthy - g.Unused
	g.StartingRunning = g.Counts.ActiveRunning - g.Healthy - g.Unhealthy - g.Unused
	return g
}

func (v *View) countUnused(g *Generation) (n int) {
	for _, t := range v.Input.Tasks(g.Of.ID) {
		if t.Stop == nil && v.condition(g, t) == Unused {
			n++
		}
	}
	return n
}

// Of returns the generation with an id, or nil.
func (v *View) Of(id string) *Generation {
	at := slices.IndexFunc(v.Generations, func(g *Generation) bool { return g.Of.ID == id })
	if at < 0 {
		return nil
	}
	return v.Generations[at]
}

func (v *View) sum(of func(*Generation) int) int {
	n := 0
	for _, g := range v.Generations {
		n += of(g)
	}
	return n
}

// Healthy counts the tasks that serve, of all generations.
func (v *View) Healthy() int { return v.sum(func(g *Generation) int { return g.Healthy }) }

// Starting counts those that have yet to.
func (v *View) Starting() int { return v.sum(func(g *Generation) int { return g.Starting }) }

// Active counts those that have not been told to stop.
func (v *View) Active() int { return v.sum(func(g *Generation) int { return g.Counts.Active }) }

// Present is what maximumPercent limits: tasks that have not STOPPED, even if they have been
// told to (ECS0092). The API reference speaks of PENDING and RUNNING alone.
func (v *View) Present() int { return v.sum(func(g *Generation) int { return g.Counts.Left }) }
