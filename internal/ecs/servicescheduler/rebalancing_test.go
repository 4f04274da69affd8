package servicescheduler

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	"github.com/ecs-emulator/ecs-emulator/internal/base/clock"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/observe"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/plan"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/rebalance"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// rebalanced is a service that is rebalanced, with so many tasks.
func rebalanced(desired int) func(*state.Service) {
	return func(s *state.Service) {
		s.DesiredCount, s.AvailabilityZoneRebalancing = desired, types.AvailabilityZoneRebalancingEnabled
	}
}

// subnets limits the service to some of its subnets, as if a zone had no room, or gives it all.
func (f *fixture) subnets(n int) {
	f.t.Helper()
	f.change(func(s *state.Service) {
		r, all := *s.Primary().Revision, []string{}
		list, _ := ec2network.DefaultNetwork(scope)
		for _, subnet := range list[:n] {
			all = append(all, subnet.ID)
		}
		r.NetworkConfiguration = &types.NetworkConfiguration{AwsvpcConfiguration: &types.AwsVpcConfiguration{Subnets: all}}
		s.Primary().Revision = &r
	})
}

// zones counts the tasks that shall run by zone: "a3 b2".
func (f *fixture) zones() string {
	count := map[string]int{}
	for _, t := range f.tasks() {
		if t.Stop == nil {
			count[strings.TrimPrefix(t.Placement.Zone, "us-east-1")]++
		}
	}
	var list []string
	for zone, n := range count {
		list = append(list, fmt.Sprintf("%s%d", zone, n))
	}
	slices.Sort(list)
	return strings.Join(list, " ")
}

func (f *fixture) expectZones(want string) {
	f.t.Helper()
	if got := f.zones(); got != want {
		f.t.Fatalf("tasks in %q, want %q; events\n  %s", got, want, strings.Join(f.messages(), "\n  "))
	}
}

// thinFargate is a service on Fargate of which a zone has no task: it had no room.
func thinFargate(t fatal, desired int, change ...func(*state.Service)) *fixture {
	f := newFixture(t, rebalanced(desired))
	for _, each := range change {
		f.change(each)
	}
	f.subnets(2)
	f.settle()
	f.subnets(3)
	return f
}

func TestTasksOnFargateMoveToTheThinZone(t *testing.T) {
	f := thinFargate(t, 6)
	f.expectZones("a3 b3")
	seen := len(f.messages())
	f.schedule()
	f.expectZones("a3 b3 c2")
	f.settle()
	f.expectZones("a2 b2 c2")
	f.expectMessages(seen,
		"(service web) is not AZ balanced with 3 tasks in us-east-1a, 3 tasks in us-east-1b, 0 tasks in us-east-1c. AZ Rebalancing in progress.",
		"(service web) has started 2 tasks in us-east-1c to AZ Rebalance: (task T) (task T).",
		"(service web) has stopped 1 running tasks in us-east-1a due to AZ rebalancing: (task T).",
		"(service web) has stopped 1 running tasks in us-east-1b due to AZ rebalancing: (task T).",
		"(service web) is AZ balanced with 2 tasks in us-east-1a, 2 tasks in us-east-1b, 2 tasks in us-east-1c.",
		"(service web) has reached a steady state.")
	for _, task := range state.AllTasks(f.store.Read()) {
		want := "Availability-zone rebalancing initiated by (deployment " + f.service().Primary().ID + ")"
		if task.Ended() && (task.Stop.Reason != want || task.Stop.Code != types.TaskStopCodeServiceSchedulerInitiated) {
			t.Errorf("stopped: %+v", task.Stop)
		}
	}
	f.expect("COMPLETED desired 6 pending 0 running 6 failed 0")
	f.checkConverged()
}

// One at a time, where maximumPercent leaves room for no more, and no steady state between.
func TestMovesKeepToMaximumPercent(t *testing.T) {
	f := thinFargate(t, 6, percentages(117, 100))
	seen := len(f.messages())
	f.settle()
	f.expectZones("a2 b2 c2")
	f.expectMessages(seen,
		"(service web) is not AZ balanced with 3 tasks in us-east-1a, 3 tasks in us-east-1b, 0 tasks in us-east-1c. AZ Rebalancing in progress.",
		"(service web) has started 1 tasks in us-east-1c to AZ Rebalance: (task T).",
		"(service web) has stopped 1 running tasks in us-east-1a due to AZ rebalancing: (task T).",
		"(service web) has started 1 tasks in us-east-1c to AZ Rebalance: (task T).",
		"(service web) has stopped 1 running tasks in us-east-1b due to AZ rebalancing: (task T).",
		"(service web) is AZ balanced with 2 tasks in us-east-1a, 2 tasks in us-east-1b, 2 tasks in us-east-1c.",
		"(service web) has reached a steady state.")
}

