package taskdef

import (
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
)

// minContainerTimeout is the least startTimeout and stopTimeout in seconds.
const minContainerTimeout = 2

// containerRules are the rules that concern one container alone, in order.
var containerRules = []func(*types.ContainerDefinition) error{
	checkUlimits,
	checkTimeouts,
	checkRestartPolicy,
	checkLinuxParameters,
	checkResourceRequirements,
	checkCredentialSpecs,
	checkVersionConsistency,
}

func checkContainerSettings(def *types.TaskDefinition) error {
	for i := range def.ContainerDefinitions {
		for _, rule := range containerRules {
			if err := rule(&def.ContainerDefinitions[i]); err != nil {
				return err
			}
		}
	}
	return nil
}

func checkTimeouts(c *types.ContainerDefinition) error {
	if t := c.StartTimeout; t != nil && *t < minContainerTimeout {
		return refuse("Granular start timeout on container '%s' must be at least %d seconds.", value(c.Name), minContainerTimeout)
	}
	if t := c.StopTimeout; t != nil && *t < minContainerTimeout {
		return refuse("Granular stop timeout on container '%s' must be at least %d seconds.", value(c.Name), minContainerTimeout)
	}
	return nil
}

func checkVersionConsistency(c *types.ContainerDefinition) error {
	return checkEnum("versionConsistency", c.VersionConsistency, c.VersionConsistency.Values())
}
