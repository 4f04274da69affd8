package observe

import (
	"slices"

	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/plan"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// View is a service as one decision sees it. Stages change its copy of the service and its counts, so that
// each sees what the ones before it decided.
type View struct {
	Input
	Plan    *plan.Plan
	Service *state.Service // a copy
	Primary *Generation
	Older   []*Generation // newest first

	Stopping map[string]bool // ARNs of the tasks that the plan stops
	Draining map[string]bool // ARNs of the tasks whose container instance drains
	each     *eachInstance   // nil until it is asked for
}

func NewView(in Input) *View {
	v := &View{
		Input: in, Plan: plan.New(in.Now, in.Service.Name, in.Events), Service: in.Service.Clone(),
		Stopping: map[string]bool{}, Draining: in.Instances.Draining(),
	}
	primary := v.Service.Primary()
	for _, d := range v.Service.Deployments {
		g := v.generation(d)
		if d == primary {
			v.Primary = g
		} else {
			v.Older = append(v.Older, g)
		}
	}
	return v
}

func (v *View) generation(d *state.Deployment) *Generation {
	g := &Generation{Deployment: d, Counts: v.Summary.Of(d.ID), Definition: v.Definitions[d.ID]}
	g.Checked = len(d.Revision.LoadBalancers) > 0 || g.Definition != nil && hasEssentialCheck(g.Definition)
	if g.Checked {
		g.Healthy = g.Counts.Healthy
		if g.Counts.Unhealthy > 0 {
			g.Unhealthy = g.Counts.Unhealthy - v.inGrace(g)
		}
	} else {
		g.Healthy = g.Counts.ActiveRunning - v.young(g)
	}
	if len(d.Revision.LoadBalancers) > 0 && g.Counts.ActiveRunning > g.Healthy+g.Unhealthy {
		g.Unused = v.countUnused(g)
	}
	g.Starting = g.Counts.Active - g.Healthy - g.Unhealthy - g.Unused
	g.StartingRunning = g.Counts.ActiveRunning - g.Healthy - g.Unhealthy - g.Unused
	return g
}

func (v *View) countUnused(g *Generation) (n int) {
	for _, t := range v.Input.Tasks(g.Deployment.ID) {
		if t.Stop == nil && v.condition(g, t) == Unused {
			n++
		}
	}
	return n
}

// All is every deployment that is listed, the PRIMARY one first.
func (v *View) All() []*Generation { return append([]*Generation{v.Primary}, v.Older...) }

// Of returns the generation of a deployment that is listed, or nil.
func (v *View) Of(deploymentID string) *Generation {
	all := v.All()
	at := slices.IndexFunc(all, func(g *Generation) bool { return g.Deployment.ID == deploymentID })
	if at < 0 {
		return nil
	}
	return all[at]
}

func (v *View) sum(of func(*Generation) int) int {
	n := 0
	for _, g := range v.All() {
		n += of(g)
	}
	return n
}

// Healthy counts the tasks that serve, of all deployments.
func (v *View) Healthy() int { return v.sum(func(g *Generation) int { return g.Healthy }) }

// Starting counts those that have yet to.
func (v *View) Starting() int { return v.sum(func(g *Generation) int { return g.Starting }) }

// Active counts those that have not been told to stop.
func (v *View) Active() int { return v.sum(func(g *Generation) int { return g.Counts.Active }) }

// Present is what maximumPercent limits: tasks that have not STOPPED, even if they have been
// told to (ECS0092). The API reference speaks of PENDING and RUNNING alone.
func (v *View) Present() int { return v.sum(func(g *Generation) int { return g.Counts.Left }) }
