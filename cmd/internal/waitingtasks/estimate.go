package waitingtasks

import (
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/ecs/capacityprovider/scaling"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// Estimate measures an estimate of the instances that tasks need which wait, each of another size.
func Estimate(tasks int) time.Duration {
	var waiting []*state.Reservation
	for n := range tasks {
		waiting = append(waiting, &state.Reservation{CPU: 128 + n, Memory: 256 + 7*n%1024, ENI: n%2 == 0})
	}
	began := time.Now()
	scaling.Estimate(waiting, scaling.Size{CPU: 4096, Memory: 15708, ENIs: 3})
	return time.Since(began)
}
