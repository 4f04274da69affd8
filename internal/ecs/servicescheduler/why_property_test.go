package servicescheduler

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/overview"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/bounds"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/observe"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/why"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/why/placecause"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/why/servicecause"
	"pgregory.net/rapid"
)

// TestNoAnswerContradictsTheRows does anything to services on Fargate, on container instances and with traffic that
// shifts, in more than a thousand runs, and asks after each step why the service is not as wanted: there is an answer, it
// has evidence, and the rows say the same.
func TestNoAnswerContradictsTheRows(t *testing.T) {
	asked := map[why.Cause]int{}
	missing := func() []why.Cause {
		return slices.DeleteFunc([]why.Cause{
			why.BreakerRollback, why.UserStopped, why.BackingOff, why.Protected, why.NoCapacity, why.NoInstances, why.HookWaits, why.HookFailed, why.BakeTime, why.InProgress,
		}, func(c why.Cause) bool { return asked[c] > 0 })
	}
	// With -short a round has few runs: some causes are rare.
	for round := 0; round < 4 || round < 40 && len(missing()) > 0; round++ {
		rapid.Check(t, func(t *rapid.T) {
			f := newFixture(t, func(s *state.Service) { s.DesiredCount = rapid.IntRange(0, 6).Draw(t, "desired") })
			f.change(drawConfiguration(t))
			actions := f.ordeal()
			actions["deploy"] = func(t *rapid.T) { f.deploy(rapid.Bool().Draw(t, "checked")) }
			actions["scale"] = f.scale
			actions["fail all"] = func(*rapid.T) { f.failAll(1) }
			actions["fail again and again"] = func(*rapid.T) { f.failAll(4) }
			actions["protect"] = func(t *rapid.T) {
				f.disturb(t, wanted, func(task *state.Task) {
					f.update(func(tx *store.Tx) { state.ProtectTask(tx, task.ARN, f.now.Add(time.Hour)) })
				})
			}
			t.Repeat(f.asking(asked, actions))
		})
		rapid.Check(t, func(t *rapid.T) {
			f := newInstanceFixture(t, rapid.IntRange(0, 4).Draw(t, "instances"), nil)
			kind := rapid.SampledFrom(tasksOnInstances).Draw(t, "kind")
			f.deployOnInstances(false, kind.change)
			f.change(drawConfiguration(t))
			actions := f.ordealOfInstances(kind)
			actions["scale"] = f.scale
			t.Repeat(f.asking(asked, actions))
		})
		rapid.Check(t, func(t *rapid.T) {
			f := newShiftFixture(t, drawShift(t), func(s *state.Service) { s.DesiredCount = rapid.IntRange(0, 3).Draw(t, "desired") })
			actions := f.ordeal()
			actions["schedule"], actions["work"] = func(*rapid.T) { f.scheduleWatched() }, func(*rapid.T) { f.work() }
			actions["work 2"] = func(*rapid.T) { f.scheduleWatched(); f.work() }
			actions["release"] = func(*rapid.T) { f.now = f.now.Add(time.Second); f.release() }
			actions["answer"], actions["refuse"] = func(*rapid.T) { f.answer("") }, func(*rapid.T) { f.answer("no"); f.scheduleWatched() }
			t.Repeat(f.asking(asked, actions))
		})
	}
	if causes := missing(); len(causes) > 0 {
		t.Errorf("no run has led to %s: %v", causes, asked)
	}
}

// failAll has all tasks fail that have not been RUNNING, and the scheduler start others, some times.
func (f *fixture) failAll(times int) {
	for range times {
		f.schedule()
		for _, task := range f.tasks() {
			if notRunning(task) {
				f.end(task, types.TaskStopCodeTaskFailedToStart)
			}
		}
	}
	f.schedule()
}

// asking has each action ask, and counts the causes.
func (f *fixture) asking(asked map[why.Cause]int, actions map[string]func(*rapid.T)) map[string]func(*rapid.T) {
	for name, do := range actions {
		actions[name] = func(t *rapid.T) {
			do(t)
			for _, a := range f.checkAnswers(name) {
				asked[a.Cause]++
			}
		}
	}
	return actions
}

