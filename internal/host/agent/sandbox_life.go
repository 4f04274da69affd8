package agent

import (
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/host/agent/enginename"
	"github.com/ecs-emulator/ecs-emulator/internal/host/vpc"
)

// sandboxStands reports whether a sandbox goes on as it began; one without a network interface is plain.
func sandboxStands(seen backend.Container, since time.Time, plain bool) bool {
	return vpc.InLife(seen, since) && (plain || vpc.Connected(seen))
}

// containersOf are the containers of a task that are in a list of the engine's, by their names.
func containersOf(t *state.Task, list map[string]backend.Container) (of []backend.Container) {
	for _, c := range t.Status.Containers {
		if found, exists := list[enginename.Of(t, c.Name)]; exists {
			of = append(of, found)
		}
	}
	return of
}
