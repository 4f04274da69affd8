package plan

import (
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/ecs/executionresource"
)

// LeftOut stands for the engine's words where it is not known which values they may have.
const LeftOut = "what the engine says is left out, as it may have a value that the task refers to"

// Scrub has stars for the values that were read for the task. Of a container that a former runner has
// made, before it had nothing more to do or the emulator was started again, the values are not
// known any more, so nothing is told but the kind of the error. The lock is held.
func (v *View) Scrub(text string) string {
	for i := range v.Definitions {
		if executionresource.Refers(&v.Definitions[i]) && v.Status.Containers[i].EngineID != "" && !v.State(Container(i)).Ours {
			kind, _, found := strings.Cut(text, "Error: ")
			if found && !strings.ContainsAny(kind, " :") {
				return kind + "Error: " + LeftOut
			}
			return LeftOut
		}
	}
	return executionresource.Scrub(v.Resources.Of, text)
}
