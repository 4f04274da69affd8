package task

import (
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/engineroom"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// Engine is what each task of the template asks of an engine.
func (t *Template) Engine() engineroom.Ask { return engineOf(t.spec, t.request.Tags) }

// EngineOf is what a task asks of an engine.
func EngineOf(t *state.Task) engineroom.Ask { return engineOf(t.Spec, t.Tags) }

// engineOf: a task on a container instance has the instance's architecture.
func engineOf(spec *state.TaskSpec, tags []types.Tag) engineroom.Ask {
	ask := engineroom.Ask{FileSystems: spec.FileSystems}
	for _, tag := range tags {
		if aws.ToString(tag.Key) == engineroom.Tag {
			ask.Engine = aws.ToString(tag.Value)
		}
	}
	if spec.LaunchType == types.LaunchTypeFargate {
		ask.Architecture = spec.Architecture
		ask.CPU, _ = strconv.Atoi(spec.CPU)
		ask.Memory, _ = strconv.Atoi(spec.Memory)
	}
	return ask
}

// fileSystems are the ids of the file systems that the volumes of a definition are on.
func fileSystems(def *types.TaskDefinition) (ids []string) {
	for i := range def.Volumes {
		v := &def.Volumes[i]
		switch {
		case v.EfsVolumeConfiguration != nil:
			ids = append(ids, aws.ToString(v.EfsVolumeConfiguration.FileSystemId))
		case v.FsxWindowsFileServerVolumeConfiguration != nil:
			ids = append(ids, aws.ToString(v.FsxWindowsFileServerVolumeConfiguration.FileSystemId))
		case v.S3filesVolumeConfiguration != nil:
			ids = append(ids, arn.Name(aws.ToString(v.S3filesVolumeConfiguration.FileSystemArn)))
		}
	}
	return ids
}
