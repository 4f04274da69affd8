package app

import (
	"cmp"
	"context"

	"github.com/ecs-emulator/ecs-emulator/handlers/control"
	"github.com/ecs-emulator/ecs-emulator/internal/app/engines/enginehealth"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/host/agent"
	loss "github.com/ecs-emulator/ecs-emulator/internal/host/engines"
)

// newLoss makes what looks after engines that do not answer, where there are several.
func (e *Engine) newLoss(at *agent.Agent) *loss.Controller {
	var names []string
	if e.set.Named() {
		names = e.set.Names()
	}
	return loss.New(loss.Options{
		Store: e.Store, Clock: e.Clock, Log: e.Log, Agent: at, Names: names, LostAfter: cmp.Or(e.LostAfter, loss.LostAfter),
		Refused:      func(name string) bool { return e.set.Find(name).Refusal() != "" },
		WakeInstance: func(scope arn.Scope, id string) { e.Faults.Capacity().Wake(scope, id) },
		Changed: func(name string) {
			if is, _ := e.Loss().Status(name); is == loss.Ready {
				e.EngineRoom.Changed()
				e.Faults.LookAgain()
			}
		},
	})
}

// Loss says how engines fare: a reset makes another one.
func (e *Engine) Loss() *loss.Controller { return e.loss.Load() }

// Health is how the engines are, and more of the first one.
func (e *Engine) Health(ctx context.Context) (control.Engine, []control.EngineState) {
	return e.reporter().Health(ctx)
}

// Warnings say what of the engines will not go well, although tasks run.
func (e *Engine) Warnings() []string { return e.reporter().Warnings() }

// reporter tells of the engines as they are looked after now.
func (e *Engine) reporter() enginehealth.Reporter {
	return enginehealth.Reporter{Set: e.set, Agent: e.Agent(), Loss: e.Loss(), Store: e.Store, Clock: e.Clock, Counts: &e.counts}
}
