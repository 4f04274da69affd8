package taskdef

import (
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
)

// checkInferenceAccelerators: ECS refuses the member since the service was retired.
func checkInferenceAccelerators(def *types.TaskDefinition) error {
	//lint:ignore SA1019 the member is retired, which is what this rule tells
	if len(def.InferenceAccelerators) > 0 {
		return refuse("Unsupported field 'inferenceAccelerators'.")
	}
	return nil
}
