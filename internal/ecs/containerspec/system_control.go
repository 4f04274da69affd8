package containerspec

import (
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
)

// ipcControls are the kernel parameters of an IPC namespace, beside those of fs.mqueue.
// Source: ECS API reference, SystemControl.
var ipcControls = []string{
	"kernel.msgmax", "kernel.msgmnb", "kernel.msgmni", "kernel.sem",
	"kernel.shmall", "kernel.shmmax", "kernel.shmmni", "kernel.shm_rmid_forced",
}

// RefuseControls refuses a container the kernel parameters of a namespace that it has
// from its container instance. The engine would set them there, as to it that namespace is
// only one of a container; on AWS it is the host's, and the container does not start.
//
// Source: ECS API reference, SystemControl, for the rule; containerd issue 5281 for Docker's
// words about net. on an instance of Amazon Linux 2; runc's validator for those about IPC.
func RefuseControls(d *types.ContainerDefinition, network types.NetworkMode, ipc types.IpcMode) error {
	for _, control := range d.SystemControls {
		switch name := aws.ToString(control.Namespace); {
		case network == types.NetworkModeHost && !aws.ToBool(d.DisableNetworking) && strings.HasPrefix(name, "net."):
			//lint:ignore ST1005 this is the engine's own text
			return fmt.Errorf("Error response from daemon: OCI runtime create failed: sysctl %q not allowed in host network namespace: unknown", name)
		case ipc == types.IpcModeHost && (slices.Contains(ipcControls, name) || strings.HasPrefix(name, "fs.mqueue.")):
			//lint:ignore ST1005 this is the engine's own text
			return fmt.Errorf("Error response from daemon: OCI runtime create failed: sysctl %q is not allowed in the hosts ipc namespace: unknown", name)
		}
	}
	return nil
}
