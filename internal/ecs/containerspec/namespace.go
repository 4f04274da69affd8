package containerspec

import (
	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
)

// Namespaces says with which others the containers of a task share processes and IPC.
type Namespaces struct {
	PID types.PidMode
	IPC types.IpcMode
}

// Join has a container share them with its task, or with all of the container instance, by their sandboxes.
// The task's sandbox is what the agent's ~internal~ecs~pause~namespace is.
// Source: ECS developer guide, pidMode and ipcMode; amazon-ecs-agent.
func (n Namespaces) Join(spec *backend.ContainerSpec, task, instance string) {
	switch n.PID {
	case types.PidModeTask:
		spec.Processes = task
	case types.PidModeHost:
		spec.Processes = instance
	}
	switch n.IPC {
	case types.IpcModeTask:
		spec.IPC = task
	case types.IpcModeHost:
		spec.IPC = instance
	case types.IpcModeNone:
		spec.IPC = backend.NoIPC
	}
}