func TestServicesThatAreNotRebalanced(t *testing.T) {
	for name, change := range map[string]func(*state.Service){
		"DISABLED": func(s *state.Service) {
			s.AvailabilityZoneRebalancing = types.AvailabilityZoneRebalancingDisabled
		},
		"a row of before":          func(s *state.Service) { s.AvailabilityZoneRebalancing = "" },
		"no room for another task": percentages(110, 100),
	} {
		t.Run(name, func(t *testing.T) {
			f := thinFargate(t, 6)
			f.change(change)
			seen := len(f.messages())
			f.schedule()
			f.expectZones("a3 b3")
			if slices.ContainsFunc(f.messages()[seen:], func(m string) bool { return strings.Contains(m, "AZ") }) {
				t.Errorf("events %q", f.messages()[seen:])
			}
		})
	}
}

// The capacity providers of the tasks stay as their strategy has them.
func TestMovesKeepToTheCapacityProviderStrategy(t *testing.T) {
	spot, fargate := "FARGATE_SPOT", "FARGATE"
	f := thinFargate(t, 8, func(s *state.Service) {
		s.Primary().Revision.LaunchType = ""
		s.Primary().Revision.CapacityProviderStrategy = []types.CapacityProviderStrategyItem{
			{CapacityProvider: &fargate, Weight: 1}, {CapacityProvider: &spot, Weight: 3},
		}
	})
	f.settle()
	count := map[string]int{}
	for _, task := range f.tasks() {
		count[task.Placement.CapacityProvider]++
	}
	if f.zones() != "a3 b3 c2" || count[spot] != 6 || count[fargate] != 2 {
		t.Errorf("zones %s, providers %v", f.zones(), count)
	}
}

// thinInstances is a service on three instances in three zones of which one was DRAINING.
func thinInstances(t fatal, desired int) *fixture {
	f := newInstanceFixture(t, 3, rebalanced(desired))
	f.instance(2, draining)
	f.settle()
	f.instance(2, active)
	return f
}

func TestTasksMoveToAnInstanceThatIsActiveAgain(t *testing.T) {
	f := thinInstances(t, 4)
	f.expectOn("i0 2, i1 2")
	seen := len(f.messages())
	f.settle()
	f.expectZones("a1 b2 c1")
	f.expectMessages(seen,
		"(service web) is not AZ balanced with 2 tasks in us-east-1a, 2 tasks in us-east-1b, 0 tasks in us-east-1c. AZ Rebalancing in progress.",
		"(service web) has started 1 tasks in us-east-1c to AZ Rebalance: (task T).",
		"(service web) has stopped 1 running tasks in us-east-1a due to AZ rebalancing: (task T).",
		"(service web) is AZ balanced with 2 tasks in us-east-1b, 1 tasks in us-east-1a, 1 tasks in us-east-1c.",
		"(service web) has reached a steady state.")
}

// Zones without an instance that suits the tasks do not count.
func TestUnsuitableInstancesMakeNoZone(t *testing.T) {
	for name, change := range map[string]func(*state.ContainerInstance){
		"draining":     draining,
		"disconnected": disconnected,
		"of a kind that the constraints exclude": func(c *state.ContainerInstance) {
			c.Attributes = append(c.Attributes, types.Attribute{Name: new("kind"), Value: new("odd")})
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := newInstanceFixture(t, 2, rebalanced(4))
			f.change(func(s *state.Service) {
				s.PlacementConstraints = []types.PlacementConstraint{{Type: types.PlacementConstraintTypeMemberOf, Expression: new("!(attribute:kind == odd)")}}
			})
			f.settle()
			f.instance(2, change)
			seen := len(f.messages())
			f.settle()
			f.expectZones("a2 b2")
			f.expectMessages(seen)
		})
	}
}

