package launch

import (
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
)

// CheckPropagateTags refuses what no tags come from.
//
// Source: ECS0311. NONE was refused too at the time; its place in the list is by analogy, and the use of
// these words for the tags of volumes.
func CheckPropagateTags(p types.PropagateTags) error {
	switch p {
	case "", types.PropagateTagsTaskDefinition, types.PropagateTagsService, types.PropagateTagsNone:
		return nil
	}
	return kit.InvalidParameter("Propagate tags should be one of [SERVICE,TASK_DEFINITION,NONE]")
}
