package run

import (
	"crypto/sha256"
	"encoding/hex"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/codedeploy"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/codedeploy/types"
)

// Lifecycle events (CD0006).
const (
	beforeInstall         = "BeforeInstall"
	install               = "Install"
	afterInstall          = "AfterInstall"
	allowTestTraffic      = "AllowTestTraffic"
	afterAllowTestTraffic = "AfterAllowTestTraffic"
	beforeAllowTraffic    = "BeforeAllowTraffic"
	allowTraffic          = "AllowTraffic"
	afterAllowTraffic     = "AfterAllowTraffic"
)

// answerWithin is for how long a function may say nothing (CD0014), and installWithin the green task set not be steady (CD0012).
const (
	answerWithin  = time.Hour
	installWithin = time.Hour
)

// events are the deployment's, in their order. Test traffic has some only with a listener for it.
func (a *advance) events() (list []codedeploy.Event) {
	_, test, _ := routes(a.Settings)
	names := []string{beforeInstall, install, afterInstall}
	if len(test) > 0 {
		names = append(names, allowTestTraffic, afterAllowTestTraffic)
	}
	for _, name := range append(names, beforeAllowTraffic, allowTraffic, afterAllowTraffic) {
		e := codedeploy.Event{Name: name, Status: types.LifecycleEventStatusPending}
		if a.Spec != nil && !works(name) {
			if e.Function = a.Spec.Hooks[name]; e.Function != "" {
				e.ExecutionID = a.executionID(name)
			}
		}
		list = append(list, e)
	}
	return list
}

// works reports whether a lifecycle event is CodeDeploy's own work, which calls no function.
func works(name string) bool {
	return name == install || name == allowTestTraffic || name == allowTraffic
}

// executionID names the execution of a hook: to guess it is as hard as to guess when the deployment was created. It begins with no
// hyphen, which a shell's user could not give to an option.
func (a *advance) executionID(event string) string {
	sum := sha256.Sum256([]byte(a.ID + " " + event + " " + a.CreatedAt.Format(time.RFC3339Nano)))
	return hex.EncodeToString(sum[:])
}

// event is the lifecycle event that is under way or comes next; nil: all are over.
func (a *advance) event() *codedeploy.Event {
	for i := range a.run.Events {
		if e := &a.run.Events[i]; e.EndedAt.IsZero() {
			return e
		}
	}
	return nil
}

// proceed goes on with a lifecycle event.
func (a *advance) proceed(e *codedeploy.Event) bool {
	if e.StartedAt.IsZero() {
		e.StartedAt, e.Status = a.now, types.LifecycleEventStatusInProgress
	}
	switch {
	case e.Name == install:
		return a.install(e)
	case e.Name == allowTestTraffic:
		return a.allowTest(e)
	case e.Name == allowTraffic:
		return a.allow(e)
	case e.Function != "":
		return a.hook(e)
	default:
		return a.until(e.StartedAt.Add(a.delays.Event)) && a.succeeded(e)
	}
}

func (a *advance) succeeded(e *codedeploy.Event) bool {
	e.Status, e.EndedAt = types.LifecycleEventStatusSucceeded, a.now
	return true
}

// hook calls the function of a lifecycle event, once, and waits for its answer, which comes by an operation of CodeDeploy and
// not from the function (CD0014).
func (a *advance) hook(e *codedeploy.Event) bool {
	if e.CalledAt.IsZero() {
		e.CalledAt = a.now
		a.do(&Call{*e})
	}
	answer, answered := a.Answers[e.ExecutionID]
	answered = answered && !answer.At.Before(e.CalledAt)
	switch why := a.seen.Uncalled[e.Name]; {
	case answered && answer.Status == types.LifecycleEventStatusSucceeded:
		return a.succeeded(e)
	case answered:
		return a.fail("The lifecycle event hook %s has failed: its function %s answered %s.", e.Name, e.Function, answer.Status)
	case why != "":
		return a.fail("The function %s of the lifecycle event hook %s could not be called: %s", e.Function, e.Name, why)
	case a.until(e.CalledAt.Add(answerWithin)):
		return a.fail("The deployment timed out while waiting for a status callback. CodeDeploy expects a status callback within one hour "+
			"after a deployment hook is invoked. The lifecycle event hook was %s.", e.Name)
	}
	return false
}

// fail is that a hook has failed.
func (a *advance) fail(format string, args ...any) bool {
	return a.broken(failure(types.ErrorCodeHookExecutionFailure, format, args...))
}
