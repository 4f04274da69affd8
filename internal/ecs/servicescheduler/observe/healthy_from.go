package observe

import (
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// HealthyAfter is for how long a task without health checks must have been RUNNING
// to count as healthy. Source: ECS API reference, minimumHealthyPercent.
const HealthyAfter = 40 * time.Second

// Does not compile unless starts are counted for long enough to know.
const _ = uint(state.StartsKept - HealthyAfter - 2*time.Second)

// HealthyFrom is when a task without health checks counts as healthy. It is a whole
// second, as the counts of starts are (see state.StartCounts).
func HealthyFrom(startedAt time.Time) time.Time {
	from := startedAt.Truncate(time.Millisecond).Add(HealthyAfter)
	if whole := from.Truncate(time.Second); !whole.Equal(from) {
		from = whole.Add(time.Second)
	}
	return from
}