// checkAnswers compares the answers about the service with its rows.
func (f *fixture) checkAnswers(after string) []why.Answer {
	f.t.Helper()
	tx := f.store.Read()
	s := state.FindService(tx, serviceARN)
	if s == nil || s.Status() != state.ServiceActive {
		return nil
	}
	facts := &why.Facts{Tx: tx, Now: f.now, Waiting: placecause.Waiting}
	answers := servicecause.Explain(facts, s)
	shown := overview.ReadService(tx, s, overview.Options{})
	if (shown.NotAsWanted == "") != (len(answers) == 0) || servicecause.AsWanted(facts, s) != (len(answers) == 0) {
		f.t.Fatalf("after %s: not as wanted: %q, and %d answers: %v", after, shown.NotAsWanted, len(answers), answers)
	}
	v := observe.NewView(f.input())
	for _, a := range answers {
		if !strings.HasSuffix(a.Sentence, ".") || a.Cause == "" || len(a.Evidence) == 0 {
			f.t.Fatalf("after %s: %+v is no answer", after, a)
		}
		if wrong := f.contradicts(tx, v, s, a); wrong != "" {
			f.t.Fatalf("after %s: %s: %s\n%+v", after, a.Sentence, wrong, a)
		}
	}
	return answers
}

// contradicts says what of an answer the rows deny; empty: nothing.
func (f *fixture) contradicts(tx *store.Tx, v *observe.View, s *state.Service, a why.Answer) string {
	moving := v.Starting() > 0 || v.Present() != v.Active()
	switch a.Cause {
	case why.BreakerRollback, why.AlarmRollback, why.HookFailed, why.UserStopped:
		return contradictsEnd(state.FindServiceDeployment(tx, a.Of), a)
	case why.HookWaits, why.BakeTime:
		d := state.FindServiceDeployment(tx, s.Primary().ServiceDeploymentARN)
		asked := slices.ContainsFunc(d.Hooks, func(h state.LifecycleHook) bool { return !h.Ended() })
		if d.Ended() || asked != (a.Cause == why.HookWaits) {
			return fmt.Sprintf("the deployment is %s, and a hook is asked: %v", d.Status, asked)
		}
	case why.BackingOff:
		if !slices.ContainsFunc(s.Deployments, func(d *state.Deployment) bool {
			return f.now.Before(d.Throttle.Until) || f.now.Sub(d.FailedAt) < 5*time.Second
		}) {
			return "no start is held back"
		}
	case why.Protected:
		if !slices.ContainsFunc(f.tasks(), func(t *state.Task) bool { return t.Stop == nil && t.Protected(f.now) }) || v.Active() <= v.Generations[0].Deployment.DesiredCount && len(s.Deployments) == 1 {
			return "no task is protected, or none is too many"
		}
	case why.DeploymentPercent:
		maximum, _ := bounds.Percentages(s.DeploymentConfiguration, s.SchedulingStrategy)
		if moving || v.Present() < s.DesiredCount*maximum/100 || v.Healthy() > v.Lower() {
			return fmt.Sprintf("tasks move, or could: %d present, %d healthy", v.Present(), v.Healthy())
		}
	case why.NoCapacity, why.NoInstances, why.PortTaken, why.PlacementConstraint:
		return f.contradictsPlace(v)
	case why.Draining:
		if len(v.Draining) == 0 {
			return "no task is on an instance that drains"
		}
	case why.InProgress:
		if !moving && s.Primary().RolloutState != types.DeploymentRolloutStateInProgress && s.Primary().DesiredCount == s.DesiredCount {
			return "nothing moves"
		}
	}
	return ""
}

// contradictsEnd compares the cause of a deployment's end with its row.
func contradictsEnd(d *state.ServiceDeployment, a why.Answer) string {
	switch {
	case d == nil:
		return "there is no such deployment"
	case d.Rollback == nil && !d.Ended():
		return "it goes on"
	case a.Cause == why.BreakerRollback && !strings.Contains(a.Sentence, fmt.Sprintf("%d task", d.CircuitBreaker.FailureCount)):
		return fmt.Sprintf("%d have failed", d.CircuitBreaker.FailureCount)
	case a.Cause == why.BreakerRollback && d.CircuitBreaker.FailureCount < d.CircuitBreaker.Threshold:
		return fmt.Sprintf("%d of %d have failed", d.CircuitBreaker.FailureCount, d.CircuitBreaker.Threshold)
	case a.Cause == why.UserStopped && d.StopType == "":
		return "no user has asked for it"
	case a.Cause == why.HookFailed && !slices.ContainsFunc(d.Hooks, func(h state.LifecycleHook) bool {
		return h.Status == types.DeploymentLifecycleHookStatusFailed || h.Status == types.DeploymentLifecycleHookStatusTimedOut
	}):
		return "no hook has failed"
	}
	return ""
}

// contradictsPlace looks for a place as the scheduler does.
func (f *fixture) contradictsPlace(v *observe.View) string {
	in := f.input()
	for _, g := range v.Generations {
		if g.Counts.Active >= g.Of.DesiredCount || !observe.OnInstances(g.Of) {
			continue
		}
		if place, _ := in.Instances.Pool().Place(in.Instances.Demand(g.Of)); place.ContainerInstance == "" {
			return ""
		}
	}
	return "each deployment that lacks a task has a place for it"
}
