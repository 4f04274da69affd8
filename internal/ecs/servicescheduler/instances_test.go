package servicescheduler

import (
	"testing"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// TestTheRevisionThatIsKeptIsPlacedWhereItsOwnTasksGo: an update to Fargate failed, and the tasks of
// container instances are replaced on these, as room allows.
func TestTheRevisionThatIsKeptIsPlacedWhereItsOwnTasksGo(t *testing.T) {
	f := newInstanceFixture(t, 1, withBreaker(false))
	f.settle()
	f.deploy(false)
	f.failDeployment()
	f.end(f.tasks()[0], types.TaskStopCodeUserInitiated)
	f.settle()
	f.expect("FAILED desired 0 pending 0 running 0 failed 3", "COMPLETED desired 1 pending 0 running 1 failed 0")
	f.expectOn("i0 1")
	f.change(func(s *state.Service) { s.DesiredCount = 5 })
	f.settle()
	f.expectOn("i0 4")
	f.change(func(s *state.Service) { s.DesiredCount = 1 })
	f.settle()
	f.expectOn("i0 1")
	f.deploy(false)
	f.settle()
	f.expect("COMPLETED desired 1 pending 0 running 1 failed 0")
	f.expectOn(" 1")
}
