package agent

import (
	"context"
	"errors"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/serviceconnect/place"
	"github.com/ecs-emulator/ecs-emulator/internal/host/agent/plan"
)

var errNoProxies = errors.New("the engine runs no proxies of Service Connect")

// leadCalls has a sandbox lead the calls of its containers to their proxy.
func (w *taskRunner) leadCalls(ctx context.Context, sandbox string) error {
	engine, connect := w.host.Engine.LoadBalancers(), w.task.Spec.Connect
	switch {
	case connect == nil:
		return nil
	case engine == nil:
		return errNoProxies
	}
	return engine.SetConnect(ctx, sandbox, place.Of(connect).Calls())
}

func (w *taskRunner) createProxy(i int) run {
	h, spec := w.host, w.maker.Proxy(i)
	w.view.State(plan.Container(i)).Ours = true
	return func(ctx context.Context) func() {
		id, err := "", errNoProxies
		if engine := h.Engine.LoadBalancers(); engine != nil {
			id, err = engine.CreateLoadBalancer(ctx, spec)
		}
		createdAt := h.agent.Clock.Now()
		return func() { w.created(i, id, spec.Sandbox, createdAt, err) }
	}
}

// adoptProxy tells of a proxy that was found, and goes on with the program that it runs.
func (w *taskRunner) adoptProxy(i int, found backend.Container) {
	if !w.view.IsProxy(plan.Container(i)) {
		return
	}
	if found.Outdated {
		w.host.agent.Log.Info("the Service Connect proxy of a task runs the program of another version until the task ends", "task", w.task.ARN)
	}
	w.host.agent.proxyRuns(w.task.ARN)
}
