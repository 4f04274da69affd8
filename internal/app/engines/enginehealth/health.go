// Package enginehealth says how the engines of a run are, for those who ask /_emulator/health, and why one is not used:
//
//	first, all := reporter.Health(ctx)
package enginehealth

import (
	"cmp"
	"context"
	"strings"
	"sync"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/handlers/control"
	"github.com/ecs-emulator/ecs-emulator/internal/app/engines"
	"github.com/ecs-emulator/ecs-emulator/internal/base/clock"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/why"
	"github.com/ecs-emulator/ecs-emulator/internal/host/agent"
	loss "github.com/ecs-emulator/ecs-emulator/internal/host/engines"
)

// Reporter knows how engines are. All its fields are required.
type Reporter struct {
	Set   *engines.Set
	Agent *agent.Agent
	Loss  *loss.Controller
	Store *store.Store
	Clock *clock.Clock
	// Counts are kept from one Reporter to the next.
	Counts *Counts
}

// Health is how the engines are, and more of the first one.
func (r Reporter) Health(ctx context.Context) (control.Engine, []control.EngineState) {
	infos := r.infos(ctx)
	return r.first(infos[0]), r.states(ctx, infos)
}

// infos are what the engines say of themselves now, or have said last. They are asked at once: one may be slow.
func (r Reporter) infos(ctx context.Context) []backend.Info {
	infos := make([]backend.Info, len(r.Set.All()))
	var all sync.WaitGroup
	for i, one := range r.Set.All() {
		all.Go(func() { infos[i] = r.Agent.EngineInfo(ctx, one.Name) })
	}
	all.Wait()
	return infos
}

func (r Reporter) first(info backend.Info) control.Engine {
	agent, first := r.Agent, r.Set.First().Name
	health := control.Engine{
		Name: r.Set.First().Title(), Status: control.EngineReady,
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

func (r Reporter) states(ctx context.Context, infos []backend.Info) []control.EngineState {
	all := make([]control.EngineState, len(infos))
	tx := r.Store.Read()
	for i, one := range r.Set.All() {
		info := infos[i]
		tasks, instances := r.Counts.on(tx, one.Name)
		s := control.EngineState{
			Name: one.Name, Kind: info.Name, Version: info.Version, Architecture: info.Architecture, Address: one.Address(), Swarm: one.SwarmRole(ctx),
			CPUs: info.CPUs, Memory: info.Memory, Tasks: tasks, ContainerInstances: instances,
			LastError: said(r.Agent.Health(one.Name)), NetworkError: said(r.Agent.NetworkHealth(one.Name)),
		}
		if s.Kind == "" { // it has never answered
			s.Kind = one.KindKnown()
		}
		is, since := r.Loss.Status(one.Name)
		if s.Status = control.EngineStatus(is); is != loss.Ready {
			s.LastError = cmp.Or(one.Refusal(), s.LastError)
			if silent := r.Agent.SilentSince(one.Name); since.IsZero() && !silent.IsZero() {
				since = r.emulated(silent)
			}
			if !since.IsZero() {
				s.UnavailableSince = &since
			}
		}
		all[i] = s
	}
	return all
}

// Silent are the engines that cannot be used, with the real time since when.
func (r Reporter) Silent() (all []why.Silence) {
	for _, name := range r.Set.Names() {
		if err := r.Agent.Health(name); err != nil {
			all = append(all, why.Silence{Engine: name, Since: r.Agent.SilentSince(name), Error: err.Error()})
		}
	}
	return all
}

// emulated is a real time on the clock, as its speed is now.
func (r Reporter) emulated(real time.Time) time.Time {
	return r.Clock.Now().Add(-time.Duration(float64(time.Since(real)) * r.Clock.Speed()))
}
