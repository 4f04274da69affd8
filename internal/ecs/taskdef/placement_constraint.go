package taskdef

import (
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
)

// maxPlacementConstraints of one definition. Source: ECS API reference.
const maxPlacementConstraints = 10

// checkPlacementConstraints looks at the shape only: the user who registers the definition reads
// the expressions, with the package that places tasks.
func checkPlacementConstraints(def *types.TaskDefinition) error {
	if len(def.PlacementConstraints) > maxPlacementConstraints {
		return invalid("Maximum number of constraints is %d.", maxPlacementConstraints)
	}
	for i := range def.PlacementConstraints {
		c := &def.PlacementConstraints[i]
		if c.Type != types.TaskDefinitionPlacementConstraintTypeMemberOf {
			// ECS0302; what is said of no type at all is not known.
			return refuse("constraint.type '%s' is not supported.", c.Type)
		}
		if value(c.Expression) == "" {
			return invalid("memberOf expression should be specified.")
		}
	}
	return nil
}
