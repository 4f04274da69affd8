package emulator

import (
	"fmt"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/app"
)

// Usage is what a task uses.
type Usage struct {
	CPU    float64 // vCPU
	Memory float64 // MiB
}

// LoadedTask is a task of which [Server.Load] asks what it uses.
type LoadedTask struct {
	ARN       string
	StartedAt time.Time // zero: it is about to run
	// Running is how many tasks of the service run, among which a load may be shared.
	Running int
}

// LoadFunc says what a task uses at a time of the emulator's clock. It may be called by several goroutines, and may not
// wait for the emulator.
type LoadFunc func(at time.Time, task LoadedTask) Usage

// Load says what the tasks of a service use on the simulated engine, in place of the labels of their containers; nil ends
// that, and so does a load that is set by /_emulator/load. The service is named by its ARN, as cluster/service, or by its
// name alone in the cluster default; it need not be there yet. All of it counts as the load of the task's first
// container that has not ended. Other engines give an error.
func (s *Server) Load(service string, load LoadFunc) error {
	var told app.Load
	if load != nil {
		told = func(at time.Time, taskARN string, startedAt time.Time, running int) (cpu, memory float64) {
			use := load(at, LoadedTask{ARN: taskARN, StartedAt: startedAt, Running: running})
			return use.CPU, use.Memory
		}
	}
	if err := s.parts.engine.TellLoad(service, told); err != nil {
		return fmt.Errorf("load a service: %w", err)
	}
	return nil
}
