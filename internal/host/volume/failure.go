package volume

import (
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
)

// Failure is the reason of a task that could not have a volume, because of an error of Source or
// Obtain. On container
// instances it is the engine's text, without the agent's CannotCreateVolumeError.
//
// Source: field reports of tasks on EC2, where an EFS volume is one of the plugin
// amazon-ecs-volume-plugin, and of EFS volumes on Fargate; amazon-ecs-agent for volumes
// that have to exist. That other volumes fail on Fargate is the emulator's own.
func (r Request) Failure(err error) string {
	v, onFargate := r.Definition, r.OnFargate
	switch e := v.EfsVolumeConfiguration; {
	case r.Managed != nil:
		return managedFailed(err)
	case e != nil && backend.Missing(err, backend.KindFolder) && onFargate:
		return fmt.Sprintf("ResourceInitializationError: failed to invoke EFS utils commands to set up EFS volumes: "+
			"stderr: b'%s' : unsuccessful EFS utils command execution; code: 32", r.nothingToMount(e))
	case e != nil && backend.Missing(err, backend.KindFolder):
		return fmt.Sprintf("Error response from daemon: create %s: VolumeDriver.Create: mounting volume failed: %s",
			r.EngineName, r.nothingToMount(e))
	case v.DockerVolumeConfiguration != nil && backend.Missing(err, backend.KindVolume):
		return NotInitialized(r.TaskARN, fmt.Errorf("initialize volume: volume detection failed, volume '%s' does not exist and autoprovision is set to false: %w",
			aws.ToString(v.Name), err)).Error()
	case onFargate:
		return "ResourceInitializationError: " + err.Error()
	default:
		return err.Error()
	}
}

// nothingToMount is what mount says of a folder that the file system does not have.
func (r Request) nothingToMount(e *types.EFSVolumeConfiguration) string {
	return fmt.Sprintf("mount.nfs4: mounting %s.efs.%s.amazonaws.com:%s failed, reason given by server: No such file or directory",
		aws.ToString(e.FileSystemId), r.Region, aws.ToString(e.RootDirectory))
}

// NotInitialized is the reason of a task that the agent does not even begin with.
func NotInitialized(task string, why error) error {
	return fmt.Errorf("resource cannot be initialized for task %s: %w", task, why)
}
