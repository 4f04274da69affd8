package capacity

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	astypes "github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/autoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
)

var noon = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

// member parses an instance: its id, of which the second letter is the zone; then marks:
// p Pending, t Terminating, w and g Pending:Wait and Pending:Proceed, W and G the same of Terminating,
// ! protected, b busy, which is protected by ECS, u unhealthy, x terminated at EC2, s stopped there.
func member(text string) GroupMember {
	id, marks, _ := strings.Cut(text, " ")
	m := GroupMember{
		Member: &autoscaling.Member{
			InstanceID: id, Zone: "zone-" + id[1:2], Subnet: "subnet-" + id[1:2], State: astypes.LifecycleStateInService, LaunchedAt: noon.Add(-time.Hour),
		},
		Instance: types.InstanceStateNameRunning,
	}
	for _, mark := range marks {
		switch mark {
		case 'p':
			m.State = astypes.LifecycleStatePending
		case 't':
			m.State = astypes.LifecycleStateTerminating
		case 'w':
			m.State = astypes.LifecycleStatePendingWait
		case 'g':
			m.State = astypes.LifecycleStatePendingProceed
		case 'W':
			m.State = astypes.LifecycleStateTerminatingWait
		case 'G':
			m.State = astypes.LifecycleStateTerminatingProceed
		case '!':
			m.Protected = true
		case 'b':
			m.Work = true
		case 'u':
			m.Unhealthy = true
		case 'x':
			m.Instance = types.InstanceStateNameTerminated
		case 's':
			m.Instance = types.InstanceStateNameStopped
		}
	}
	return m
}

// view is a group in the zones a, b and c.
func view(desired int32, members ...string) GroupView {
	v := GroupView{Now: noon, Group: &autoscaling.Group{Desired: desired, TerminationPolicies: []string{"Default"}}, Free: func(*ec2network.Subnet) int { return 100 }}
	for _, zone := range []string{"a", "b", "c"} {
		v.Subnets = append(v.Subnets, &ec2network.Subnet{ID: "subnet-" + zone, Zone: "zone-" + zone})
	}
	for _, m := range members {
		v.Members = append(v.Members, member(m))
	}
	return v
}

// text is a plan in short.
func (p GroupPlan) text() string {
	var parts []string
	say := func(verb string, members []*autoscaling.Member) {
		for _, m := range members {
			parts = append(parts, verb+" "+m.InstanceID)
		}
	}
	named := func(hooks []*autoscaling.LifecycleHook) (names string) {
		for _, h := range hooks {
			names += " for " + h.Name
		}
		return names
	}
	for _, s := range p.Wait {
		parts = append(parts, "wait "+s.Member.InstanceID+named(s.Hooks))
	}
	for _, e := range p.Expired {
		for _, a := range e.Actions {
			if a.TimedOut {
				parts = append(parts, "expired "+e.Member.InstanceID+" "+a.Hook+" "+a.Result)
			}
		}
	}
	say("proceed", p.Proceed)
	say("in service", p.InService)
	say("leave", p.Leave)
	say("gone", p.Gone)
	say("lost", p.Lost)
	for _, e := range p.Out {
		what := "out "
		if e.Abandoned != "" {
			what = "abandon "
		}
		parts = append(parts, what+e.Member.InstanceID+named(e.Hooks))
	}
	for _, s := range p.Launch {
		parts = append(parts, "launch "+strings.TrimPrefix(s.Subnet.ID, "subnet-"))
	}
	for _, s := range p.Refused {
		parts = append(parts, "full "+strings.TrimPrefix(s.Subnet.ID, "subnet-"))
	}
	if p.Short {
		parts = append(parts, "short")
	}
	if p.Kept != "" {
		parts = append(parts, "kept")
	}
	if p.Delete {
		parts = append(parts, "delete")
	}
	if !p.WakeAt.IsZero() {
		parts = append(parts, fmt.Sprint("wake ", p.WakeAt.Sub(noon)))
	}
	return strings.Join(parts, ", ")
}

