package taskdef

import (
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
)

// checkMountPoints: mount points name volumes of the task, and a volume that is
// configured at launch is mounted somewhere.
func checkMountPoints(def *types.TaskDefinition) error {
	for i := range def.ContainerDefinitions {
		c := &def.ContainerDefinitions[i]
		for j := range c.MountPoints {
			m := &c.MountPoints[j]
			source := value(m.SourceVolume)
			if volumeNamed(def.Volumes, source) == nil {
				if m.SourceVolume == nil {
					source = "null" // ECS0302
				}
				return refuse("Unknown volume '%s'.", source)
			}
			if value(m.ContainerPath) == "" {
				// Wording without a source.
				return refuse("Mount point of volume '%s' for container '%s' requires a container path.", source, value(c.Name))
			}
		}
	}
	var unused []string
	for i := range def.Volumes {
		v := &def.Volumes[i]
		if isTrue(v.ConfiguredAtLaunch) && !isMounted(def, *v.Name) {
			unused = append(unused, *v.Name)
		}
	}
	if len(unused) > 0 {
		return refuse("Volumes [%s] are not referenced by any of the containers", strings.Join(unused, ", "))
	}
	return nil
}

func isMounted(def *types.TaskDefinition, volume string) bool {
	for i := range def.ContainerDefinitions {
		for _, m := range def.ContainerDefinitions[i].MountPoints {
			if value(m.SourceVolume) == volume {
				return true
			}
		}
	}
	return false
}

// checkVolumesFrom: the source is another container of the task (ECS0190). The wording for
// the container itself has no source.
func checkVolumesFrom(def *types.TaskDefinition) error {
	for i := range def.ContainerDefinitions {
		c := &def.ContainerDefinitions[i]
		for j := range c.VolumesFrom {
			source := value(c.VolumesFrom[j].SourceContainer)
			if containerNamed(def.ContainerDefinitions, source) == nil {
				return refuse("Invalid 'volumesFrom' setting. Unknown container: '%s'.", source)
			}
			if source == value(c.Name) {
				return refuse("Container '%s' cannot mount volumes from itself.", source)
			}
		}
	}
	return nil
}
