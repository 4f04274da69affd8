package taskdef

import (
	"fmt"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/base/member"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
)

var resourceTypes = types.ResourceType("").Values()

// checkResourceRequirements: a GPU requirement has a number or a way of sharing,
// any other a value. The wording has no source.
func checkResourceRequirements(c *types.ContainerDefinition) error {
	for i := range c.ResourceRequirements {
		r := &c.ResourceRequirements[i]
		if r.Type == "" {
			return refuse("type should be one of [%s]", joinValues(resourceTypes))
		}
		if err := checkEnum("type", r.Type, resourceTypes); err != nil {
			return err
		}
		hasValue, shares := value(r.Value) != "", r.SharingStrategy != nil
		switch {
		case shares && r.Type != types.ResourceTypeGpu, shares == hasValue:
			return refuse("Invalid 'resourceRequirements' setting for container '%s'.", value(c.Name))
		case r.Type == types.ResourceTypeGpu && hasValue && !validGPUCount(*r.Value):
			return refuse("Invalid 'resourceRequirements' setting for container '%s'.", value(c.Name))
		}
	}
	return nil
}

// allGPUs asks for every GPU that there is.
const allGPUs = "ALL"

// needsAllGPUs finds a requirement of all GPUs. How many that are differs from one
// container instance to the next, and a task reserves the same on each.
func needsAllGPUs(within string, list []types.ResourceRequirement) []member.Found {
	for i := range list {
		if value(list[i].Value) == allGPUs {
			return []member.Found{{Path: fmt.Sprintf("%s.resourceRequirements[%d].value", within, i), Value: allGPUs}}
		}
	}
	return nil
}

// validGPUCount: a positive number or ALL. Source: ECS API reference,
// ResourceRequirement.value.
func validGPUCount(s string) bool {
	return s == allGPUs || allDigits(s) && strings.Trim(s, "0") != ""
}
