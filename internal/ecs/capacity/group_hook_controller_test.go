package capacity_test

import (
	"context"
	"encoding/base64"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	astypes "github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	"github.com/google/go-cmp/cmp"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/autoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/outbox"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

const (
	pendingWait     = astypes.LifecycleStatePendingWait
	terminatingWait = astypes.LifecycleStateTerminatingWait
)

// hook puts a lifecycle hook of an hour.
func (w *world) hook(name, transition, result string) {
	w.Helper()
	w.update(func(tx *store.Tx) {
		h := autoscaling.NewLifecycleHook(w.group(), name, transition)
		h.DefaultResult, h.Metadata = result, "of "+name
		autoscaling.PutLifecycleHook(tx, h)
	})
}

// complete ends the action of a hook for an instance.
func (w *world) complete(hook, id, result string) {
	w.Helper()
	w.update(func(tx *store.Tx) {
		if !autoscaling.CompleteLifecycleAction(tx, w.group(), hook, autoscaling.ActionOf{InstanceID: id}, result) {
			w.Errorf("%s does not wait for %s", id, hook)
		}
	})
}

// joins has instances of the group join a cluster.
func (w *world) joins(cluster string) {
	w.Helper()
	w.update(func(tx *store.Tx) {
		version := *ec2.Version(tx, ec2.FindLaunchTemplate(tx, scope, templateID), "2")
		data := *version.Data
		data.UserData = ptr(base64.StdEncoding.EncodeToString([]byte("#!/bin/sh\necho ECS_CLUSTER=" + cluster + " >> /etc/ecs/ecs.config\n")))
		version.Data = &data
		ec2.PutLaunchTemplateVersion(tx, &version)
	})
}

// in returns the ids of the members in a state.
func (w *world) in(s astypes.LifecycleState) (ids []string) {
	for _, m := range w.members() {
		if m.State == s {
			ids = append(ids, m.InstanceID)
		}
	}
	return ids
}

// one is the only member in a state.
func (w *world) one(s astypes.LifecycleState) string {
	w.Helper()
	ids := w.in(s)
	if len(ids) != 1 {
		w.Fatalf("%s: %v of %d members", s, ids, len(w.members()))
	}
	return ids[0]
}

// activity is the newest one of an instance.
func (w *world) activity(id string) *autoscaling.Activity {
	w.Helper()
	for _, a := range autoscaling.Activities(w.store.Read(), scope, "ecs") {
		if strings.Contains(a.Description, id) {
			return a
		}
	}
	w.Fatalf("no activity of %s", id)
	return nil
}

func (w *world) checkActivity(id string, status astypes.ScalingActivityStatusCode, progress int32) {
	w.Helper()
	if a := w.activity(id); a.Status != status || a.Progress != progress || a.EndTime.IsZero() == (progress == 100) {
		w.Errorf("%s: %s, %d %%, ended %s", a.Description, a.Status, a.Progress, a.EndTime)
	}
}

func (w *groupWorld) advance(d time.Duration) {
	w.Helper()
	if err := w.clock.Advance(context.Background(), d); err != nil {
		w.Fatal(err)
	}
	w.settle()
}

// events are the lifecycle actions that were announced.
func (w *world) events() (list []autoscaling.LifecycleChange) {
	events, _, _ := outbox.Since(w.store, 0)
	for _, e := range events {
		if a := outbox.As[autoscaling.LifecycleChange](e); a != nil {
			list = append(list, *a)
		}
	}
	return list
}

func TestAnInstanceWaitsForHooks(t *testing.T) {
	w := runGroups(newWorld(t, ""))
	w.makeGroup(0)
	w.hook("up", autoscaling.Launching, autoscaling.Abandon)
	w.hook("down1", autoscaling.Terminating, autoscaling.Continue)
	w.hook("down2", autoscaling.Terminating, autoscaling.Continue)
	w.changeGroup(func(g *autoscaling.Group) { g.Desired = 1 })
	w.settle()
	id := w.one(pendingWait)
	w.checkActivity(id, astypes.ScalingActivityStatusCodeMidLifecycleAction, 40)
	w.complete("up", id, autoscaling.Continue)
	w.settle()
	if w.one(astypes.LifecycleStateInService) != id {
		t.Errorf("%s is not in service", id)
	}
	w.checkActivity(id, astypes.ScalingActivityStatusCodeSuccessful, 100)

	w.advance(time.Second)
	w.changeGroup(func(g *autoscaling.Group) { g.Desired = 0 })
	w.settle()
	if w.one(terminatingWait) != id || w.instance(id).State() != running {
		t.Errorf("%s is %s", id, w.instance(id).State())
	}
	w.checkActivity(id, autoscaling.MidTerminating, 60)
	w.complete("down2", id, autoscaling.Continue)
	w.settle()
	if w.one(terminatingWait) != id || w.instance(id).State() != running {
		t.Errorf("%s waits for one hook of two, and is %s", id, w.instance(id).State())
	}
	w.complete("down1", id, autoscaling.Continue)
	w.settle()
	if len(w.members()) != 0 || w.instance(id).State() != terminated {
		t.Errorf("%d members, %s is %s", len(w.members()), id, w.instance(id).State())
	}
	w.checkActivity(id, astypes.ScalingActivityStatusCodeSuccessful, 100)

	arn := w.group().ARN()
	want := []autoscaling.LifecycleChange{
		{GroupARN: arn, Group: "ecs", InstanceID: id, Hook: "up", Launches: true, Metadata: "of up"},
		{GroupARN: arn, Group: "ecs", InstanceID: id, Hook: "down1", Metadata: "of down1"},
		{GroupARN: arn, Group: "ecs", InstanceID: id, Hook: "down2", Metadata: "of down2"},
	}
	got := w.events()
	for i := range got {
		if len(got[i].ID) != 36 || len(got[i].Token) != 36 {
			t.Errorf("event %+v", got[i])
		}
		got[i].ID, got[i].Token = "", ""
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
}

func TestAnAbandonedLaunchIsReplaced(t *testing.T) {
	w := runGroups(newWorld(t, ""))
	w.makeGroup(0)
	w.hook("up", autoscaling.Launching, autoscaling.Abandon)
	w.hook("down", autoscaling.Terminating, autoscaling.Continue)
	w.changeGroup(func(g *autoscaling.Group) { g.Desired = 1 })
	w.settle()
	first := w.one(pendingWait)
	w.complete("up", first, autoscaling.Abandon)
	w.settle()
	second := w.one(pendingWait)
	if second == first || w.instance(first).State() != terminated {
		t.Fatalf("%s is %s", first, w.instance(first).State())
	}
	cancelled := false
	for _, a := range autoscaling.Activities(w.store.Read(), scope, "ecs") {
		cancelled = cancelled || a.Status == astypes.ScalingActivityStatusCodeCancelled && strings.HasSuffix(a.StatusMessage, " was abandoned: Lifecycle Action Completed with ABANDON Result") &&
			a.Description == "Launching a new EC2 instance: "+first+".  Status Reason: "+a.StatusMessage && a.Progress == 100 && !a.EndTime.IsZero()
	}
	if !cancelled {
		t.Error("no activity tells that the launch was abandoned")
	}

	w.advance(59 * time.Minute)
	w.update(func(tx *store.Tx) {
		autoscaling.RecordHeartbeat(tx, w.group(), "up", autoscaling.ActionOf{InstanceID: second}, w.clock.Now())
	})
	w.advance(59 * time.Minute)
	if w.one(pendingWait) != second {
		t.Errorf("%s has a heartbeat, and does not wait", second)
	}
	w.advance(time.Minute)
	if third := w.one(pendingWait); third == second {
		t.Errorf("%s waits too long", second)
	}
}

// A hook whose time is over has its default result, while the instance waits for another one.
func TestTimeIsOverForOneHookOfTwo(t *testing.T) {
	w := runGroups(newWorld(t, ""))
	w.makeGroup(0)
	w.hook("up1", autoscaling.Launching, autoscaling.Continue)
	w.hook("up2", autoscaling.Launching, autoscaling.Continue)
	w.changeGroup(func(g *autoscaling.Group) { g.Desired = 1 })
	w.settle()
	of := autoscaling.ActionOf{InstanceID: w.one(pendingWait)}
	w.advance(30 * time.Minute)
	w.update(func(tx *store.Tx) { autoscaling.RecordHeartbeat(tx, w.group(), "up2", of, w.clock.Now()) })
	w.advance(31 * time.Minute)
	if w.one(pendingWait) != of.InstanceID {
		t.Errorf("%s does not wait for the other hook", of.InstanceID)
	}
	w.update(func(tx *store.Tx) {
		if autoscaling.CompleteLifecycleAction(tx, w.group(), "up1", of, autoscaling.Abandon) {
			t.Error("an action is completed whose time is over")
		}
	})
	w.advance(30 * time.Minute)
	if now := w.inService(); len(now) != 1 || now[0] != of.InstanceID {
		t.Errorf("%v are in service", now)
	}
}

// What waits for a hook that is deleted goes on at termination, and is abandoned at launch.
func TestAHookThatIsDeleted(t *testing.T) {
	w := runGroups(newWorld(t, ""))
	w.makeGroup(1)
	w.settle()
	old := w.one(astypes.LifecycleStateInService)
	w.hook("up", autoscaling.Launching, autoscaling.Continue)
	w.hook("down", autoscaling.Terminating, autoscaling.Abandon)
	w.want(old, stopped)
	w.settle()
	if w.one(terminatingWait) != old {
		t.Errorf("%s does not wait", old)
	}
	launched := w.one(pendingWait)
	for _, name := range []string{"up", "down"} {
		w.update(func(tx *store.Tx) {
			autoscaling.DeleteLifecycleHook(tx, w.group(), autoscaling.FindLifecycleHook(tx, w.group(), name))
		})
	}
	w.settle()
	if now := w.inService(); len(now) != 1 || now[0] == launched {
		t.Errorf("%s was to be replaced: %v", launched, now)
	}
}

func TestForceWaitsForNoHook(t *testing.T) {
	w := runGroups(newWorld(t, ""))
	w.makeGroup(2)
	w.settle()
	w.hook("up", autoscaling.Launching, autoscaling.Continue)
	w.hook("down", autoscaling.Terminating, autoscaling.Continue)
	w.changeGroup(func(g *autoscaling.Group) { g.Desired = 1 })
	w.settle()
	leaving := w.one(terminatingWait)
	w.changeGroup(func(g *autoscaling.Group) { g.Desired = 2 })
	w.settle()
	w.one(pendingWait)
	group := w.group()
	w.changeGroup(func(g *autoscaling.Group) { g.ForceDeleted, g.Desired = true, 0 })
	w.settle()
	if now := w.inService(); len(now) != 0 || w.group() != nil || w.instance(leaving).State() != terminated {
		t.Errorf("%v, %+v", now, w.group())
	}
	if left := autoscaling.LifecycleHooks(w.store.Read(), group); len(left) != 0 {
		t.Errorf("%d hooks are left", len(left))
	}
}

// The container instance of an instance that waits for its termination is there, and so are its tasks.
func TestTasksRunWhileTheirInstanceWaits(t *testing.T) {
	w := runGroups(newWorld(t, ""))
	w.makeCluster("shop")
	w.makeGroup(0)
	w.joins("shop")
	w.changeGroup(func(g *autoscaling.Group) { g.Desired = 1 })
	w.settle()
	w.hook("down", autoscaling.Terminating, autoscaling.Continue)
	id := w.one(astypes.LifecycleStateInService)
	task := w.runTask(id)
	w.changeGroup(func(g *autoscaling.Group) { g.Desired = 0 })
	w.settle()
	if c := w.containerInstance(id); c.Status != state.InstanceActive || !c.AgentConnected || state.FindTask(w.store.Read(), task).Stop != nil {
		t.Errorf("%s, %+v", c.Status, state.FindTask(w.store.Read(), task).Stop)
	}
	w.complete("down", id, autoscaling.Abandon)
	w.settle()
	if state.FindTask(w.store.Read(), task).Stop == nil {
		t.Error("the task is not to stop")
	}
}

// What waited before a restart waits after it, for the same time, and ends in the same way.
func TestHooksGoOnAfterARestart(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.db")
	var told []autoscaling.LifecycleChange
	var waiting []string
	start := time.Unix(1_800_000_000, 0)
	for _, step := range []struct {
		name string
		at   time.Duration
		do   func(w *groupWorld)
	}{
		{"two begin to wait", 0, func(w *groupWorld) {
			w.makeGroup(0)
			w.hook("up", autoscaling.Launching, autoscaling.Continue)
			w.hook("down", autoscaling.Terminating, autoscaling.Continue)
			w.changeGroup(func(g *autoscaling.Group) { g.Desired = 2 })
			w.settle()
			waiting = w.in(pendingWait)
		}},
		{"one is completed, one later than the restart", 10 * time.Minute, func(w *groupWorld) {
			if now := w.in(pendingWait); !slices.Equal(now, waiting) || len(now) != 2 {
				t.Fatalf("%v waited, and %v do", waiting, now)
			}
			w.complete("up", waiting[0], autoscaling.Continue)
			w.settle()
			w.advance(45 * time.Minute)
			if w.one(pendingWait) != waiting[1] {
				t.Errorf("%s waits no longer", waiting[1])
			}
			w.advance(10 * time.Minute)
			if now := w.inService(); !slices.Equal(now, waiting) {
				t.Errorf("%v are in service, want %v", now, waiting)
			}
			w.changeGroup(func(g *autoscaling.Group) { g.Desired = 0 })
			w.settle()
		}},
		{"time is over while none runs", 3 * time.Hour, func(w *groupWorld) {
			if now := w.inService(); len(now) != 0 {
				t.Errorf("%v are there", now)
			}
			if len(w.events()) != 4 {
				t.Errorf("%d events", len(w.events()))
			}
		}},
	} {
		t.Run(step.name, func(t *testing.T) {
			w := newWorldAt(t, path, start.Add(step.at))
			if diff := cmp.Diff(told, w.events()); diff != "" {
				t.Errorf("events (-before +after):\n%s", diff)
			}
			g := runGroups(w)
			g.settle()
			step.do(g)
			told = w.events()
		})
	}
}