// A zone without room is told of once, and used as soon as it has some. The service is steady meanwhile.
func TestAThinZoneWithoutRoom(t *testing.T) {
	f := thinInstances(t, 4)
	f.instance(2, func(c *state.ContainerInstance) { c.Registered.CPU = 100 })
	seen := len(f.messages())
	f.settle()
	f.expectZones("a2 b2")
	f.expectMessages(seen,
		"(service web) is not AZ balanced with 2 tasks in us-east-1a, 2 tasks in us-east-1b, 0 tasks in us-east-1c. AZ Rebalancing in progress.",
		"(service web) is unable to place a task in us-east-1c because no container instance met all of its requirements.")
	f.now = f.now.Add(time.Minute)
	f.schedule()
	f.expect("COMPLETED desired 4 pending 0 running 4 failed 0")
	if f.awaits != plan.ForRoom || len(f.messages()) != seen+2 || !f.service().Steady || f.service().Primary().Unplaced != 0 {
		t.Errorf("awaits %d, steady %v, events %q", f.awaits, f.service().Steady, f.messages()[seen:])
	}
	f.instance(2, func(c *state.ContainerInstance) { c.Registered.CPU = 1024 })
	f.settle()
	f.expectZones("a1 b2 c1")
}

func TestProtectedTasksDoNotMove(t *testing.T) {
	f := thinFargate(t, 4)
	tasks := f.tasks()
	f.protect(tasks...)
	seen := len(f.messages())
	f.settle()
	f.expectZones("a2 b2")
	f.expectMessages(seen,
		"(service web) is not AZ balanced with 2 tasks in us-east-1a, 2 tasks in us-east-1b, 0 tasks in us-east-1c. AZ Rebalancing in progress.",
		"(service web) was unable to AZ Rebalance because (taskSet ecs-svc/1) was unable to scale in due to (reason 4 tasks under protection)")
	f.now = f.now.Add(2 * time.Hour)
	f.settle()
	f.expectZones("a1 b2 c1")
}

// A task that becomes protected after another one has started in its stead: both stay until the protection ends.
func TestTasksThatBecomeProtectedStay(t *testing.T) {
	f := thinFargate(t, 4)
	old := f.tasks()
	f.schedule()
	f.expectZones("a2 b2 c1")
	f.protect(old...)
	f.settle()
	f.expectZones("a2 b2 c1")
	if m := anonymous(f.messages()[len(f.messages())-1]); !strings.Contains(m, "was unable to AZ Rebalance because (taskSet ecs-svc/1)") {
		t.Errorf("last event %q", m)
	}
	f.now = f.now.Add(2 * time.Hour)
	f.settle()
	f.expectZones("a1 b2 c1")
}

func TestWhatStopsRebalancing(t *testing.T) {
	for name, change := range map[string]func(f *fixture){
		"a deployment": func(f *fixture) { f.deploy(false) },
		"DISABLED": func(f *fixture) {
			f.change(func(s *state.Service) { s.AvailabilityZoneRebalancing = types.AvailabilityZoneRebalancingDisabled })
		},
		"DeleteService": func(f *fixture) { f.change(func(s *state.Service) { s.DeletedAt = f.now }) },
	} {
		t.Run(name, func(t *testing.T) {
			f := thinFargate(t, 4)
			f.schedule()
			f.expectZones("a2 b2 c1")
			seen := len(f.messages())
			change(f)
			f.schedule()
			if m := f.messages()[seen:]; len(m) == 0 || m[0] != "(service web) stopped AZ Rebalancing." {
				t.Errorf("events %q", m)
			}
			f.settle()
			if s := f.service(); s != nil && s.Status() == state.ServiceActive {
				f.checkConverged()
				if s.Rebalancing.InProgress {
					t.Error("rebalancing is in progress")
				}
			}
		})
	}
}

// A change of the desired count comes first; then the zones are evened out again.
func TestScalingWhileTasksMove(t *testing.T) {
	for desired, want := range map[int]string{1: "a1", 3: "a1 b1 c1", 9: "a3 b3 c3"} {
		f := thinFargate(t, 6)
		f.schedule()
		f.change(func(s *state.Service) { s.DesiredCount = desired })
		f.settle()
		f.checkConverged()
		if f.service().Rebalancing != (state.Rebalancing{}) {
			t.Errorf("desired %d: %+v", desired, f.service().Rebalancing)
		}
		if desired > 1 {
			f.expectZones(want)
		}
	}
}

