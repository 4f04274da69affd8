package app

import (
	"context"
	"fmt"
	"time"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/control"
	"github.com/ecs-emulator/ecs-emulator/internal/app/instancefault"
	"github.com/ecs-emulator/ecs-emulator/internal/base/userfile"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/capacity"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/faults"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/serviceload"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/host/agent"
)

// Faults are what users have go wrong.
type Faults struct {
	*Core
	// What goes wrong; a reset makes other ones of some.
	Engines   func() []faults.Engine
	Agent     func() *agent.Agent
	Capacity  func() *capacity.Controller
	Loads     func() *serviceload.Board
	LookAgain func() // is called when there may be capacity again

	// Calls of APIs that go wrong.
	Calls awsapi.CallFaults

	kit       *faults.Kit
	instances *instancefault.Faults
	agents    *execAgentFaults
}

// NewFaults makes faults, of which none is in force.
func NewFaults(c *Core) *Faults {
	f := &Faults{Core: c}
	at := func() *agent.Agent { return f.Agent() }
	f.agents = &execAgentFaults{agent: at}
	f.instances = &instancefault.Faults{
		Store: c.Store, Clock: c.Clock, Log: c.Log, Agent: at, Capacity: func() *capacity.Controller { return f.Capacity() },
	}
	return f
}

// Module lists what it brings.
func (f *Faults) Module() Module {
	return Module{Name: "faults", Offer: f.offer, Halt: func() { f.kit.Abandon() }}
}

func (f *Faults) offer() Offer {
	f.kit = faults.New(faults.Options{
		Store: f.Store, Clock: f.Clock, Log: f.Log, Engines: f.Engines(), ExecAgents: f.agents,
		BeginInstance: func(wanted faults.Fault) (*state.ContainerInstance, error) {
			return f.instances.Begin(instancefault.Kind(wanted.Kind), instancefault.Target{
				Instance: wanted.Instance, Cluster: wanted.Cluster, Zone: wanted.Zone, Seed: wanted.Seed,
			})
		},
		EndInstance: func(kind faults.Kind, c *state.ContainerInstance) { f.instances.End(instancefault.Kind(kind), c) },
		APIs:        func() []string { return f.Services }, Scope: f.Scope,
		Outages: &f.Outages, LoseZone: f.instances.LoseZone, LookAgain: f.LookAgain, Loads: f.Loads(),
		AskCalls: func(on bool) {
			ask := f.onCall
			if !on {
				ask = nil
			}
			f.Calls.Ask(ask)
		},
	})
	return Offer{Routes: control.FaultRoutes(f.told())}
}

// told adds and clears faults, and tells of that.
func (f *Faults) told() control.FaultOptions {
	return control.FaultOptions{Faults: f.kit, Store: f.Store, Journal: &f.Journal, Now: f.Clock.Now, Log: f.Log}
}

// Kit adds, lists and clears them.
func (f *Faults) Kit() *faults.Kit { return f.kit }

// onCall has a call go wrong as faults want it. A delay ends with the call's client, or with the emulator.
func (f *Faults) onCall(ctx context.Context, c awsapi.Call) error {
	effect := f.kit.OnCall(faults.Call{
		API: c.Service, Operation: c.Operation, AccessKeyID: c.AccessKeyID, Account: c.Account, Role: c.Caller.RoleARN,
	})
	if effect.Delay > 0 {
		over := time.NewTimer(effect.Delay)
		defer over.Stop()
		select {
		case <-over.C:
		case <-ctx.Done():
			return awsapi.ErrCutOff
		case <-f.Closing.Done():
			return awsapi.ErrCutOff
		}
	}
	switch {
	case effect.Throttled:
		return awsapi.ErrThrottled
	case effect.Fails:
		return awsapi.ErrFailed
	}
	return nil
}

func (f *Faults) RunFile(ctx context.Context, path string) error {
	text, err := userfile.Read(ctx, path, userfile.MiB)
	if err != nil {
		return fmt.Errorf("read the faults: %w", err)
	}
	list, err := faults.Read(text)
	if err == nil {
		_, err = f.kit.Run(list)
	}
	if err != nil {
		return fmt.Errorf("faults of %s: %w", path, err)
	}
	return nil
}

var _ control.Faults = (*faults.Kit)(nil)
