package agent

import (
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/backend"
)

// shareNamespaces has a container share processes and IPC with its task, or with all of the
// container instance. The task's sandbox is what the agent's ~internal~ecs~pause~namespace is.
// Source: ECS developer guide, pidMode and ipcMode; amazon-ecs-agent.
func (w *taskRunner) shareNamespaces(spec *backend.ContainerSpec) {
	switch w.pid {
	case types.PidModeTask:
		spec.Processes = w.view.status.SandboxID
	case types.PidModeHost:
		spec.Processes = w.on.Sandbox
	}
	switch w.ipc {
	case types.IpcModeTask:
		spec.IPC = w.view.status.SandboxID
	case types.IpcModeHost:
		spec.IPC = w.on.Sandbox
	case types.IpcModeNone:
		spec.IPC = backend.NoIPC
	}
}
