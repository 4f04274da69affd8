package capacity

import (
	"strings"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/autoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/capacityprovider"
)

// hooked is a group with two hooks of each transition.
func hooked(v GroupView) GroupView {
	for _, name := range []string{"up1", "up2", "down1", "down2"} {
		transition := autoscaling.Launching
		if strings.HasPrefix(name, "down") {
			transition = autoscaling.Terminating
		}
		v.Hooks = append(v.Hooks, autoscaling.NewLifecycleHook(&autoscaling.Group{}, name, transition))
	}
	return v
}

// waits parses what an instance waits for: hooks, each with the result that it has, if any, or one by
// default in parentheses, and how many minutes ago it began, of an hour.
func waits(text string, actions ...string) GroupMember {
	m := member(text)
	for _, a := range actions {
		fields := strings.Fields(a)
		minutes, _ := time.ParseDuration(fields[2] + "m")
		began := noon.Add(-minutes)
		action := autoscaling.LifecycleAction{Token: "token-" + fields[0], Hook: fields[0], Heartbeat: time.Hour, BeganAt: began, HeartbeatAt: began, Result: fields[1]}
		if by, ok := strings.CutPrefix(fields[1], "("); ok {
			action.Result, action.DefaultResult = "", strings.TrimSuffix(by, ")")
		}
		m.Actions = append(m.Actions, action)
	}
	return m
}

func with(v GroupView, members ...GroupMember) GroupView {
	v.Members = append(v.Members, members...)
	return v
}

func TestDecideGroupWithHooks(t *testing.T) {
	for _, c := range []struct {
		what string
		view GroupView
		want string
	}{
		{"an instance that runs waits", hooked(view(1, "1a p")), "wait 1a for up1 for up2"},
		{"and counts meanwhile", with(hooked(view(1)), waits("1a w", "up1 (ABANDON) 10")), "wake 50m0s"},
		{"the first deadline counts", with(hooked(view(1)), waits("1a w", "up1 (ABANDON) 10", "up2 (ABANDON) 20")), "wake 40m0s"},
		{"one of two is done", with(hooked(view(1)), waits("1a w", "up1 CONTINUE 10", "up2 (ABANDON) 20")), "wake 40m0s"},
		{"both are", with(hooked(view(1)), waits("1a w", "up1 CONTINUE 10", "up2 CONTINUE 20")), "proceed 1a"},
		{"it comes into service", hooked(view(1, "1a g")), "in service 1a"},
		{"one abandons", with(hooked(view(1)), waits("1a w", "up1 (CONTINUE) 10", "up2 ABANDON 20")), "abandon 1a, launch a"},
		{"time is over for one", with(hooked(view(1)), waits("1a w", "up1 (CONTINUE) 60", "up2 (CONTINUE) 20")), "expired 1a up1 CONTINUE, wake 40m0s"},
		{"and abandons", with(hooked(view(1)), waits("1a w", "up1 (ABANDON) 60", "up2 (CONTINUE) 20")), "abandon 1a, launch a"},
		{"for all", with(hooked(view(1)), waits("1a w", "up1 (CONTINUE) 60", "up2 (CONTINUE) 60")), "proceed 1a"},
		{"the group shrinks", hooked(view(1, "1a", "2a")), "out 1a for down1 for down2"},
		{"also by one that waits, which goes at once", with(hooked(view(0)), waits("1a w", "up1 (CONTINUE) 10")), "out 1a, wake 50m0s"},
		{"or would begin to", hooked(view(0, "1a p")), "out 1a"},
		{"or is done with it", hooked(view(0, "1a g")), "out 1a"},
		{"one that is lost waits, too", hooked(view(1, "1a x")), "out 1a for down1 for down2, launch a"},
		{"and is replaced while it does", with(hooked(view(1)), waits("1a Wx", "down1 (CONTINUE) 10")), "launch a, wake 50m0s"},
		{"what leaves does not count", with(hooked(view(1, "2a")), waits("1a W", "down1 (CONTINUE) 10")), "wake 50m0s"},
		{"one hook of two is done with it", with(hooked(view(0)), waits("1a W", "down1 CONTINUE 10", "down2 (ABANDON) 10")), "wake 50m0s"},
		{"abandoned, it goes on", with(hooked(view(0)), waits("1a W", "down1 ABANDON 10", "down2 (CONTINUE) 10")), "leave 1a"},
		{"time is over", with(hooked(view(0)), waits("1a W", "down1 (ABANDON) 60", "down2 (CONTINUE) 10")), "leave 1a"},
		{"all are done", with(hooked(view(0)), waits("1a W", "down1 CONTINUE 10", "down2 CONTINUE 10")), "leave 1a"},
		{"managed draining goes on", with(hooked(view(0)), waits("1a W", capacityprovider.DrainingHook+" (CONTINUE) 180")), "wake 45h0m0s"},
		{"for two days", with(hooked(view(0)), waits("1a W", capacityprovider.DrainingHook+" (CONTINUE) 2880")), "leave 1a"},
		{"it is terminated", hooked(view(0, "1a Gx")), "gone 1a"},
		{"it is about to be", hooked(view(0, "1a G")), ""},
		{"force waits for no hook", forced(with(hooked(view(0, "1a")), waits("2a W", "down1 (CONTINUE) 10"), waits("3a w", "up1 (CONTINUE) 10"))), "leave 2a, out 1a, out 3a, wake 50m0s"},
		{"AWS's time to proceed", with(hooked(view(1)), proceeding("1a", noon.Add(-time.Second))), "wake 2s"},
		{"is over", with(hooked(view(1)), proceeding("1a", noon.Add(-3*time.Second))), "in service 1a"},
	} {
		c.view.Delays.Proceed = 3 * time.Second
		if got := DecideGroup(c.view).text(); got != c.want {
			t.Errorf("%s: %s; want %s", c.what, got, c.want)
		}
	}
}

func proceeding(id string, since time.Time) GroupMember {
	m := member(id + " g")
	m.StateAt = since
	return m
}

// Heartbeats begin the time anew, until the global timeout.
func TestDeadlineOfALifecycleAction(t *testing.T) {
	for _, c := range []struct {
		heartbeat, lastBeat, want time.Duration // since the beginning
	}{
		{time.Hour, 0, time.Hour},
		{time.Hour, 30 * time.Minute, 90 * time.Minute},
		{time.Hour, 48*time.Hour - time.Minute, 48 * time.Hour},
		{30 * time.Second, 49*time.Minute + 50*time.Second, 50 * time.Minute},
	} {
		a := autoscaling.LifecycleAction{Heartbeat: c.heartbeat, BeganAt: noon, HeartbeatAt: noon.Add(c.lastBeat)}
		if got := a.Deadline().Sub(noon); got != c.want {
			t.Errorf("%+v: %s", c, got)
		}
	}
}

func TestWhyALaunchIsAbandoned(t *testing.T) {
	const why = "Instance failed to complete user's Lifecycle Action: Lifecycle Action with token token-up2 was abandoned: "
	for text, action := range map[string]string{
		why + "Lifecycle Action Completed with ABANDON Result": "up2 ABANDON 10",
		why + "Heartbeat Timeout":                              "up2 (ABANDON) 60",
	} {
		p := DecideGroup(with(hooked(view(1)), waits("1a w", "up1 (CONTINUE) 10", action)))
		if got := p.Out[0].Abandoned; got != text {
			t.Errorf("%s: %s", action, got)
		}
		if got := p.Out[0].Cause; got != "At 2026-11-20T12:00:00Z an instance was taken out of service in response to a launch failure." {
			t.Errorf("%s: %s", action, got)
		}
	}
}
