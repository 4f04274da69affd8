package strategy

import (
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/event"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/fulfil"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/plan"
)

// onEachInstance keeps one task on each ACTIVE container instance that satisfies what the deployment
// asks for that is kept; of such instances there are D. On an instance the old task has to
// be gone before the new one starts, so an update is a rolling one with maximumPercent 100.
//
//	D=3, minimum 0:   stop 3; start each as soon as its instance is free.
//	D=4, minimum 50:  lower 2: stop 2; start 2; when they are healthy, stop 2.
//	D=3, minimum 100: lower 3: nothing can move (announceDeadlock).
//	D=3, a fourth instance comes: start 1 there.
//	D=3, one instance drains: D=2; its task stops when no task but daemons is left there.
//	D=3, one instance no longer satisfies the constraints: D=2, its task stops at once.
//
// Source: ECS developer guide, daemon scheduling strategy (ECS0374).
func onEachInstance(p Rollout) fulfil.Desired {
	in := rollingUpdate(p)
	in.OnEach = true
	if p.Service.Daemons = p.DesiredCount(); p.Service.Daemons != p.Input.Service.Daemons {
		p.Plan.Say(event.CountUpdated{}) // the count of these services is the scheduler's own. Source: ECS developer guide, service action events
	}
	p.Plan.Await(plan.ForInstances)
	return in
}

// Daemon is the strategy of DAEMON services, which roll on each container instance.
type Daemon struct{ Rolling }

func (Daemon) Traits() Traits                   { return Traits{} }
func (Daemon) Desired(p Rollout) fulfil.Desired { return onEachInstance(p) }
