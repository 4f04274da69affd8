package scaling

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/autoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/capacityprovider"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// fleet is a group whose instances come and go at once, with tasks of one kind, so many of which an instance
// holds.
type fleet struct {
	view  View
	holds int
	tasks []int // on each instance
	wait  int
}

// place has the tasks that wait run where there is room.
func (f *fleet) place() {
	for i := range f.tasks {
		n := min(f.wait, f.holds-f.tasks[i])
		f.tasks[i] += n
		f.wait -= n
	}
}

// minute has the group follow a decision. It takes out what has no work, as if it were protected.
func (f *fleet) minute(t *rapid.T) {
	f.view.Instances, f.view.Waiting = nil, nil
	for _, n := range f.tasks {
		f.view.Instances = append(f.view.Instances, Instance{Work: n > 0})
	}
	for range f.wait {
		f.view.Waiting = append(f.view.Waiting, &state.Reservation{CPU: 2048 / f.holds})
	}
	p := Decide(f.view)
	f.view.Row = f.view.Row.WithPoint(*p.Point)
	if g := f.view.Group; p.Cause != "" {
		if p.Desired < g.Min || p.Desired > g.Max || p.Desired == g.Desired {
			t.Fatalf("%d are desired after %d, of %d to %d", p.Desired, g.Desired, g.Min, g.Max)
		}
		if p.Desired > g.Desired {
			f.view.Row.ScaledOutAt = f.view.Now
		}
		g.Desired = p.Desired
	}
	for len(f.tasks) < int(f.view.Group.Desired) {
		f.tasks = append(f.tasks, 0)
	}
	for i := len(f.tasks) - 1; i >= 0 && len(f.tasks) > int(f.view.Group.Desired); i-- {
		if f.tasks[i] == 0 {
			f.tasks = append(f.tasks[:i], f.tasks[i+1:]...)
		}
	}
	f.place()
	f.view.Now = p.WakeAt
}

// TestConstantLoadIsAFixpoint: a group ends with a capacity that stays, all tasks run if it
// can have the instances, and the reservation is not below the target by a whole instance.
func TestConstantLoadIsAFixpoint(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		target := rapid.Int32Range(1, 100).Draw(t, "target")
		least := rapid.Int32Range(1, 5).Draw(t, "smallest step")
		f := &fleet{holds: rapid.IntRange(1, 4).Draw(t, "holds"), view: View{
			Settings: settings(target, least, least+rapid.Int32Range(0, 20).Draw(t, "largest step"), rapid.Int32Range(0, 600).Draw(t, "warm-up")),
			Now:      noon, Types: []Size{{CPU: 2048}}, Policy: &autoscaling.Policy{},
			Row: capacityprovider.ManagedScaling{Since: noon.Add(-time.Hour)},
		}}
		low := rapid.Int32Range(0, 5).Draw(t, "min")
		g := &autoscaling.Group{Min: low, Max: low + rapid.Int32Range(0, 30).Draw(t, "max")}
		g.Desired = rapid.Int32Range(g.Min, g.Max).Draw(t, "desired")
		f.view.Group = g
		f.tasks = make([]int, g.Desired)
		f.wait = rapid.IntRange(0, 40).Draw(t, "tasks")
		f.place()
		for range 600 {
			f.minute(t)
		}
		settled := g.Desired
		for range 60 {
			f.minute(t)
			if g.Desired != settled {
				t.Fatalf("%d are desired, and then %d: %v", settled, g.Desired, f.tasks)
			}
		}
		if f.wait > 0 && g.Desired < g.Max {
			t.Fatalf("%d tasks wait, and %d of %d instances are desired", f.wait, g.Desired, g.Max)
		}
		work := 0
		for _, n := range f.tasks {
			if n > 0 {
				work++
			}
		}
		if wanted := (100*work + int(target) - 1) / int(target); f.wait == 0 && int(g.Desired) != min(max(wanted, int(g.Min)), int(g.Max)) {
			t.Fatalf("%d of %d instances have work, for a target of %d", work, g.Desired, target)
		}
	})
}
