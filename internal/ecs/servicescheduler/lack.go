package servicescheduler

import (
	"slices"

	"github.com/ecs-emulator/ecs-emulator/internal/ecs/placement"
)

// lack is why a task has no place.
type lack struct {
	demand  *placement.Demand
	misses  []placement.Miss
	fargate *placement.Lack // nil: it is about container instances
}

// or is l, or if that is nil another one.
func (l *lack) or(demand *placement.Demand, misses []placement.Miss) *lack {
	if l != nil {
		return l
	}
	return &lack{demand: demand, misses: misses}
}

// shortage is a generation that lacks a task for which there is no place, and why there is none.
type shortage struct {
	*generation
	*lack
	attempt bool // it has been long enough since the one before
}

// relieved reports whether the end of another task gives a place to the one without: its instance lacks
// what tasks have taken, and is not unsuitable for another reason.
func (s *shortage) relieved(t stopCandidate, instances *Instances) bool {
	instance := t.task.Placement.ContainerInstance
	return slices.ContainsFunc(s.misses, func(m placement.Miss) bool {
		return m.Instance.ARN == instance && m.Taken()
	}) && instances.Pool().Suits(instance, s.demand)
}
