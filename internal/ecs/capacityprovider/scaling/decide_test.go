package scaling

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	astypes "github.com/aws/aws-sdk-go-v2/service/autoscaling/types"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/autoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/capacityprovider"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

var noon = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

// m5large is what such an instance has.
var m5large = Size{CPU: 2048, Memory: 7764, ENIs: 2}

func settings(target, least, most, warmup int32) types.ManagedScaling {
	return types.ManagedScaling{
		Status: types.ManagedScalingStatusEnabled, TargetCapacity: &target,
		MinimumScalingStepSize: &least, MaximumScalingStepSize: &most, InstanceWarmupPeriod: &warmup,
	}
}

// view parses instances: w has work, - has none, d drains and has none. A minute has just ended, the desired
// capacity is the number of instances, and each task that waits needs an instance of its own.
func view(instances string, waiting int) View {
	v := View{
		Settings: settings(100, 1, 10000, 300), Now: noon, Types: []Size{m5large},
		Group:  &autoscaling.Group{Name: "ecs", Max: 100, Desired: int32(len(instances))},
		Policy: &autoscaling.Policy{Group: "ecs", Name: "ECSManagedAutoScalingPolicy-1", ID: "2"},
		Row:    capacityprovider.ManagedScaling{Since: noon.Add(-time.Hour)},
	}
	for _, mark := range instances {
		v.Instances = append(v.Instances, Instance{Work: mark == 'w', Draining: mark == 'd'})
	}
	for range waiting {
		v.Waiting = append(v.Waiting, &state.Reservation{CPU: 2048, Memory: 512})
	}
	return v
}

// low has had so many data points of a value, up to the last minute.
func low(v View, points int, value float64) View {
	for n := points; n > 0; n-- {
		v.Row = v.Row.WithPoint(capacityprovider.DataPoint{At: noon.Add(-time.Duration(n) * time.Minute), Value: value})
	}
	return v
}

func with(v View, change func(v *View)) View { change(&v); return v }

