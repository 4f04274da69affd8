package lifecycle

import (
	"slices"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/ecs/capacityprovider/managed"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// TestAnAgentAwayForAMomentEndsNothing: an instance drains for an hour, as its tasks take long to move. Its agent goes away, just now.
func TestAnAgentAwayForAMomentEndsNothing(t *testing.T) {
	i := running("i-1", 1)
	i.Row.Drains, i.Row.DrainingAt = []managed.Drain{{Reason: managed.DaemonDeployment, Replace: true}}, noon.Add(-time.Hour)
	i.Registered.Status, i.Registered.DrainedBy = state.InstanceDraining, managed.DaemonDeployment.Words()
	i.Registered.AgentConnected = false
	if p := Decide(fleet(i)); len(p.Terminate) > 0 {
		t.Errorf("it is terminated with a task, as its agent has been away for 0 s: %+v", p)
	}
}

// TestAnInstanceThatDrainsLateDrains: an instance is 22 days old when its draining begins, as the emulator was off for a week. It has the
// time that others have.
func TestAnInstanceThatDrainsLateDrains(t *testing.T) {
	old, other := running("i-1", 1), running("i-2", 0)
	old.Row.LaunchedAt, other.Row.LaunchedAt = noon.Add(-22*24*time.Hour), noon
	old.Row.Drains, old.Row.ReplacedBy, other.Row.Replaces = []managed.Drain{{Reason: managed.Age, Replace: true}}, "i-2", "i-1"
	p := Decide(fleet(old, other))
	if !slices.Equal(p.Begin, []string{"i-1"}) {
		t.Fatalf("%+v", p)
	}
	old.Row.DrainingAt = noon
	old.Registered.Status, old.Registered.DrainedBy = state.InstanceDraining, managed.Age.Words()
	if p = Decide(fleet(old, other)); len(p.Terminate) > 0 {
		t.Errorf("it began to drain 0 s ago, and is terminated with its task: %+v", p)
	}
}

// TestAReplacementThatIsNotNeededGoes: a daemon deployment asked for the replacement of i-1 and took that back when i-2 was launched, which
// has nothing to do.
func TestAReplacementThatIsNotNeededGoes(t *testing.T) {
	old, other := running("i-1", 2), running("i-2", 0)
	old.Row.ReplacedBy, other.Row.Replaces = "i-2", "i-1" // as RemoveDrain leaves them
	other.Row.LaunchedAt = noon.Add(-240 * time.Hour)
	if p := Decide(fleet(old, other)); len(p.Notes) != 1 || p.Notes[0].ID != "i-2" || p.Notes[0].IdleAt.IsZero() {
		t.Errorf("it has been idle for ten days, and is not: %+v", p)
	}
}

// TestAFullReplacementIsNone: i-2 was launched for i-1, whose drain was taken back. By now i-2 is full. When i-1 is to go for its age, there
// is to be another instance that holds what is on it.
func TestAFullReplacementIsNone(t *testing.T) {
	old, other := running("i-1", 4), running("i-2", 4) // 2,048 CPU units each: all of a small one
	old.Row.ReplacedBy, other.Row.Replaces = "i-2", "i-1"
	old.Row.LaunchedAt = noon.Add(-drainAge)
	if p := Decide(fleet(old, other)); len(p.Begin) > 0 || len(p.Launch) != 1 {
		t.Errorf("it begins to drain, and nothing has room for its tasks: %+v", p)
	}
}

// TestNoInstanceLivesForEver: one whose replacement never takes tasks, as a critical daemon does not start, drains without.
func TestNoInstanceLivesForEver(t *testing.T) {
	old, other := running("i-1", 1), running("i-2", 0)
	old.Row.LaunchedAt, other.Row.LaunchedAt = noon.Add(-60*24*time.Hour), noon.Add(-time.Minute)
	old.Row.Drains, old.Row.ReplacedBy, other.Row.Replaces = []managed.Drain{{Reason: managed.Age, Replace: true}}, "i-2", "i-1"
	other.Registered.Status, other.Registered.RegisteredAt = state.InstanceRegistering, noon.Add(-time.Minute)
	if p := Decide(fleet(old, other)); len(p.Begin)+len(p.Terminate) == 0 {
		t.Errorf("it is 60 days old, and nothing is done about it: %+v", p)
	}
}
