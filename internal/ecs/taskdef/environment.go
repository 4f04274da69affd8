package taskdef

import (
	"slices"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
)

// checkEnvironment refuses variables without a name (ECS0096).
func checkEnvironment(def *types.TaskDefinition) error {
	for i := range def.ContainerDefinitions {
		if slices.ContainsFunc(def.ContainerDefinitions[i].Environment, unnamed) {
			return refuse("Environment variable name cannot be null or blank.")
		}
	}
	return nil
}

func unnamed(variable types.KeyValuePair) bool { return strings.TrimSpace(value(variable.Name)) == "" }

// fillEnvironment leaves out variables without a value; an empty one is a value (ECS0096).
func fillEnvironment(environment []types.KeyValuePair) []types.KeyValuePair {
	if environment == nil {
		return []types.KeyValuePair{}
	}
	return slices.DeleteFunc(environment, func(variable types.KeyValuePair) bool { return variable.Value == nil })
}

// mergeEnvironment replaces variables by name, in their place, and appends new ones.
func mergeEnvironment(defined, overrides []types.KeyValuePair) []types.KeyValuePair {
	merged := slices.Clone(defined)
	for _, o := range overrides {
		found := false
		for i := range merged {
			if value(merged[i].Name) == value(o.Name) {
				merged[i], found = o, true
			}
		}
		if !found {
			merged = append(merged, o)
		}
	}
	return merged
}
