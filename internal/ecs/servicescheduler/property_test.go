package servicescheduler

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/event"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/observe"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/plan"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"pgregory.net/rapid"
)

// TestTheSchedulerKeepsItsPromises does anything to a service in any
// order: updates, scaling, failures, changes of health, time. The scheduler never
// starts above maximumPercent nor stops below minimumHealthyPercent (see
// fixture.schedule); its counts are those of the tasks; and once the world behaves,
// it converges and comes to rest.
func TestTheSchedulerKeepsItsPromises(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := newFixture(t, func(s *state.Service) { s.DesiredCount = rapid.IntRange(0, 6).Draw(t, "desired") })
		f.change(drawConfiguration(t))
		actions := f.ordeal()
		actions["deploy"] = func(t *rapid.T) { f.deploy(rapid.Bool().Draw(t, "checked")) }
		actions["scale"], actions["configure"] = f.scale, func(t *rapid.T) { f.change(drawConfiguration(t)) }
		actions["zones"] = func(t *rapid.T) { f.subnets(rapid.IntRange(1, 3).Draw(t, "zones")) }
		t.Repeat(actions)
		f.settle()
		f.subnets(3)
		f.settle()
		f.checkConverged()
	})
}

// ordeal is what can happen to any service and its tasks.
func (f *fixture) ordeal() map[string]func(*rapid.T) {
	return map[string]func(*rapid.T){
		"":         func(*rapid.T) { f.checkCounts() },
		"schedule": func(*rapid.T) { f.schedule() },
		"wait": func(t *rapid.T) {
			f.now = f.now.Add(time.Duration(rapid.IntRange(1, 100).Draw(t, "seconds")) * time.Second)
		},
		"abort": func(t *rapid.T) {
			how := rapid.SampledFrom(types.StopServiceDeploymentStopType("").Values()).Draw(t, "how")
			records := f.records()
			asked := records[rapid.IntRange(0, len(records)-1).Draw(t, "which")]
			f.update(func(tx *store.Tx) { state.StopServiceDeployment(tx, asked, how, f.now) })
		},
		"run":   func(t *rapid.T) { f.disturb(t, notRunning, f.run) },
		"run 2": func(t *rapid.T) { f.disturb(t, notRunning, f.run) },
		"fail": func(t *rapid.T) {
			f.disturb(t, notRunning, func(task *state.Task) { f.end(task, types.TaskStopCodeTaskFailedToStart) })
		},
		"exit": func(t *rapid.T) {
			f.disturb(t, running, func(task *state.Task) { f.end(task, types.TaskStopCodeEssentialContainerExited) })
		},
		"stop": func(t *rapid.T) {
			f.disturb(t, wanted, func(task *state.Task) { f.end(task, types.TaskStopCodeUserInitiated) })
		},
		"obey": func(t *rapid.T) {
			f.disturb(t, unwanted, func(task *state.Task) { f.end(task, "") })
		},
		"sicken": func(t *rapid.T) {
			f.disturb(t, checked, func(task *state.Task) { f.health(task, types.HealthStatusUnhealthy) })
		},
		"recover": func(t *rapid.T) {
			f.disturb(t, checked, func(task *state.Task) { f.health(task, types.HealthStatusHealthy) })
		},
	}
}

func (f *fixture) scale(t *rapid.T) {
	desired := rapid.IntRange(0, 6).Draw(t, "desired")
	f.change(func(s *state.Service) { s.DesiredCount = desired })
}

func drawConfiguration(t *rapid.T) func(*state.Service) {
	maximum := rapid.SampledFrom([]int32{100, 125, 150, 200, 300}).Draw(t, "maximumPercent")
	minimum := rapid.SampledFrom([]int32{0, 33, 50, 75, 100}).Draw(t, "minimumHealthyPercent")
	c := &types.DeploymentCircuitBreaker{
		Enable: rapid.Bool().Draw(t, "enable"), Rollback: rapid.Bool().Draw(t, "rollback"),
		ResetOnHealthyTask: aws.Bool(rapid.Bool().Draw(t, "reset")),
	}
	rebalancing := types.AvailabilityZoneRebalancingDisabled
	if rapid.Bool().Draw(t, "rebalancing") {
		rebalancing = types.AvailabilityZoneRebalancingEnabled
	}
	return func(s *state.Service) {
		percentages(maximum, minimum)(s)
		s.AvailabilityZoneRebalancing = rebalancing
		s.DeploymentConfiguration.DeploymentCircuitBreaker = c
	}
}

// disturb does something to one of the tasks of a kind, if there is one.
func (f *fixture) disturb(t *rapid.T, kind func(*state.Task) bool, do func(*state.Task)) {
	tasks := slices.DeleteFunc(f.tasks(), func(task *state.Task) bool { return !kind(task) })
	if len(tasks) > 0 {
		do(tasks[rapid.IntRange(0, len(tasks)-1).Draw(t, "task")])
	}
}

