// Package strategy has the deployment strategies: each says how many tasks of which deployment a service is to have now, and
// takes its PRIMARY deployment on its way. It starts and stops none: package fulfil does.
package strategy

import (
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/fulfil"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/observe"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/record"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/shift"
)

// Strategy is a deployment strategy. It is asked anew for each decision and knows only how the
// generations fare, so that it needs no memory of its own.
type Strategy interface {
	// Advance takes the PRIMARY deployment on its way before anything else is decided. It reports whether
	// the rest waits for the next decision.
	Advance(p Rollout) bool
	// Breaks reports whether the circuit breaker looks at the PRIMARY deployment now.
	Breaks(p Rollout) bool
	// Alarmed reports whether alarms matter to the PRIMARY deployment now.
	Alarmed(p Rollout) bool
	// Desired says what is wanted of each generation of a service, and which deployments leave its list. It starts
	// and stops nothing.
	Desired(p Rollout) fulfil.Desired
	// Fail says what becomes of the PRIMARY deployment, which has failed.
	Fail(p Rollout)
	// RollBack goes back to what completed last, when the PRIMARY deployment has failed. reason is
	// the service deployment's, and cause begins the reason of the rollout state.
	RollBack(p Rollout, reason, cause string)
	// Traits says what others have to know of it.
	Traits() Traits
}

// Traits are what distinguishes strategies for the stages around them.
type Traits struct {
	// Shifts: traffic is led from one revision to another. Events name the deployment, and the reason of its end.
	Shifts bool
	// Shares: it says how Service Connect shares requests among deployments; of others, all tasks have alike of them.
	Shares bool
	// SucceedsEarly: early success criteria matter.
	SucceedsEarly bool
}

// Rollout is what a strategy decides about: the deployments of a service, as far as they have come.
type Rollout struct{ *record.Progress }

// bounds are what the service's deployment configuration says.
func (p Rollout) bounds() fulfil.Bounds { return fulfil.Bounds{Upper: p.Upper(), Lower: p.Lower()} }

// Of is the deployment strategy of a service: the one of its PRIMARY deployment, which an update of
// the service's configuration does not change. Once that has ended, tasks are replaced as by a rolling
// update.
func Of(in observe.Input) Strategy {
	if in.Service.SchedulingStrategy == types.SchedulingStrategyDaemon {
		return Daemon{}
	}
	under := in.Service.Primary().ServiceDeploymentARN
	for _, r := range in.ServiceDeployments {
		if r.ARN == under && shift.Shifts(r.DeploymentConfiguration) {
			return Shifting{}
		}
	}
	if in.Stands != nil {
		return Standing{}
	}
	return Rolling{}
}
