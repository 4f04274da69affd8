// Package run decides what becomes of a deployment to Amazon ECS, as a function of what was asked, what has become of it and
// what is seen of the service and its load balancer:
//
//	result := run.Next(deployment, run, seen, now, delays)
//
// A run goes through its lifecycle events (CD0006): the green task set is made, gets test and then production traffic step by
// step, becomes PRIMARY after a wait, and the blue one goes. It ends as Succeeded, Failed or Stopped. A run that has led traffic is
// taken back by a deployment of its own (CD0018).
//
// Next is asked again after each of its actions and whenever something may have changed. All actions but Call can be repeated,
// so a run goes on where it was after the emulator died between an action and the row that follows from it.
package run

import (
	"cmp"
	"maps"
	"reflect"
	"slices"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/codedeploy"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/codedeploy/course"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/codedeploy/types"
	ecs "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
)

// Delays are how long something takes that AWS takes time for.
type Delays struct {
	// Event is a lifecycle event that calls no function (CD0006).
	Event time.Duration
}

// Result is what is to be done about a deployment now.
type Result struct {
	// Run is to be written before Do is done, if it has changed.
	Run     codedeploy.Run
	Changed bool
	Do      []Action
	// Rollback is a deployment to begin, and its run. It is nil but in the result that ends a run which is taken back.
	Rollback *Rollback
	// WakeAt is when to decide again though nothing changes; the zero time for never.
	WakeAt time.Time
}

// Rollback is a deployment that takes another one back (CD0018).
type Rollback struct {
	Deployment codedeploy.Deployment
	Run        codedeploy.Run
}

// Action is something to do: *CreateTaskSet, *SetWeights, *Promote, *DeleteTaskSet or *Call.
type Action interface{ action() }

// CreateTaskSet makes the green task set: with the id of the deployment as clientToken and externalId, so that it is made once.
type CreateTaskSet struct {
	Blue        ecs.TaskSet // which has what the AppSpec file does not say
	TargetGroup string      // ARN
}

// SetWeights sets the weights of the pair's target groups in a rule. Others keep theirs.
type SetWeights struct {
	Rule    Rule
	Weights map[string]int32 // by ARN
}

// Promote makes a task set the PRIMARY one.
type Promote struct{ TaskSet string }

// DeleteTaskSet deletes a task set with force.
type DeleteTaskSet struct{ TaskSet string }

// Call calls the function of a lifecycle event. It is done once: the row has said so before.
type Call struct{ Event codedeploy.Event }

func (*CreateTaskSet) action() {}
func (*SetWeights) action()    {}
func (*Promote) action()       {}
func (*DeleteTaskSet) action() {}
func (*Call) action()          {}

// advance is one decision about a deployment.
type advance struct {
	*codedeploy.Deployment
	run    codedeploy.Run
	seen   Seen
	now    time.Time
	delays Delays
	course course.Course
	result Result
}

// Next decides what is to be done about a deployment. A run that has not begun has nothing but its ID.
func Next(d *codedeploy.Deployment, r codedeploy.Run, seen Seen, now time.Time, delays Delays) Result {
	a := &advance{Deployment: d, run: clone(r), seen: seen, now: now, delays: delays, course: course.Of(d.Traffic)}
	before := r.Status
	for a.step() && a.run.Status == before { // each status is written, and told, by itself
	}
	if a.run.Status != before {
		a.run.Version++
		a.result.WakeAt = now
	}
	if a.run.Ended() && a.run.FinishedAt.IsZero() {
		a.run.FinishedAt, a.result.Do, a.result.WakeAt = now, nil, time.Time{}
	}
	if a.result.Changed = !reflect.DeepEqual(a.run, r); a.result.Changed {
		a.run.UpdatedAt = now
	}
	a.result.Run = a.run
	return a.result
}

func clone(r codedeploy.Run) codedeploy.Run {
	r.Events, r.Rules = slices.Clone(r.Events), slices.Clone(r.Rules)
	for i := range r.Rules {
		r.Rules[i].Set = maps.Clone(r.Rules[i].Set)
	}
	return r
}

// step goes one step on, and reports whether there may be another one at once.
func (a *advance) step() bool {
	switch {
	case a.run.Ended():
		return false
	case a.run.Failure != nil:
		return a.unwind()
	case a.run.Status == "" || a.run.Status == types.DeploymentStatusCreated:
		return a.begin()
	case a.seen.Service == nil && a.seen.Refused != nil: // how far it is cannot be seen
		return a.broken(a.seen.Refused.failure())
	case a.promoted():
		return a.finish()
	case a.ends():
		return true
	}
	if a.Deployment.RollbackOf != "" {
		return a.takeBack()
	}
	event := a.event()
	switch {
	case event == nil:
		return a.await()
	case event.StartedAt.IsZero() && event.Name == beforeAllowTraffic && !a.ready():
		return false
	default:
		return a.proceed(event)
	}
}

// wake has the run looked at again at a time, or earlier.
func (a *advance) wake(at time.Time) {
	if at.After(a.now) && (a.result.WakeAt.IsZero() || at.Before(a.result.WakeAt)) {
		a.result.WakeAt = at
	}
}

// until reports whether a time has come, and wakes the run then if not.
func (a *advance) until(at time.Time) bool {
	if !a.now.Before(at) {
		return true
	}
	a.wake(at)
	return false
}

func (a *advance) do(action Action) { a.result.Do = append(a.result.Do, action) }

// blueGreen are the settings of the waits.
func (a *advance) blueGreen() (ready types.DeploymentReadyOption, end types.BlueInstanceTerminationOption) {
	c := cmp.Or(a.Settings.BlueGreenDeploymentConfiguration, &types.BlueGreenDeploymentConfiguration{})
	if c.DeploymentReadyOption != nil {
		ready = *c.DeploymentReadyOption
	}
	if c.TerminateBlueInstancesOnDeploymentSuccess != nil {
		end = *c.TerminateBlueInstancesOnDeploymentSuccess
	}
	return ready, end
}

func minutes(n int32) time.Duration { return time.Duration(n) * time.Minute }