func running(t *state.Task) bool    { return t.Status.LastStatus == state.Running }
func notRunning(t *state.Task) bool { return !running(t) }
func unwanted(t *state.Task) bool   { return t.Stop != nil }
func wanted(t *state.Task) bool     { return t.Stop == nil }
func checked(t *state.Task) bool    { return running(t) && t.Status.HealthStatus != "" }

// checkCounts compares what the scheduler believes with the tasks themselves.
func (f *fixture) checkCounts() {
	f.t.Helper()
	p := observe.NewView(f.input())
	for _, g := range p.Generations {
		want := map[observe.Condition]int{}
		list := p.Tasks(g)
		for _, t := range list {
			want[t.Condition]++
		}
		got := map[observe.Condition]int{
			observe.Pending: g.Starting - g.StartingRunning, observe.StartingRunning: g.StartingRunning,
			observe.Healthy: g.Healthy, observe.Unhealthy: g.Unhealthy, observe.Unused: g.Unused,
		}
		for c, n := range got {
			if n != want[c] {
				f.t.Fatalf("condition %d: counted %v, listed %v", c, got, want)
			}
		}
		placed := 0
		for _, count := range p.Summary.Placed {
			if count.DeploymentID == g.Of.ID {
				placed += count.Active
			}
		}
		if placed != len(list) {
			f.t.Fatalf("%d tasks placed, %d listed", placed, len(list))
		}
	}
}

// checkConverged is what a settled service must be: complete, or failed with the revision that
// is kept at the desired count, or stuck, about which there is an event. And it rests.
func (f *fixture) checkConverged() {
	f.t.Helper()
	s, in := f.service(), f.input()
	if verbs := Decide(in).Verbs; len(verbs) > 0 {
		f.t.Fatalf("does not rest: %+v", verbs)
	}
	p := plannerOf(in)
	primary, d, kept := s.Primary(), p.DesiredCount(), p.Kept()
	f.checkRecords()
	f.checkBalanced(p)
	switch {
	case kept == nil:
		if p.Active() > d {
			f.t.Fatalf("failed, and %d tasks of %d", p.Active(), d)
		}
	case f.stuck(p):
	case kept.Healthy != d || p.Active() != d || p.Present() != d:
		f.t.Fatalf("%d of %d healthy, PRIMARY %+v", kept.Healthy, d, primary)
	case p.Primary.Failed():
	case primary.RolloutState != types.DeploymentRolloutStateCompleted || len(s.Deployments) != 1 || !s.Steady:
		f.t.Fatalf("not complete: %+v, deployments %d, steady %v", primary, len(s.Deployments), s.Steady)
	}
}

// stuck reports whether nothing can move while generations replace each other: between
// percentages, or without a place while no healthy task may stop. There is an event about it.
func (f *fixture) stuck(p *planner) bool {
	f.t.Helper()
	if len(p.Older()) == 0 || p.Starting() > 0 || slices.ContainsFunc(p.Generations, func(g *observe.Generation) bool { return g.Unhealthy > 0 }) {
		return false
	}
	switch messages := f.messages(); {
	case p.Upper() <= p.Lower():
		if last := messages[len(messages)-1]; !p.Primary.Failed() && last != (event.Deadlocked{}).Message("web") {
			f.t.Fatalf("stuck without a word: %q", messages)
		}
	case f.awaits == plan.ForRoom && p.Healthy() <= p.Lower():
		if !slices.ContainsFunc(messages, func(m string) bool { return strings.Contains(m, "unable to place a task") }) {
			f.t.Fatalf("without room, and without a word: %q", messages)
		}
	default:
		return false
	}
	return true
}

// checkRecords is what the service deployments of a settled service must be: all have
// ended unless the PRIMARY deployment cannot go on, whose own has not, and those that the
// service does not list grow old.
func (f *fixture) checkRecords() {
	f.t.Helper()
	primary := f.service().Primary()
	going := primary.RolloutState == types.DeploymentRolloutStateInProgress
	for _, r := range state.ServiceDeployments(f.store.Read(), serviceARN) {
		if ofPrimary := r.ARN == primary.ServiceDeploymentARN; !r.Ended() && !going || r.Ended() && going && ofPrimary {
			f.t.Fatalf("PRIMARY is %s: %+v", primary.RolloutState, r)
		}
		if f.listed(r) != r.RetiredAt.IsZero() {
			f.t.Fatalf("listed %t: %+v", f.listed(r), r)
		}
	}
	for _, d := range f.service().Deployments {
		if r := state.FindServiceRevision(f.store.Read(), d.Revision.ARN); r == nil || !r.RetiredAt.IsZero() {
			f.t.Fatalf("the revision of %s: %+v", d.ID, r)
		}
	}
}

func (f *fixture) listed(r *state.ServiceDeployment) bool {
	return slices.ContainsFunc(f.service().Deployments, func(d *state.Deployment) bool { return d.ServiceDeploymentARN == r.ARN })
}
