package fulfil

import (
	"time"
)

// Tasks that stop before they were RUNNING are started again at growing intervals:
//
//	failed attempts  1, 2   3     4     5     …  10      11 and more
//	delay            none   10 s  20 s  40 s     1280 s  27 min
//
// A task that gets to RUNNING, or another task definition, ends it.
// Source: ECS developer guide, service throttle logic, for the maximum and what ends
// it; the schedule below the maximum is not published.
const (
	freeAttempts  = 2
	firstDelay    = 10 * time.Second
	greatestDelay = 27 * time.Minute
)

func startDelay(failures int) time.Duration {
	if failures <= freeAttempts {
		return 0
	}
	delay := firstDelay
	for range failures - freeAttempts - 1 {
		if delay *= 2; delay >= greatestDelay {
			return greatestDelay
		}
	}
	return delay
}
