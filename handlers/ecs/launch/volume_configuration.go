package launch

import (
	"context"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
)

// checkVolumeConfigurations holds the volumes that a launch configures against those that
// the task definition leaves open.
//
// Source: ECS0180 for a name or a definition that does not fit and for what EC2 refuses; ECS
// API reference, TaskManagedEBSVolumeConfiguration, for the rules. The other words are not
// published.
func checkVolumeConfigurations(def *types.TaskDefinition, launchType types.LaunchType, list []types.TaskVolumeConfiguration) error {
	open := volumeAtLaunch(def)
	switch {
	case len(list) > 1:
		return kit.InvalidParameter("volumeConfigurations can have at most 1 items.")
	case len(list) == 0 && open == "":
		return nil
	case len(list) == 0:
		return kit.InvalidParameter(fmt.Sprintf("Volume '%s' is configuredAtLaunch in your Task Definition. "+
			"Volume configuration must be provided in your request.", open))
	case open == "":
		return kit.InvalidParameter("Volume configuration provided but no matching configuredAtLaunch volume found in task definition.")
	case aws.ToString(list[0].Name) != open:
		return kit.InvalidParameter(fmt.Sprintf("The volume name '%s' in your request does not have a matching volume in your Task Definition "+
			"that is configurable at launch.", aws.ToString(list[0].Name)))
	}
	c := list[0].ManagedEBSVolume
	switch {
	case c == nil:
		return kit.InvalidParameter("managedEBSVolume can not be blank.")
	case aws.ToString(c.VolumeType) == "standard" && launchType == types.LaunchTypeFargate:
		return kit.InvalidParameter("The standard volume type is not supported with FARGATE launch type.")
	}
	if code, message := ebsRefusal(c); code != "" {
		return kit.InvalidParameter(fmt.Sprintf("ECS managed EBS volume configuration was invalid for volume '%s'. "+
			`Encountered '%s' error from AmazonEC2: "%s"`, open, code, message))
	}
	return checkVolumeTags(c.TagSpecifications)
}

// volumeAtLaunch is the name of the volume that a definition leaves open, of which
// registration takes one; empty if there is none.
func volumeAtLaunch(def *types.TaskDefinition) string {
	for i := range def.Volumes {
		if aws.ToBool(def.Volumes[i].ConfiguredAtLaunch) {
			return aws.ToString(def.Volumes[i].Name)
		}
	}
	return ""
}

// reservedForVolumes are the tags that ECS gives to volumes. Source: ECS API reference,
// EBSTagSpecification.
func reservedForVolumes(tag types.Tag) bool {
	return *tag.Key == "AmazonECSCreated" || *tag.Key == "AmazonECSManaged"
}

// CheckTaskVolumeTags refuses tags that are copied from a service: the volume of a standalone task
// has none to copy from. Source: ECS API reference, EBSTagSpecification; the words are those for the
// task's own tags, by analogy.
func CheckTaskVolumeTags(list []types.TaskVolumeConfiguration) error {
	for _, one := range list {
		if one.ManagedEBSVolume != nil && slices.ContainsFunc(one.ManagedEBSVolume.TagSpecifications, ofService) {
			return ErrTagsOfService
		}
	}
	return nil
}

func ofService(s types.EBSTagSpecification) bool {
	return s.PropagateTags == types.PropagateTagsService
}

// ErrTagsOfService is of what is no service's. Its words have the form of CheckPropagateTags.
var ErrTagsOfService = kit.InvalidParameter("Propagate tags should be one of [TASK_DEFINITION,NONE]")

func checkVolumeTags(specifications []types.EBSTagSpecification) error {
	for _, s := range specifications {
		if err := CheckPropagateTags(s.PropagateTags); err != nil {
			return err
		}
		if s.ResourceType != types.EBSResourceTypeVolume {
			return kit.InvalidParameter("resourceType should be one of [volume]")
		}
		if err := kit.CheckTags(context.Background(), s.Tags); err != nil {
			return err
		}
		if slices.ContainsFunc(s.Tags, reservedForVolumes) {
			return kit.InvalidParameter("The tags AmazonECSCreated and AmazonECSManaged are reserved for Amazon ECS.")
		}
	}
	return nil
}

// ShownVolumeConfigurations are a service's volumes as ECS keeps them: it adds the file
// system alone (ECS0180).
func ShownVolumeConfigurations(list []types.ServiceVolumeConfiguration) []types.ServiceVolumeConfiguration {
	var shown []types.ServiceVolumeConfiguration
	for _, one := range list {
		if one.ManagedEBSVolume != nil && one.ManagedEBSVolume.FilesystemType == "" {
			c := *one.ManagedEBSVolume
			c.FilesystemType = types.TaskFilesystemTypeXfs
			one.ManagedEBSVolume = &c
		}
		shown = append(shown, one)
	}
	return shown
}
