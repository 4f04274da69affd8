package launch

import (
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
)

// CheckPropagateTags refuses what no tags come from.
func CheckPropagateTags(p types.PropagateTags) error {
	switch p {
	case "", types.PropagateTagsTaskDefinition, types.PropagateTagsService, types.PropagateTagsNone:
		return nil
	}
	return kit.InvalidParameter("propagateTags should be one of [TASK_DEFINITION,SERVICE,NONE]")
}
