package run

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/codedeploy"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/codedeploy/types"
)

// tryAgain is when a task set is asked for again that the service had no room for. The number is a choice.
const tryAgain = 15 * time.Second

// install makes the green task set, and waits until it is steady (CD0012).
func (a *advance) install(e *codedeploy.Event) bool {
	timeout := e.StartedAt.Add(installWithin)
	if a.run.Green.ID == "" {
		if !a.found() {
			return a.create(timeout)
		}
	}
	green := a.set(a.run.Green.ID)
	switch {
	case green == nil || status(green) == draining:
		return a.broken(failure(types.ErrorCodeEcsUpdateError, "The task set %s is not there any more.", a.run.Green.ID))
	case steady(green):
		return a.succeeded(e)
	case a.until(timeout):
		return a.broken(failure(types.ErrorCodeTimeout, "The task set %s has not reached a steady state within an hour.", a.run.Green.ID))
	}
	return false
}

// found finds the green task set that the run has made.
func (a *advance) found() bool {
	if a.seen.Service == nil {
		return false
	}
	for _, s := range a.seen.Service.TaskSets {
		if aws.ToString(s.ExternalId) == a.ID {
			a.run.Green.ID, a.run.Green.ARN = aws.ToString(s.Id), aws.ToString(s.TaskSetArn)
			return true
		}
	}
	return false
}

// create asks for the green task set. While the service has as many as it can have, those that drain have time to go (ECS0332.4).
func (a *advance) create(timeout time.Time) bool {
	blue := a.set(a.run.Blue.ID)
	switch {
	case blue == nil:
		return a.broken(failure(types.ErrorCodeInvalidEcsService, "The task set %s is not there any more.", a.run.Blue.ID))
	case a.until(timeout):
		return a.broken(failure(types.ErrorCodeTimeout, "The ECS service %s had no room for another task set within an hour.", a.ServiceARN))
	case a.seen.Refused != nil: // by lack of room
		a.wake(a.now.Add(tryAgain))
		return false
	case !a.cleared() || !a.behind():
		return false
	}
	a.do(&CreateTaskSet{Blue: *blue, TargetGroup: a.run.Green.TargetGroup})
	return false
}

// cleared reports whether no task set is left beside the PRIMARY one but those that drain. Users make none on such a service and delete
// none (ECS0332.3), so what is there an earlier deployment has left, without rollback: its traffic goes back to the PRIMARY one, and then it
// goes. What AWS does about it is told nowhere.
func (a *advance) cleared() bool {
	left, running := []string{}, int32(0)
	for _, s := range a.seen.Service.TaskSets {
		if status(&s) != primary && status(&s) != draining {
			left, running = append(left, aws.ToString(s.Id)), running+s.RunningCount
		}
	}
	switch {
	case len(left) == 0:
		return true
	case a.set(a.run.Blue.ID).RunningCount == 0 && running > 0: // traffic goes to where tasks are
		return false
	case !a.lead(Listeners(a.Deployment), 0):
		return false
	}
	for _, id := range left {
		a.do(&DeleteTaskSet{id})
	}
	return false
}

// behind reports whether the green target group is behind a load balancer, without which no task set can have it. Until then users'
// rules forward to the blue one alone: the green one comes beside it with weight 0, as AWS leaves the one that is not in use (CD0011).
// When AWS puts it there is told nowhere.
func (a *advance) behind() bool {
	production, _, _ := routes(a.Settings)
	for _, r := range a.seen.Rules {
		if _, has := r.Weights[a.run.Green.TargetGroup]; has {
			return r.Applied
		}
	}
	for _, r := range a.rules(production) {
		a.do(&SetWeights{Rule: r, Weights: a.has(r)})
	}
	return false
}
