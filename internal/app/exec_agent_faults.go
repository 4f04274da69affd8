package app

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/ecs/faults"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/task/execagent"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/task/execagent/execfault"
	"github.com/ecs-emulator/ecs-emulator/internal/host/agent"
)

type execAgentFaults struct {
	rules execfault.Faults
	fresh atomic.Bool         // something has begun or ended since Settle was called
	agent func() *agent.Agent // the one that runs now: a reset makes another one
}

// Begin has a fault happen, and returns the id of its rule.
func (f *execAgentFaults) Begin(wanted faults.Fault) (rule string) {
	effect := execagent.Stops
	if wanted.Kind == faults.DisconnectExecAgent {
		effect = execagent.Disconnects
	}
	rule = f.rules.Add(execfault.Rule{
		Effect: effect, Cluster: wanted.Cluster, Task: wanted.Task, Family: wanted.Family, Container: wanted.Container, Zone: wanted.Zone,
	})
	f.look()
	return rule
}

// End ends what Begin began.
func (f *execAgentFaults) End(rule string) {
	f.rules.Remove(rule)
	f.look()
}

func (f *execAgentFaults) look() {
	f.fresh.Store(true)
	f.agent().LookAtExecAgents()
}

// How long Settle waits: until then a call is answered as before.
const (
	settleTime     = 5 * time.Second
	settlePatience = time.Second // for what engines do meanwhile
)

// Settle waits until the store has what a fault has done, so that the next call of the user finds
// it. Without such a fault it does not wait.
func (f *execAgentFaults) Settle() {
	if !f.fresh.Swap(false) {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), settleTime)
	defer cancel()
	f.agent().Idle(ctx, settlePatience) //nolint:errcheck // an engine that is away is no reason to refuse the fault
}
