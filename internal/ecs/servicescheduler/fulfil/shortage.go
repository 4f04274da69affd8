package fulfil

import (
	"slices"

	"github.com/ecs-emulator/ecs-emulator/internal/ecs/placement"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/observe"
)

// shortage is a generation that lacks a task for which there is no place, and why there is none.
type shortage struct {
	*observe.Generation
	*observe.Lack
	attempt bool // it has been long enough since the one before
}

// relieved reports whether the end of another task gives a place to the one without: its instance lacks
// what tasks have taken, and is not unsuitable for another reason.
func (s *shortage) relieved(t observe.Task, instances *observe.Instances) bool {
	instance := t.Placement.ContainerInstance
	return slices.ContainsFunc(s.Misses, func(m placement.Miss) bool {
		return m.Instance.ARN == instance && m.Taken()
	}) && instances.Pool().Suits(instance, s.Demand)
}
