package agent

import (
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

// shareNamespaces has a container share processes and IPC with its task, or with all of the
// machine. The task's sandbox is what the agent's ~internal~ecs~pause~namespace is.
// Source: ECS developer guide, pidMode and ipcMode; amazon-ecs-agent.
func (w *work) shareNamespaces(spec *backend.ContainerSpec) {
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

// ipcControls are the kernel parameters of an IPC namespace, beside those of fs.mqueue.
// Source: ECS API reference, SystemControl.
var ipcControls = []string{
	"kernel.msgmax", "kernel.msgmnb", "kernel.msgmni", "kernel.sem",
	"kernel.shmall", "kernel.shmmax", "kernel.shmmni", "kernel.shm_rmid_forced",
}

// controlsOfTheInstance refuses a container the kernel parameters of a namespace that it has
// from its container instance. The engine would set them there, as to it that namespace is
// only one of a container; on AWS it is the host's, and the container does not start.
//
// Source: ECS API reference, SystemControl, for the rule; containerd issue 5281 for Docker's
// words about net. on an instance of Amazon Linux 2; runc's validator for those about IPC.
func controlsOfTheInstance(d *types.ContainerDefinition, network types.NetworkMode, ipc types.IpcMode) error {
	for _, control := range d.SystemControls {
		switch name := aws.ToString(control.Namespace); {
		case network == types.NetworkModeHost && !aws.ToBool(d.DisableNetworking) && strings.HasPrefix(name, "net."):
			return fmt.Errorf("Error response from daemon: OCI runtime create failed: sysctl %q not allowed in host network namespace: unknown", name) //nolint:staticcheck // the engine's own text
		case ipc == types.IpcModeHost && (slices.Contains(ipcControls, name) || strings.HasPrefix(name, "fs.mqueue.")):
			return fmt.Errorf("Error response from daemon: OCI runtime create failed: sysctl %q is not allowed in the hosts ipc namespace: unknown", name) //nolint:staticcheck // the engine's own text
		}
	}
	return nil
}
