package app

import (
	"context"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/handlers/control"
)

func (e *Engine) Health(ctx context.Context) control.Engine {
	agent, first := e.Agent(), e.set.First().Name
	health := control.Engine{
		Name: e.Name(), Status: control.EngineReady,
		TaskAddresses: "not reachable from this machine: use the loopback ports at " + control.Prefix + "tasks",
	}
	info := agent.EngineInfo(ctx, first)
	health.Limits = control.Limits{Engine: info.Groups, Bound: control.LimitBoundSum, Reason: info.Unlimited}
	if !info.TaskLimits {
		health.Limits.Bound = control.LimitBoundEachContainer
	}
	if info.Reachable {
		health.TaskAddresses = "reachable from this machine, as are the loopback ports at " + control.Prefix + "tasks"
	}
	if err := agent.Health(first); err != nil {
		health.Status, health.LastError = control.EngineUnavailable, err.Error()
	}
	if err := agent.NetworkHealth(first); err != nil {
		health.NetworkError = err.Error()
	}
	if err := agent.FilterHealth(first); err != nil {
		health.FilterError = err.Error()
	}
	if err := agent.DiskHealth(first); err != nil {
		health.DiskError = err.Error()
	}
	health.Unanswered = strings.Join(agent.Unanswered(first), "; ")
	return health
}
