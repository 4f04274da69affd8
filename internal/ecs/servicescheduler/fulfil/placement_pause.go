package fulfil

import (
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/bounds"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/observe"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// An attempt to place tasks counts as one if it comes so long after the one before:
//
//	attempts   1 … 15  16    17    …  21       22 and more
//	pause      14 s    28 s  56 s     896 s    27 min
//
// Room that appears in between is used at once. The circuit breaker counts attempts, so a
// deployment that has one goes on as it began, until it fails.
//
// Source: recorded answers (ECS0160) for 15 attempts in three and a half minutes; ECS
// developer guide, service throttle logic, which counts a lack of resources among its
// causes, for pauses that grow and the longest one. How they grow is not published.
const (
	RetryPlacement = 14 * time.Second
	evenAttempts   = 15
)

// placementPause is how long after an attempt to place tasks of a generation the next one counts.
func placementPause(s *state.Service, g *observe.Generation) time.Duration {
	pause := RetryPlacement
	if bounds.CircuitBreaker(s.DeploymentConfiguration).Enable && g.InProgress() {
		return pause
	}
	for range g.Of.Unplaced - evenAttempts {
		if pause *= 2; pause >= greatestDelay {
			return greatestDelay
		}
	}
	return pause
}
