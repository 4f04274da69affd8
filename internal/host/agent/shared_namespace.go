package agent

import (
	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
)

// sharedNamespaces says with which others the containers of a task share processes and IPC.
type sharedNamespaces struct {
	pid types.PidMode
	ipc types.IpcMode
}

// join has a container share them with its task, or with all of the container instance, by their sandboxes.
// The task's sandbox is what the agent's ~internal~ecs~pause~namespace is.
// Source: ECS developer guide, pidMode and ipcMode; amazon-ecs-agent.
func (n sharedNamespaces) join(spec *backend.ContainerSpec, task, instance string) {
	switch n.pid {
	case types.PidModeTask:
		spec.Processes = task
	case types.PidModeHost:
		spec.Processes = instance
	}
	switch n.ipc {
	case types.IpcModeTask:
		spec.IPC = task
	case types.IpcModeHost:
		spec.IPC = instance
	case types.IpcModeNone:
		spec.IPC = backend.NoIPC
	}
}
