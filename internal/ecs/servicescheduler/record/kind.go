package record

import (
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/fulfil"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/observe"
)

// Kind has deployments be what package fulfil brings about.
type Kind struct {
	*Progress
	Shifts bool // traffic is led from one to another
}

var _ fulfil.Kind = Kind{}

// Names implements fulfil.Kind: events name deployments between which traffic shifts.
func (k Kind) Names() bool { return k.Shifts }

// Among implements fulfil.Kind: only one of several that is not PRIMARY is named.
func (k Kind) Among(g *observe.Generation) string {
	if len(k.Service.Deployments) > 1 && g != k.Primary {
		return g.Of.ID
	}
	return ""
}

// Attempted implements fulfil.Kind: the task has failed, unless the deployment restores what still runs.
func (k Kind) Attempted(g *observe.Generation) {
	if g.InProgress() && !k.Resume(g) {
		g.Deployment.FailedTasks++
		g.Of.FailedAt, g.Of.SeenHealthy = k.Now, g.Counts.TurnedHealthy
	}
}