// Decisions about a service in balance list no tasks, ask for no zones and have nothing to do.
func TestBalanceCostsNothing(t *testing.T) {
	f := newFixture(t, rebalanced(3))
	f.settle()
	in := f.input()
	in.Tasks = func(string) []*state.Task { t.Error("tasks are listed"); return nil }
	in.Zones = func(*state.Generation) []string { t.Error("zones are asked for"); return nil }
	if plan := Decide(in); len(plan.Verbs) > 0 {
		t.Errorf("verbs %+v", plan.Verbs)
	}
	g := newInstanceFixture(t, 3, rebalanced(7))
	g.settle()
	in = g.input()
	in.Tasks = func(string) []*state.Task { t.Error("tasks are listed"); return nil }
	if plan := Decide(in); len(plan.Verbs) > 0 || in.Instances.Used() || !slices.Equal(plan.Crowded, []string{"us-east-1a", "us-east-1b", "us-east-1c"}) {
		t.Errorf("verbs %+v, pool %v, crowded %q", plan.Verbs, in.Instances.Used(), plan.Crowded)
	}
}

// An instance wakes the services that have fewer tasks in its zone, and no others.
func TestInstancesInThinZonesWakeServices(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newInstanceFixture(t, 2, rebalanced(4))
		c, _ := start(t, f.store, clock.New(clock.Options{}), nil)
		time.Sleep(2 * time.Minute)
		f.expectZones("a2 b2")
		f.instance(3, nil) // in zone a
		if got := c.concernedByInstance(instanceARN(3)); len(got) > 0 {
			t.Errorf("a further instance in a zone with its share wakes %q", got)
		}
		f.instance(2, nil)
		time.Sleep(2 * time.Minute)
		f.expectZones("a1 b2 c1")
		if f.service().Rebalancing.InProgress {
			t.Error("rebalancing is in progress")
		}
	})
}

// A restart in the middle comes to the same end, and moves no task twice.
func TestRebalancingGoesOnAfterARestart(t *testing.T) {
	for steps := range 9 {
		path := filepath.Join(t.TempDir(), "state")
		rows, err := state.Open(store.Options{Path: path})
		if err != nil {
			t.Fatal(err)
		}
		f := thinFargate(t, 6, percentages(117, 100))
		for range steps {
			if f.reconcile(serviceARN); !f.obey() {
				f.now = f.now.Add(41 * time.Second)
			}
		}
		copyRows(t, f, rows)
		if err := rows.Close(); err != nil {
			t.Fatal(err)
		}
		if f.store, err = state.Open(store.Options{Path: path}); err != nil {
			t.Fatal(err)
		}
		f.settle()
		f.expectZones("a2 b2 c2")
		if n := len(state.AllTasks(f.store.Read())); n != 8 {
			t.Errorf("after %d steps and a restart: %d tasks in all, want 6 and 2 that moved", steps, n)
		}
		if verbs := Decide(f.input()).Verbs; len(verbs) > 0 {
			t.Errorf("does not rest: %+v", verbs)
		}
		if err := f.store.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// checkBalanced: a settled service that is rebalanced is in balance, or lacks room in a zone, of which
// there is an event.
func (f *fixture) checkBalanced(p *planner) {
	f.t.Helper()
	now := p.Service.Rebalancing
	s, d := p.Service, p.Primary.Deployment
	if s.AvailabilityZoneRebalancing != types.AvailabilityZoneRebalancingEnabled || s.SchedulingStrategy == types.SchedulingStrategyDaemon ||
		d.RolloutState != types.DeploymentRolloutStateCompleted || len(s.Deployments) > 1 || p.Upper() <= s.DesiredCount {
		if now != (state.Rebalancing{}) {
			f.t.Fatalf("not to be rebalanced, and %+v", now)
		}
		return
	}
	g, placed := p.Primary.Of, map[string]int{}
	for _, t := range p.Tasks(p.Primary) {
		placed[t.Placement.Zone]++
	}
	spread := rebalance.New(p.Zones(g), placed)
	if !spread.Balanced() && observe.OnInstances(g) {
		spread = rebalance.New(p.Instances.ZonesFor(g), placed)
	}
	for _, t := range p.Tasks(p.Primary) {
		if t.Protected {
			spread.Keep(t.Placement.Zone, 1)
		}
	}
	balanced := spread.Balanced()
	told := slices.ContainsFunc(f.messages(), func(m string) bool { return strings.Contains(m, "is unable to place a task in us-east-1") })
	if now.Extra > 0 || now.InProgress == balanced || !balanced && (f.awaits != plan.ForRoom || !told) {
		f.t.Fatalf("tasks in %s: balanced %v, %+v, awaits %d, room is told of %v", f.zones(), balanced, now, f.awaits, told)
	}
}
