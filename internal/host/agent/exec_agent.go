package agent

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/execagent"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// adoptExecAgents gives a task with ExecuteCommand from an earlier version its agents, and reports
// whether there were any to give.
func (v *view) adoptExecAgents(spec *state.TaskSpec, pid types.PidMode) (adopted bool) {
	for i := range v.status.Containers {
		c := &v.status.Containers[i]
		if spec.EnableExecuteCommand && c.Name != v.proxy && c.ExecAgent.Status == "" && execagent.Has(pid, i) {
			c.ExecAgent = execagent.Adopt(c)
			adopted = true
		}
	}
	return adopted
}

// nextExecAgents takes over how the execute command agents fare now, and reports whether that is a
// change. ECS announces none of it: it shows with the next event. Source: recorded versions of
// tasks with agents (recorded-exec.md X2).
func (v *view) nextExecAgents() (changed bool) {
	for i := range v.status.Containers {
		c := &v.status.Containers[i]
		next := execagent.Next(c, v.execEffect(i), v.delays.ExecAgent, v.now)
		changed = changed || next != c.ExecAgent
		c.ExecAgent = next
	}
	return changed
}

// execEffect is what keeps an execute command agent from its work.
func (v *view) execEffect(container int) (effect execagent.Effect) {
	if v.strictExec && container < len(v.definitions) && aws.ToBool(v.definitions[container].ReadonlyRootFilesystem) {
		effect = execagent.Disconnects
	}
	if v.exec != nil {
		effect = max(effect, v.exec(v.status.Containers[container].Name))
	}
	return effect
}

// execAgentAt is when the next agent will run; zero is never.
func (v *view) execAgentAt() (at time.Time) {
	for i := range v.status.Containers {
		at = sooner(at, execagent.Due(&v.status.Containers[i], v.delays.ExecAgent))
	}
	return at
}
