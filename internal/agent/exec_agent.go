package agent

import (
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/ecs-emulator/ecs-emulator/internal/execagent"
	"github.com/ecs-emulator/ecs-emulator/internal/state"
)

// adoptExecAgents gives a task with ExecuteCommand from an earlier version its agents, and reports
// whether there were any to give.
func (v *view) adoptExecAgents(spec *state.TaskSpec, pid types.PidMode) (adopted bool) {
	for i := range v.status.Containers {
		c := &v.status.Containers[i]
		if spec.EnableExecuteCommand && c.ExecAgent.Status == "" && execagent.Has(pid, i) {
			c.ExecAgent = execagent.Adopt(c)
			adopted = true
		}
	}
	return adopted
}
