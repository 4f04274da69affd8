package observe

import (
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/placement"
)

// Lack is why a task has no place.
type Lack struct {
	Demand  *placement.Demand
	Misses  []placement.Miss
	Fargate *placement.Lack // nil: it is about container instances
}

// Or is l, or if that is nil another one.
func (l *Lack) Or(demand *placement.Demand, misses []placement.Miss) *Lack {
	if l != nil {
		return l
	}
	return &Lack{Demand: demand, Misses: misses}
}
