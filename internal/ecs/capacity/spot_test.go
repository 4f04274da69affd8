package capacity_test

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	astypes "github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/autoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/capacityprovider"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// notify gives an instance its notice, as a fault does.
func (w *world) notify(id string) {
	w.Helper()
	w.update(func(tx *store.Tx) {
		noticed := *ec2.FindInstance(tx, scope, id)
		noticed.Spot, noticed.NoticeAt = &ec2.Spot{RequestID: "sir-1"}, w.clock.Now()
		ec2.PutInstance(tx, &noticed)
	})
}

// An instance drains at its notice and ends two minutes later, also if the emulator ends in between, and at once
// if that was longer.
func TestANoticeGoesOnAfterARestart(t *testing.T) {
	for _, away := range []time.Duration{0, time.Minute, time.Hour} {
		t.Run(away.String(), func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "state.db")
			var id, task string
			t.Run("", func(t *testing.T) {
				w := newWorld(t, path)
				w.run()
				w.makeCluster("shop")
				id = w.launch("t3.micro", ec2.Agent{Cluster: "shop", DrainsSpot: true})
				w.settle()
				task = w.runTask(id)
				w.notify(id)
				w.settle()
				if got := w.containerInstance(id); got.Status != state.InstanceDraining || w.instance(id).State() != running {
					t.Errorf("at the notice the instance is %s, its container instance %s", w.instance(id).State(), got.Status)
				}
			})
			w := newWorldAt(t, path, time.Unix(1_800_000_000, 0).Add(away))
			w.run()
			w.settle()
			left := max(0, ec2.NoticeTime-away)
			if left > time.Second {
				w.advanceBy(left - time.Second)
				if w.instance(id).State() != running || state.FindTask(w.store.Read(), task).Stop != nil {
					t.Error("it has ended before its time is over")
				}
			}
			w.advanceBy(2 * time.Second)
			i := w.instance(id)
			if i.State() != terminated || i.Reason != ec2.SpotInterruption || w.containerInstance(id).Status != state.InstanceInactive {
				t.Errorf("it is %s for %+v", i.State(), i.Reason)
			}
			if stop := state.FindTask(w.store.Read(), task).Stop; stop == nil || stop.Reason != "Host EC2 (instance "+id+") terminated." {
				t.Errorf("its task stops for %+v", stop)
			}
		})
	}
}

func (w *world) advanceBy(d time.Duration) {
	w.Helper()
	if err := w.clock.Advance(context.Background(), d); err != nil {
		w.Fatal(err)
	}
	w.settle()
}

// markets counts the On-Demand and the Spot Instances of the group.
func (w *world) markets() string {
	onDemand, spot := 0, 0
	for _, m := range w.members() {
		switch i := w.instance(m.InstanceID); {
		case i.Wanted == terminated:
		case i.Spot != nil:
			spot++
		default:
			onDemand++
		}
	}
	return fmt.Sprintf("%d + %d", onDemand, spot)
}

func TestAGroupMixesOnDemandAndSpotInstances(t *testing.T) {
	w := newWorld(t, filepath.Join(t.TempDir(), "state.db"))
	w.makeGroup(0)
	g := runGroups(w)
	w.changeGroup(func(g *autoscaling.Group) {
		g.Source = autoscaling.Source{Mixed: &astypes.MixedInstancesPolicy{
			LaunchTemplate: &astypes.LaunchTemplate{LaunchTemplateSpecification: g.Source.LaunchTemplate},
			InstancesDistribution: &astypes.InstancesDistribution{
				OnDemandBaseCapacity: ptr(int32(2)), OnDemandPercentageAboveBaseCapacity: ptr(int32(25)), SpotMaxPrice: ptr("0.5"),
			},
		}}
	})
	for _, step := range []struct {
		desired int32
		want    string
	}{{1, "1 + 0"}, {2, "2 + 0"}, {3, "3 + 0"}, {6, "3 + 3"}, {9, "4 + 5"}, {6, "3 + 3"}, {4, "3 + 1"}, {1, "1 + 0"}} {
		w.changeGroup(func(g *autoscaling.Group) { g.Desired = step.desired })
		g.settle()
		if got := w.markets(); got != step.want {
			t.Errorf("of %d instances %s are On-Demand and Spot Instances, want %s", step.desired, got, step.want)
		}
	}
}

// Auto Scaling replaces a Spot Instance that was interrupted by another one, once it has ended.
func TestAGroupReplacesAnInterruptedInstance(t *testing.T) {
	w := newWorld(t, filepath.Join(t.TempDir(), "state.db"))
	w.makeGroup(2)
	w.update(func(tx *store.Tx) {
		version := *ec2.Version(tx, ec2.FindLaunchTemplate(tx, scope, templateID), "2")
		data := *version.Data
		data.InstanceMarketOptions = &types.LaunchTemplateInstanceMarketOptions{MarketType: types.MarketTypeSpot}
		version.Data = &data
		ec2.PutLaunchTemplateVersion(tx, &version)
	})
	g := runGroups(w)
	g.settle()
	ids := w.inService()
	w.notify(ids[0])
	g.settle()
	w.advanceBy(ec2.NoticeTime - time.Second)
	if g.settle(); w.instance(ids[0]).State() != running || w.markets() != "0 + 2" {
		t.Errorf("before the time is over: %s, %s", w.instance(ids[0]).State(), w.markets())
	}
	w.advanceBy(time.Second)
	if g.settle(); w.instance(ids[0]).State() != terminated || w.markets() != "0 + 2" || len(w.inService()) != 2 {
		t.Errorf("afterwards: %s, %s", w.instance(ids[0]).State(), w.markets())
	}
}

// Managed draining drains an instance at its notice, without its agent; its hook does not keep what has ended.
func TestManagedDrainingHeedsANotice(t *testing.T) {
	w := newWorld(t, filepath.Join(t.TempDir(), "state.db"))
	w.makeGroup(1)
	w.joins("shop")
	w.makeCluster("shop")
	w.hook(capacityprovider.DrainingHook, autoscaling.Terminating, autoscaling.Continue)
	g := runGroups(w)
	g.settle()
	id := w.inService()[0]
	w.runTask(id)
	w.notify(id)
	g.settle()
	if status := w.containerInstance(id).Status; status != state.InstanceDraining {
		t.Errorf("the container instance is %s", status)
	}
	w.update(func(tx *store.Tx) { // a user wants tasks there all the same
		active := *w.containerInstance(id)
		active.Status = state.InstanceActive
		state.PutContainerInstance(tx, &active, w.clock.Now())
	})
	g.settle()
	if status := w.containerInstance(id).Status; status != state.InstanceActive {
		t.Errorf("afterwards the container instance is %s", status)
	}
	w.advanceBy(ec2.NoticeTime)
	g.settle()
	if w.instance(id).State() != terminated || w.markets() != "1 + 0" || len(w.in(astypes.LifecycleStateInService)) != 1 {
		t.Errorf("at the end the instance is %s, the group has %s", w.instance(id).State(), w.markets())
	}
}