func suspend(v GroupView, names ...string) GroupView {
	for _, name := range names {
		v.Group.Suspended = append(v.Group.Suspended, astypes.SuspendedProcess{ProcessName: &name})
	}
	return v
}

// room has so many free addresses in the zones a, b and c.
func room(v GroupView, free ...int) GroupView {
	v.Free = func(s *ec2network.Subnet) int { return free[s.Zone[len(s.Zone)-1]-'a'] }
	return v
}

func balanced(v GroupView) GroupView {
	v.Group.ZoneDistribution = astypes.CapacityDistributionStrategyBalancedOnly
	return v
}

func forced(v GroupView) GroupView { v.Group.ForceDeleted = true; return v }

func later(v GroupView, delays GroupDelays) GroupView {
	v.Delays = delays
	v.Group.Change = &autoscaling.Change{At: noon.Add(-2 * time.Second)}
	return v
}

func TestDecideGroup(t *testing.T) {
	for _, c := range []struct {
		what string
		view GroupView
		want string
	}{
		{"nothing to do", view(2, "1a", "2b p"), "in service 2b"},
		{"nothing at all", view(2, "1a", "2b"), ""},
		{"zones in turn", view(4), "launch a, launch b, launch c, launch a"},
		{"the zone with the fewest", view(4, "1a", "2a", "3b"), "launch c"},
		{"what terminates does not count", view(2, "1a", "2b t"), "launch b"},
		{"the fullest zone shrinks", view(2, "1a", "2b", "3b"), "out 2b"},
		{"protected ones stay", view(0, "1a !", "2b", "3b !"), "out 2b"},
		{"also where the zone has most", view(2, "1a", "2b !", "3b !"), "out 1a"},
		{"what has tasks stays, too", view(0, "1a b", "2b", "3b !b"), "out 2b, wake 1m0s"},
		{"which is told", later(view(0, "1a b", "2b !"), GroupDelays{}), "kept, wake 1m0s"},
		{"beside those that go", later(view(0, "1a", "2b !"), GroupDelays{}), "out 1a, kept"},
		{"a lost one is replaced", view(2, "1a x", "2b"), "out 1a, launch a"},
		{"a stopped one is replaced", view(1, "1a s"), "out 1a, launch a"},
		{"an unhealthy one is replaced", view(1, "1a u!"), "out 1a, launch a"},
		{"and not when there are too many", view(1, "1a u", "2b"), "out 1a"},
		{"one that ended is gone", view(0, "1a xt"), "gone 1a"},
		{"one that ends is waited for", view(0, "1a t"), ""},
		{"a full zone is passed over", room(view(3, "1a"), 9, 0, 9), "launch c, launch a, full b"},
		{"when it is full", room(view(4), 9, 1, 0), "launch a, launch b, launch a, launch a, full c, full b"},
		{"and the pause is for who gets too few", room(view(4, "1c"), 1, 1, 0), "launch a, launch b, full a, full b, full c, short"},
		{"balanced is balanced", balanced(room(view(4, "1a"), 9, 1, 0)), "launch b, full c, short"},
		{"no launch", suspend(view(2, "1a x"), "Launch"), "out 1a"},
		{"no scale in", suspend(view(0, "1a"), "Terminate"), ""},
		{"no health checks", suspend(view(1, "1a s"), "HealthCheck"), ""},
		{"health without replacement", suspend(view(1, "1a s"), "ReplaceUnhealthy"), "lost 1a"},
		{"force spares none", forced(view(0, "1a !", "2b t")), "out 1a"},
		{"and ends the group", forced(view(0, "2b xt")), "gone 2b, delete"},
		{"AWS's time to launch", later(view(1), GroupDelays{Launch: 14 * time.Second}), "wake 12s"},
		{"AWS's time to scale in", later(view(0, "1a"), GroupDelays{Terminate: 12 * time.Second}), "wake 10s"},
		{"which replacement does not take", later(view(2, "1a x"), GroupDelays{Launch: 14 * time.Second}), "out 1a, launch a, wake 12s"},
	} {
		if got := DecideGroup(c.view).text(); got != c.want {
			t.Errorf("%s: %s; want %s", c.what, got, c.want)
		}
	}
}

