// Package servicescaling is the controller that scales services for Application Auto Scaling: when an alarm asks for a
// policy, when the bounds of a target change, and when a scheduled action is due.
//
// What it decides it writes as an activity, in the transaction that takes the alarm's action away; then it calls
// UpdateService, as any client does, and then it watches until what was wanted is there. So a crash between any two of
// these loses no step, and the count that is set again is the same one.
package servicescaling

import (
	"cmp"
	"context"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/applicationautoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch"
	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/clock"
	"github.com/ecs-emulator/ecs-emulator/internal/base/reconcile"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// Options are what services are scaled with. All fields are required.
type Options struct {
	Store  *store.Store
	Clock  *clock.Clock
	Log    *slog.Logger
	Client *apiclient.Client
	// Role is the principal of a role that acts in an account and region, in a session of a name.
	Role func(scope arn.Scope, role, session string) (apiclient.Principal, error)
	// Values are the newest data points of an alarm's metric at a time, oldest first, as many as there are in the
	// periods that it evaluates. It only reads.
	Values func(tx *store.Tx, a *cloudwatch.Alarm, now time.Time) []float64
}

// Controller scales services: it is a loop that decides and calls. Make one with New.
type Controller struct {
	*reconcile.Loop
	Options

	mu    sync.Mutex
	polls map[string]poll // of targets, by their keys
}

// workers is how many services are scaled side by side: each waits for the disk and for ECS.
const workers = 8

func New(opts Options) *Controller {
	c := &Controller{Options: opts, polls: map[string]poll{}}
	c.Loop = reconcile.New(reconcile.Options{
		Name: "scalable target", Clock: c.Clock, Log: c.Log, Workers: workers, Reconcile: c.reconcile,
		Watch: c.Store.Watch(0,
			applicationautoscaling.OnTargets(), applicationautoscaling.OnScheduledActions(), applicationautoscaling.OnActivities(),
			cloudwatch.OnActionsBy(actionKey), state.OnServices(serviceChange), state.OnServiceSummaries(countsChange)),
	})
	return c
}

// policyAction is in the ARN of each action that is a scaling policy, also of what is no service.
const policyAction = ":scalingPolicy:"

// actionKey is the key of the target that an alarm's action scales. That of one that scales no service is its ARN.
func actionKey(a *cloudwatch.Action) string {
	if !strings.Contains(a.ARN, policyAction) {
		return ""
	}
	if r, ok := applicationautoscaling.ResourceOfPolicy(a.ARN); ok {
		return r.Key()
	}
	return a.ARN
}

// serviceChange wakes when the desired count is another one, or the service goes.
func serviceChange(before, after *state.Service) []string {
	if before != nil && after != nil && before.DesiredCount == after.DesiredCount && before.Status() == after.Status() {
		return nil
	}
	return []string{keyOf(cmp.Or(after, before).ARN)}
}

// countsChange wakes when another number of tasks run.
func countsChange(before, after *state.ServiceSummary) []string {
	if before != nil && after != nil && running(before) == running(after) {
		return nil
	}
	return []string{keyOf(cmp.Or(after, before).ServiceARN)}
}

// running is how many tasks of a service run and shall.
func running(s *state.ServiceSummary) (n int32) {
	for _, d := range s.Deployments {
		n += int32(d.ActiveRunning)
	}
	return n
}

func keyOf(service string) string { return applicationautoscaling.ResourceOfService(service).Key() }

// reconcile does what there is to be done about a target, one thing after the other: each writes a row, which wakes the
// key again.
func (c *Controller) reconcile(ctx context.Context, key string) (wakeAt time.Time, err error) {
	tx := c.Store.Read()
	target, last := applicationautoscaling.Targets.Get(tx, key), applicationautoscaling.LastChange(tx, key)
	if target != nil { // first: scheduled actions do not wait for an ECS that does not answer
		if wakeAt, err = c.schedule(key, target); err != nil {
			return wakeAt, err
		}
	}
	if last != nil && last.Open() {
		next, err := c.goOn(ctx, key, last)
		if wakeAt = earliest(wakeAt, next); err != nil || last.Status == pending {
			return wakeAt, err
		}
	} else {
		c.forgetPoll(key)
	}
	if target != nil && !target.BoundsAt.Equal(target.EnforcedAt) {
		return wakeAt, c.enforce(key)
	}
	return wakeAt, c.actOnAlarms(key)
}

// earliest is the first of two times, of which zero is never.
func earliest(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// update changes rows because of a key. The clock waits for what that leads to.
func (c *Controller) update(key string, change func(tx *store.Tx)) error {
	return c.Store.Update(func(tx *store.Tx) error {
		c.Causes(tx, key)
		change(tx)
		return nil
	})
}
