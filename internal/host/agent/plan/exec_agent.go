package plan

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/task/execagent"
)

// AdoptExecAgents gives a task with ExecuteCommand from an earlier version its agents, and reports
// whether there were any to give.
func (v *View) AdoptExecAgents(spec *state.TaskSpec, pid types.PidMode) (adopted bool) {
	for i := range v.Status.Containers {
		c := &v.Status.Containers[i]
		if spec.EnableExecuteCommand && c.Name != v.Proxy && c.ExecAgent.Status == "" && execagent.Has(pid, i) {
			c.ExecAgent = execagent.Adopt(c)
			adopted = true
		}
	}
	return adopted
}

// NextExecAgents takes over how the execute command agents fare now, and reports whether that is a
// change. ECS announces none of it: it shows with the next event. Source: recorded versions of
// tasks with agents (recorded-exec.md X2).
func (v *View) NextExecAgents() (changed bool) {
	for i := range v.Status.Containers {
		c := &v.Status.Containers[i]
		next := execagent.Next(c, v.execEffect(i), v.Delays.ExecAgent, v.Now)
		changed = changed || next != c.ExecAgent
		c.ExecAgent = next
	}
	return changed
}

// execEffect is what keeps an execute command agent from its work.
func (v *View) execEffect(container int) (effect execagent.Effect) {
	if v.StrictExec && container < len(v.Definitions) && aws.ToBool(v.Definitions[container].ReadonlyRootFilesystem) {
		effect = execagent.Disconnects
	}
	if v.Exec != nil {
		effect = max(effect, v.Exec(v.Status.Containers[container].Name))
	}
	return effect
}

// execAgentAt is when the next agent will run; zero is never.
func (v *View) execAgentAt() (at time.Time) {
	for i := range v.Status.Containers {
		at = sooner(at, execagent.Due(&v.Status.Containers[i], v.Delays.ExecAgent))
	}
	return at
}
