package task

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// TagSources are where a managed volume's tags come from, beside its configuration.
type TagSources struct {
	Definition, Service []types.Tag
	// Managed adds the tags of ECS, with the names of the cluster and of the service, which
	// is empty for a standalone task.
	Managed              bool
	Cluster, ServiceName string
}

// NewVolume is the managed volume of tasks, of which a request configures one at most.
//
// Source: ECS API reference, EBSTagSpecification; of the tag that every volume has, AWS's
// policy AmazonECSInfrastructureRolePolicyForVolumes.
func NewVolume(configurations []types.TaskVolumeConfiguration, from TagSources) *state.ManagedVolume {
	if len(configurations) == 0 {
		return nil
	}
	c := configurations[0]
	v := &state.ManagedVolume{Name: aws.ToString(c.Name), Configuration: *c.ManagedEBSVolume}
	for _, s := range v.Configuration.TagSpecifications {
		var handedDown []types.Tag
		switch s.PropagateTags {
		case types.PropagateTagsTaskDefinition:
			handedDown = from.Definition
		case types.PropagateTagsService:
			handedDown = from.Service
		}
		v.Tags = MergeTags(v.Tags, MergeTags(handedDown, s.Tags))
	}
	v.Tags = Tags(v.Tags, nil, from.Managed, from.Cluster, from.ServiceName)
	v.Tags = MergeTags(v.Tags, []types.Tag{{Key: aws.String("AmazonECSManaged"), Value: aws.String("true")}})
	return v
}

// VolumeConfigurations are the volume configurations of a service as they are for one of its tasks, whose
// volumes always go with them. Source: ECS developer guide, Amazon EBS volumes.
func VolumeConfigurations(service []types.ServiceVolumeConfiguration) []types.TaskVolumeConfiguration {
	var list []types.TaskVolumeConfiguration
	for _, s := range service {
		one := types.TaskVolumeConfiguration{Name: s.Name}
		if e := s.ManagedEBSVolume; e != nil {
			one.ManagedEBSVolume = &types.TaskManagedEBSVolumeConfiguration{
				Encrypted: e.Encrypted, FilesystemType: e.FilesystemType, Iops: e.Iops, KmsKeyId: e.KmsKeyId, RoleArn: e.RoleArn,
				SizeInGiB: e.SizeInGiB, SnapshotId: e.SnapshotId, TagSpecifications: e.TagSpecifications, Throughput: e.Throughput,
				VolumeInitializationRate: e.VolumeInitializationRate, VolumeType: e.VolumeType,
			}
		}
		list = append(list, one)
	}
	return list
}
