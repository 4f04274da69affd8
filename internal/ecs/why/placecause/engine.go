package placecause

import (
	"fmt"

	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/why"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/why/phrase"
)

// forEngine is of a task on Fargate: of several engines none answers that suits it.
func forEngine(f *why.Facts, t *state.Task) why.Answer {
	return why.Answer{
		Cause: why.EngineAway, At: t.Spec.CreatedAt,
		Sentence: phrase.Upper(fmt.Sprintf("%s waits since %s for a container engine: %s.", phrase.TaskOf(t), phrase.Time(f.Now, t.Spec.CreatedAt), t.Placement.Waiting.Reason)),
		Next:     "Have the container engine answer again.",
		Evidence: []why.Evidence{{Text: "the last attempt to place it: " + t.Placement.Waiting.Reason}},
	}
}
