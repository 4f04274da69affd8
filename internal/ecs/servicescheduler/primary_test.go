package servicescheduler

import (
	"testing"

	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// Which deployment is PRIMARY is a member of it, not its place in the list: an older one becomes
// PRIMARY again without a new deployment, gets the tasks, and the newer one gives its own up.
func TestAnOlderDeploymentBecomesPrimaryAgain(t *testing.T) {
	f := newFixture(t, nil)
	f.settle()
	older := f.service().Primary().ID
	f.deploy(false)
	f.schedule()
	f.expect("IN_PROGRESS desired 2 pending 2 running 0 failed 0", "COMPLETED desired 0 pending 0 running 2 failed 0")
	f.change(func(s *state.Service) { s.SetPrimary(s.Deployments[1]) })
	f.schedule()
	f.expect("COMPLETED desired 2 pending 0 running 2 failed 0", "IN_PROGRESS desired 0 pending 2 running 0 failed 0")
	f.settle()
	f.expect("COMPLETED desired 2 pending 0 running 2 failed 0")
	if got := f.service().Primary().ID; got != older {
		t.Errorf("PRIMARY is %s, want %s", got, older)
	}
}
