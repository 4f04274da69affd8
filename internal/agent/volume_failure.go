package agent

import (
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/state"
)

// volumeFailed is the reason of a task that could not have a volume. On container
// instances it is the engine's text, without the agent's CannotCreateVolumeError.
//
// Source: field reports of tasks on EC2, where an EFS volume is one of the plugin
// amazon-ecs-volume-plugin, and of EFS volumes on Fargate; amazon-ecs-agent for volumes
// that have to exist. That other volumes fail on Fargate is the emulator's own.
func volumeFailed(t *state.Task, v *types.Volume, err error) string {
	onFargate := t.Placement.ContainerInstance == ""
	switch e := v.EfsVolumeConfiguration; {
	case managed(t, v) != nil:
		return managedFailed(err)
	case e != nil && backend.Missing(err, backend.KindFolder) && onFargate:
		return fmt.Sprintf("ResourceInitializationError: failed to invoke EFS utils commands to set up EFS volumes: "+
			"stderr: b'%s' : unsuccessful EFS utils command execution; code: 32", nothingToMount(t, e))
	case e != nil && backend.Missing(err, backend.KindFolder):
		return fmt.Sprintf("Error response from daemon: create %s: VolumeDriver.Create: mounting volume failed: %s",
			volumeName(t, aws.ToString(v.Name)), nothingToMount(t, e))
	case v.DockerVolumeConfiguration != nil && backend.Missing(err, backend.KindVolume):
		return fmt.Sprintf("%sinitialize volume: volume detection failed, volume '%s' does not exist and autoprovision is set to false: %v",
			notInitialized(t), aws.ToString(v.Name), err)
	case onFargate:
		return "ResourceInitializationError: " + err.Error()
	default:
		return err.Error()
	}
}

// nothingToMount is what mount says of a folder that the file system does not have.
func nothingToMount(t *state.Task, e *types.EFSVolumeConfiguration) string {
	return fmt.Sprintf("mount.nfs4: mounting %s.efs.%s.amazonaws.com:%s failed, reason given by server: No such file or directory",
		aws.ToString(e.FileSystemId), t.Scope().Region, aws.ToString(e.RootDirectory))
}

// notInitialized begins the reason of a task that the agent does not even begin with.
func notInitialized(t *state.Task) string {
	return fmt.Sprintf("resource cannot be initialized for task %s: ", t.ARN)
}
