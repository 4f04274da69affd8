package agent

import (
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/ecs/executionresource"
)

// leftOut stands for the engine's words where it is not known which values they may have.
const leftOut = "what the engine says is left out, as it may have a value that the task refers to"

// scrub has stars for the values that were read for the task. Of a container that a former runner has
// made, before it had nothing more to do or the emulator was started again, the values are not
// known any more, so nothing is told but the kind of the error. The lock is held.
func (v *view) scrub(text string) string {
	for i := range v.definitions {
		if executionresource.Refers(&v.definitions[i]) && v.status.Containers[i].EngineID != "" && !v.state(theContainer(i)).ours {
			kind, _, found := strings.Cut(text, "Error: ")
			if found && !strings.ContainsAny(kind, " :") {
				return kind + "Error: " + leftOut
			}
			return leftOut
		}
	}
	return executionresource.Scrub(v.resources.of, text)
}
