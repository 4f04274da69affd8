package app

import (
	"cmp"
	"context"
	"strings"
	"sync"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/handlers/control"
	"github.com/ecs-emulator/ecs-emulator/internal/app/engines"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/why"
	loss "github.com/ecs-emulator/ecs-emulator/internal/host/engines"
)

// Health is how the engines are, and more of the first one.
func (e *Engine) Health(ctx context.Context) (control.Engine, []control.EngineState) {
	infos := e.infos(ctx)
	return e.firstHealth(infos[0]), e.states(ctx, infos)
}

// infos are what the engines say of themselves now, or have said last. They are asked at once: one may be slow.
func (e *Engine) infos(ctx context.Context) []backend.Info {
	agent, infos := e.Agent(), make([]backend.Info, len(e.set.All()))
	var all sync.WaitGroup
	for i, one := range e.set.All() {
		all.Go(func() { infos[i] = agent.EngineInfo(ctx, one.Name) })
	}
	all.Wait()
	return infos
}

func (e *Engine) firstHealth(info backend.Info) control.Engine {
	agent, first := e.Agent(), e.set.First().Name
	health := control.Engine{
		Name: e.set.First().Title(), Status: control.EngineReady,
		TaskAddresses: "not reachable from this machine: use the loopback ports at " + control.Prefix + "tasks",
	}
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
	health.NetworkError, health.FilterError, health.DiskError = said(agent.NetworkHealth(first)), said(agent.FilterHealth(first)), said(agent.DiskHealth(first))
	health.Unanswered = strings.Join(agent.Unanswered(first), "; ")
	return health
}

// said is the text of an error, empty for none.
func said(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func (e *Engine) states(ctx context.Context, infos []backend.Info) []control.EngineState {
	agent := e.Agent()
	all := make([]control.EngineState, len(infos))
	for i, one := range e.set.All() {
		info := infos[i]
		tasks, instances := e.countOn(one.Name)
		s := control.EngineState{
			Name: one.Name, Kind: info.Name, Version: info.Version, Architecture: info.Architecture, Address: one.Address(), Swarm: one.SwarmRole(ctx),
			CPUs: info.CPUs, Memory: info.Memory, Tasks: tasks, ContainerInstances: instances,
			LastError: said(agent.Health(one.Name)), NetworkError: said(agent.NetworkHealth(one.Name)),
		}
		if s.Kind == "" { // it has never answered
			s.Kind = one.KindKnown()
		}
		is, since := e.Loss().Status(one.Name)
		if s.Status = control.EngineStatus(is); is != loss.Ready {
			s.LastError = cmp.Or(one.Refusal(), s.LastError)
			if lost := agent.LostSince(one.Name); since.IsZero() && !lost.IsZero() {
				since = e.emulated(lost)
			}
			if !since.IsZero() {
				s.UnavailableSince = &since
			}
		}
		all[i] = s
	}
	return all
}

// silent are the engines that cannot be used, with the real time since when.
func (e *Engine) silent() (all []why.Silence) {
	agent := e.Agent()
	for _, name := range e.set.Names() {
		if err := agent.Health(name); err != nil {
			all = append(all, why.Silence{Engine: name, Since: agent.LostSince(name), Error: err.Error()})
		}
	}
	return all
}

// emulated is a real time on the clock, as its speed is now.
func (e *Engine) emulated(real time.Time) time.Time {
	return e.Clock.Now().Add(-time.Duration(float64(time.Since(real)) * e.Clock.Speed()))
}

// countOn counts the tasks on an engine that have not stopped, and the container instances there.
func (e *Engine) countOn(name string) (tasks, instances int) {
	tx := e.Store.Read()
	return len(engines.TasksOn(tx, name)), len(engines.InstancesOn(tx, name))
}
