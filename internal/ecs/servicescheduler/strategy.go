package servicescheduler

import (
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/observe"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/shift"
)

// strategy is a deployment strategy. It is asked anew for each decision and knows only how the
// generations fare, so that it needs no memory of its own.
type strategy interface {
	// advance takes the PRIMARY deployment on its way before anything else is decided. It reports whether
	// the rest waits for the next decision.
	advance(p *planner) bool
	// breaks reports whether the circuit breaker looks at the PRIMARY deployment now.
	breaks(p *planner) bool
	// alarmed reports whether alarms matter to the PRIMARY deployment now.
	alarmed(p *planner) bool
	// desired says what is wanted of each generation of a service. It starts and stops nothing.
	desired(p *planner) desired
	// rollBack goes back to what completed last, when the PRIMARY deployment has failed. reason is
	// that of the service deployment, and cause begins the reason of the rollout state.
	rollBack(p *planner, reason, cause string)
}

// strategyOf is the deployment strategy of a service: that of its PRIMARY deployment, which an update of
// the service's configuration does not change. Once that has ended, tasks are replaced as by a rolling
// update.
func strategyOf(in observe.Input) strategy {
	if in.Service.SchedulingStrategy == types.SchedulingStrategyDaemon {
		return daemon{}
	}
	under := in.Service.Primary().ServiceDeploymentARN
	for _, r := range in.ServiceDeployments {
		if r.ARN == under && shift.Shifts(r.DeploymentConfiguration) {
			return shifting{}
		}
	}
	if in.Stands != nil {
		return standing{}
	}
	return rolling{}
}

// rolling is the strategy ROLLING: new tasks replace old ones a few at a time.
type rolling struct{}

func (rolling) advance(p *planner) bool { return p.joinServing() }

func (rolling) breaks(*planner) bool { return true }

func (rolling) alarmed(*planner) bool { return true }

func (rolling) desired(p *planner) desired { return rollingUpdate(p) }

func (rolling) rollBack(p *planner, reason, cause string) { p.deployCompleted(reason, cause) }

// daemon is that of DAEMON services, which roll on each container instance.
type daemon struct{ rolling }

func (daemon) desired(p *planner) desired { return onEachInstance(p) }