func TestDecide(t *testing.T) {
	tooBig := []*state.Reservation{{CPU: 4096}}
	for _, c := range []struct {
		what    string
		view    View
		value   float64
		desired int32 // -1: stays
	}{
		{"nothing at all", view("", 0), 100, -1},
		{"from none to two", view("", 1), 200, 2},
		{"however many wait", view("", 50), 200, 2},
		{"and steps count only from then on", with(view("", 1), func(v *View) { v.Settings = settings(50, 5, 5, 0) }), 200, 2},
		{"the maximum of the group bounds it", with(view("", 1), func(v *View) { v.Group.Max = 1 }), 200, 1},
		{"all instances have work", view("ww", 0), 100, -1},
		{"tasks wait for one more", view("ww", 1), 150, 3},
		{"and for three more", view("ww", 3), 250, 5},
		{"the smallest step", with(view("ww", 1), func(v *View) { v.Settings = settings(100, 4, 10000, 300) }), 300, 6},
		{"the largest step", with(view("ww", 9), func(v *View) { v.Settings = settings(100, 1, 3, 300) }), 250, 5},
		{"the maximum of the group", with(view("ww", 9), func(v *View) { v.Group.Max = 4 }), 550, 4},
		{"spare capacity", with(view("wwww", 0), func(v *View) { v.Settings = settings(80, 1, 10000, 300) }), 100, 5},
		{"which is there", with(view("wwww-", 0), func(v *View) { v.Settings = settings(80, 1, 10000, 300) }), 80, -1},
		{"instances that are on their way count", with(view("ww", 1), func(v *View) { v.Group.Desired = 3 }), 150, -1},
		{"those of the last scale-out warm up", with(view("ww", 1), func(v *View) { v.Row.ScaledOutAt = noon.Add(-299 * time.Second) }), 150, -1},
		{"and then no more", with(view("ww", 1), func(v *View) { v.Row.ScaledOutAt = noon.Add(-300 * time.Second) }), 150, 3},
		{"a task that is too big is left out", with(view("ww", 1), func(v *View) { v.Waiting = append(v.Waiting, tooBig...) }), 150, 3},
		{"one alone keeps the reservation", with(view("w-", 0), func(v *View) { v.Waiting = tooBig }), 100, -1},
		{"from none, too", with(view("", 0), func(v *View) { v.Waiting = tooBig }), 100, -1},
		{"it does not grow for ever", with(view("ww---", 0), func(v *View) { v.Waiting, v.Settings = tooBig, settings(80, 1, 100, 0) }), 100, -1},
		{"what drains holds no task that waits", with(view("d", 1), func(v *View) {}), 200, 3},
		{"and is one of those that can go", view("wd", 0), 50, -1},

		{"below for 14 minutes", low(view("w-", 0), 13, 50), 50, -1},
		{"below for 15 minutes", low(view("w-", 0), 14, 50), 50, 1},
		{"once it was not", with(low(view("w-", 0), 20, 50), func(v *View) { v.Row.Points[10].Value = 100 }), 50, -1},
		{"begun anew after a scale-out", with(low(view("w-", 0), 20, 50), func(v *View) { v.Row.ScaledOutAt = noon.Add(-14 * time.Minute) }), 50, -1},
		{"15 minutes after it", with(low(view("w-", 0), 20, 50), func(v *View) { v.Row.ScaledOutAt = noon.Add(-15 * time.Minute) }), 50, 1},
		{"less than half of the group", low(view("----------", 0), 14, 0), 0, 6},
		{"at least one", low(view("--", 0), 14, 0), 0, 1},
		{"the last one, too", low(view("-", 0), 14, 0), 0, 0},
		{"not what is needed", low(view("wwww------", 0), 14, 40), 40, 6},
		{"not the target's share", with(low(view("wwww------", 0), 14, 40), func(v *View) { v.Settings = settings(50, 1, 1, 0) }), 40, 8},
		{"not below the minimum", with(low(view("----", 0), 14, 0), func(v *View) { v.Group.Min = 4 }), 0, -1},

		{"scaling is suspended", with(view("ww", 1), func(v *View) {
			v.Group.Suspended = []astypes.SuspendedProcess{{ProcessName: aws.String("AlarmNotification")}}
		}), 150, -1},
		{"no policy yet", with(view("ww", 1), func(v *View) { v.Policy = nil }), 150, -1},
	} {
		p := Decide(c.view)
		desired := int32(-1)
		if p.Cause != "" {
			desired = p.Desired
		}
		if p.Point == nil || p.Point.Value != c.value || desired != c.desired {
			t.Errorf("%s: %+v, desired %d; want %v, %d", c.what, p.Point, desired, c.value, c.desired)
		}
	}
}

func TestADataPointEachMinute(t *testing.T) {
	v := view("ww", 1)
	v.Row.Since = noon.Add(30 * time.Second)
	v.Now = noon.Add(31 * time.Second)
	if p := Decide(v); p.Point != nil || p.Cause != "" || !p.WakeAt.Equal(noon.Add(time.Minute)) {
		t.Errorf("half a minute after the association: %+v", p)
	}
	v.Now = noon.Add(65 * time.Second)
	p := Decide(v)
	if p.Point == nil || !p.Point.At.Equal(noon.Add(time.Minute)) || !p.WakeAt.Equal(noon.Add(2*time.Minute)) {
		t.Fatalf("at the next minute: %+v", p)
	}
	if v.Row = v.Row.WithPoint(*p.Point); Decide(v).Point != nil {
		t.Errorf("in the same minute: %+v", Decide(v))
	}
}

func TestTheCauseIsThatOfTargetTracking(t *testing.T) {
	const up = "a monitor alarm TargetTracking-ecs-AlarmHigh-2 in state ALARM triggered policy ECSManagedAutoScalingPolicy-1"
	if p := Decide(view("ww", 1)); p.Cause != up {
		t.Errorf("more: %s", p.Cause)
	}
	if p := Decide(low(view("w-", 0), 14, 50)); p.Cause != strings.Replace(up, "AlarmHigh", "AlarmLow", 1) {
		t.Errorf("fewer: %s", p.Cause)
	}
}
