package capacity_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	astypes "github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	"pgregory.net/rapid"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/autoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// TestAGroupConvergesWithHooks has hooks come, go and change, instances be lost, and actions be
// completed or not. The group always has as many instances as are desired, beside those that leave, and
// all of them are in service once the hooks continue.
func TestAGroupConvergesWithHooks(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		w := runGroups(newWorld(t, ""))
		w.makeGroup(2)
		results := rapid.SampledFrom([]string{autoscaling.Continue, autoscaling.Abandon})
		names := rapid.SampledFrom([]string{"up1", "up2", "down1", "down2"})
		hook := func(name, result string) {
			transition := autoscaling.Terminating
			if name[0] == 'u' {
				transition = autoscaling.Launching
			}
			w.hook(name, transition, result)
		}
		of := func(members []*autoscaling.Member) autoscaling.ActionOf {
			return autoscaling.ActionOf{InstanceID: rapid.SampledFrom(members).Draw(r, "member").InstanceID}
		}
		r.Repeat(map[string]func(*rapid.T){
			"desire": func(r *rapid.T) {
				n := rapid.Int32Range(0, 4).Draw(r, "desired")
				w.changeGroup(func(g *autoscaling.Group) { g.Desired = n })
			},
			"put a hook": func(r *rapid.T) { hook(names.Draw(r, "hook"), results.Draw(r, "result")) },
			"delete a hook": func(r *rapid.T) {
				name := names.Draw(r, "hook")
				w.update(func(tx *store.Tx) {
					if h := autoscaling.FindLifecycleHook(tx, w.group(), name); h != nil {
						autoscaling.DeleteLifecycleHook(tx, w.group(), h)
					}
				})
			},
			"complete": func(r *rapid.T) {
				name := names.Draw(r, "hook")
				if waiting := autoscaling.Waiting(w.store.Read(), w.group(), name); len(waiting) > 0 {
					w.complete(name, of(waiting).InstanceID, results.Draw(r, "result"))
				}
			},
			"heartbeat": func(r *rapid.T) {
				name := names.Draw(r, "hook")
				if waiting := autoscaling.Waiting(w.store.Read(), w.group(), name); len(waiting) > 0 {
					w.update(func(tx *store.Tx) { autoscaling.RecordHeartbeat(tx, w.group(), name, of(waiting), w.clock.Now()) })
				}
			},
			"lose": func(r *rapid.T) {
				if members := w.members(); len(members) > 0 {
					w.want(of(members).InstanceID, terminated)
				}
			},
			"advance": func(r *rapid.T) {
				w.advance(time.Duration(rapid.IntRange(1, 70).Draw(r, "minutes")) * time.Minute)
			},
			"": func(r *rapid.T) {
				w.settle()
				if wrong := w.wrong(); wrong != "" {
					r.Fatal(wrong)
				}
			},
		})
		for _, h := range autoscaling.LifecycleHooks(w.store.Read(), w.group()) {
			hook(h.Name, autoscaling.Continue)
		}
		for range 4 { // those that wait, those that are launched instead, and the hooks of those that leave
			w.advance(61 * time.Minute)
		}
		if now := w.inService(); len(now) != int(w.group().Desired) {
			r.Fatalf("%d are desired, in service are %v", w.group().Desired, now)
		}
	})
}

// wrong is what is not as it has to be, or empty.
func (w *world) wrong() string {
	stay, known := 0, map[string]bool{}
	for _, m := range w.members() {
		known[m.InstanceID] = true
		if !m.Leaves() {
			stay++
		}
		waits := slices.ContainsFunc(m.Actions, func(a autoscaling.LifecycleAction) bool { return a.Result == "" })
		if waits != (m.State == pendingWait || m.State == terminatingWait) {
			return fmt.Sprintf("%s is %s with the actions %+v", m.InstanceID, m.State, m.Actions)
		}
		if m.State == astypes.LifecycleStateInService && w.instance(m.InstanceID).State() != running {
			return fmt.Sprintf("%s is %s, and %s at EC2", m.InstanceID, m.State, w.instance(m.InstanceID).State())
		}
	}
	for _, i := range ec2.Instances(w.store.Read(), scope) {
		if i.State() != terminated && !known[i.ID] {
			return i.ID + " runs, and belongs to no group"
		}
	}
	if stay != int(w.group().Desired) {
		return fmt.Sprintf("%d are desired, there are %d", w.group().Desired, stay)
	}
	return ""
}