// Of the words some were recorded, the others come from field reports.
func TestCausesOfActivities(t *testing.T) {
	const at = "At 2026-11-20T12:00:00Z "
	asked := func(v GroupView, text string) GroupView {
		v.Group.Change = &autoscaling.Change{At: noon.Add(-14 * time.Second), Text: text}
		return v
	}
	const up = "a user request explicitly set group desired capacity changing the desired capacity from 0 to 1"
	p := DecideGroup(asked(view(1), up))
	if want := "At 2026-11-20T11:59:46Z " + up + ".  " + at + "an instance was started in response to a difference between desired and actual capacity, increasing the capacity from 0 to 1."; p.Launch[0].Cause != want || !p.Explained {
		t.Errorf("launch: %s", p.Launch[0].Cause)
	}
	const down = "a user request update of AutoScalingGroup constraints to min: 0, max: 0, desired: 0 changing the desired capacity from 2 to 0"
	p = DecideGroup(asked(view(0, "1a", "2b"), down))
	if want := "At 2026-11-20T11:59:46Z " + down + ".  " + at + "an instance was taken out of service in response to a difference between desired and actual capacity, shrinking the capacity from 2 to 0.  " +
		at + "instance 1a was selected for termination.  " + at + "instance 2b was selected for termination."; p.Out[0].Cause != want || p.Out[1].Cause != want {
		t.Errorf("scale in: %s", p.Out[0].Cause)
	}
	p = DecideGroup(asked(view(0, "1a !"), down))
	if want := "At 2026-11-20T11:59:46Z " + down + ".  " + at + "group reached equilibrium."; p.Kept != want || !p.Explained {
		t.Errorf("protected: %s", p.Kept)
	}
	v := asked(view(2, "1a x", "2b u"), up)
	v.Group.Explained = v.Group.Change.At
	p = DecideGroup(v)
	causes := []string{p.Out[0].Cause, p.Out[1].Cause, p.Launch[0].Cause}
	want := []string{
		at + "an instance was taken out of service in response to an EC2 health check indicating it has been terminated or stopped.",
		at + "an instance was taken out of service in response to a user health-check.",
		at + "an instance was launched in response to an unhealthy instance needing to be replaced.",
	}
	if !slices.Equal(causes, want) || p.Launch[1].Cause != want[2] {
		t.Errorf("replacement: %q", causes)
	}
}

// Who has mended what made launches fail asks for instances, and gets them.
func TestARequestEndsThePauseAfterFailures(t *testing.T) {
	v := view(2)
	v.Group.Failures, v.Group.FailedAt = 9, noon.Add(-time.Second)
	if p := DecideGroup(v); len(p.Launch) > 0 || !p.WakeAt.Equal(v.Group.FailedAt.Add(lastRelaunch)) {
		t.Errorf("without a request: %s, again %s", p.text(), p.WakeAt)
	}
	v.Group.Change = &autoscaling.Change{At: noon, Text: "a user request explicitly set group desired capacity changing the desired capacity from 1 to 2"}
	if p := DecideGroup(v); len(p.Launch) != 2 {
		t.Errorf("with a request: %s", p.text())
	}
}

// Of a thousand instances, each activity would have a text of eighty kilobytes.
func TestACauseHasAnEnd(t *testing.T) {
	var members []string
	for n := range 1000 {
		members = append(members, fmt.Sprintf("%da", n))
	}
	p := DecideGroup(view(0, members...))
	if len(p.Out) != 1000 || len(p.Out[999].Cause) > 1023 || !strings.HasSuffix(p.Out[999].Cause, " was selected for termination.") {
		t.Errorf("%d leave: %s", len(p.Out), p.Out[999].Cause)
	}
}
