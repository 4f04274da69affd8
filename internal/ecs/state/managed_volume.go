package state

import (
	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
)

// ManagedVolume is the EBS volume that ECS makes for each task of a request, instead of the
// volume of the task definition that is configured at launch.
type ManagedVolume struct {
	Name          string // of the volume in the task definition
	Configuration types.TaskManagedEBSVolumeConfiguration
	Tags          []types.Tag // of the volume, but for AmazonECSCreated, which names the task
}

// GoesWithTask reports whether the volume is deleted when its task stops, as it is unless
// that is turned off. Source: ECS API reference, TaskManagedEBSVolumeTerminationPolicy.
func (v *ManagedVolume) GoesWithTask() bool {
	policy := v.Configuration.TerminationPolicy
	return policy == nil || policy.DeleteOnTermination == nil || *policy.DeleteOnTermination
}

// RoleARN is the infrastructure role with which ECS makes the volume.
func (v *ManagedVolume) RoleARN() string { return aws.ToString(v.Configuration.RoleArn) }

// VolumeAttachment is how a task's managed volume fares; the zero value is of a task that
// has none.
type VolumeAttachment struct {
	Status string // CREATED … ATTACHED … DELETED
	ID     string // vol-…, once there is a volume
	Reason string // why there is no volume
}
