// Package lifecyclehook is the controller that asks the targets of lifecycle hooks. The service scheduler adds
// a hook to the row of a service deployment, and this controller writes the target's answer there; what
// becomes of the deployment the scheduler decides.
//
// A call has no transaction around it, and its answer is written in one. So a hook is asked again, with the
// same executionId, only if its answer was lost with the emulator.
package lifecyclehook

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/lambda/pending"
	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient"
	"github.com/ecs-emulator/ecs-emulator/internal/base/clock"
	"github.com/ecs-emulator/ecs-emulator/internal/base/reconcile"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// Options are what targets are asked with. All fields but Assumes are required.
type Options struct {
	Store *store.Store
	Clock *clock.Clock
	Log   *slog.Logger
	// Invoke calls a Lambda function by its ARN as a principal, and waits for its answer. It ends
	// with ctx. An error is that there is no answer.
	Invoke func(ctx context.Context, as apiclient.Principal, function string, payload []byte) (apiclient.Returned, error)
	// Role is the principal of a role that acts for a service deployment, in a session of a name.
	Role func(deploymentARN, role, session string) (apiclient.Principal, error)
	// Assumes reports whether ECS can assume a role for a service deployment. Nil: it can assume any.
	Assumes func(deploymentARN, role string) bool
}

// Controller asks the targets of lifecycle hooks. Make one with New.
type Controller struct {
	Options
	loop    *reconcile.Loop
	calls   pending.Calls[answer] // by service deployment and hook
	running sync.WaitGroup
}

// workers is how many service deployments are looked at side by side: each answer waits for the disk,
// together with others. Calls take no worker.
const workers = 8

func New(opts Options) *Controller {
	c := &Controller{Options: opts}
	c.loop = reconcile.New(reconcile.Options{
		Name: "lifecycle hooks", Clock: c.Clock, Log: c.Log, Workers: workers, Watch: state.WatchLifecycleHooks(c.Store), Reconcile: c.reconcile,
	})
	return c
}

// Run asks targets until ctx ends, and returns its error. Calls under way end with ctx, and their hooks are
// asked again by the next run. It is called once.
func (c *Controller) Run(ctx context.Context) error {
	err := c.loop.Run(ctx)
	c.running.Wait()
	for _, deployment := range c.calls.Owners() { // of answers that came as the loop ended
		if err := c.write(deployment, c.calls.Answers(deployment)); err != nil {
			c.Log.Error("the answer of a lifecycle hook is lost; it will be asked again", "deployment", deployment, "error", err)
		}
	}
	return err
}

// Idle waits until all targets have been asked that are to be asked now, and their answers are written. It
// waits for no call any longer than for patience from its beginning on, in real time. The error is that of
// ctx.
func (c *Controller) Idle(ctx context.Context, patience time.Duration) error {
	for {
		past := c.calls.Past()
		if err := c.loop.Idle(ctx); err != nil {
			return err
		}
		waited, err := c.calls.Wait(ctx, patience)
		// A call that has ended since may have woken the loop after it was idle.
		if err != nil || !waited && c.calls.Past() == past {
			return err
		}
	}
}

// reconcile writes the answers that have come for a service deployment, and calls the targets that are due.
func (c *Controller) reconcile(ctx context.Context, deploymentARN string) (next time.Time, err error) {
	if err := c.write(deploymentARN, c.calls.Answers(deploymentARN)); err != nil {
		return next, err
	}
	d := state.FindServiceDeployment(c.Store.Read(), deploymentARN)
	waiting := waitingHooks(d)
	c.calls.Keep(deploymentARN, func(hook string) bool {
		return slices.ContainsFunc(waiting, func(h *state.LifecycleHook) bool { return h.ID == hook })
	})
	for _, h := range waiting {
		switch {
		case c.calls.UnderWay(deploymentARN, h.ID):
		case !h.CallAt.After(c.Clock.Now()):
			if err := c.ask(ctx, d, h); err != nil {
				return next, err
			}
		case next.IsZero() || h.CallAt.Before(next):
			next = h.CallAt
		}
	}
	return next, nil
}

// waitingHooks of a service deployment, whose targets have yet to answer.
func waitingHooks(d *state.ServiceDeployment) (waiting []*state.LifecycleHook) {
	if d == nil || d.Ended() {
		return nil
	}
	for i := range d.Hooks {
		if h := &d.Hooks[i]; h.TargetType != types.DeploymentLifecycleHookTargetTypePause && !h.Ended() {
			waiting = append(waiting, h)
		}
	}
	return waiting
}

// ask calls a hook's target, and does not wait for the answer. The error is the emulator's own.
func (c *Controller) ask(ctx context.Context, d *state.ServiceDeployment, h *state.LifecycleHook) error {
	if c.Assumes != nil && !c.Assumes(d.ARN, h.RoleARN) {
		return c.write(d.ARN, map[string]answer{h.ID: failure("ECS was unable to assume role " + h.RoleARN)})
	}
	as, err := c.Role(d.ARN, h.RoleARN, h.ID)
	if err != nil {
		return err
	}
	payload, err := payload(d, h)
	if err != nil {
		return fmt.Errorf("write the payload of a lifecycle hook: %w", err)
	}
	ctx, cancel := context.WithCancel(ctx)
	call := c.calls.Begin(d.ARN, h.ID, cancel)
	c.running.Go(func() {
		defer cancel()
		defer c.calls.End(call)
		returned, err := c.Invoke(ctx, as, h.TargetARN, payload)
		if err != nil && ctx.Err() != nil { // the hook is over, or the emulator ends
			return
		}
		got := read(h.TargetARN, returned, err)
		c.tell(h, got, returned)
		c.calls.Answer(call, got)
		c.loop.Wake(d.ARN) // before Idle sees that the call is over
	})
	return nil
}

// write writes answers for a service deployment, by the ids of their hooks.
func (c *Controller) write(deploymentARN string, answers map[string]answer) error {
	if len(answers) == 0 {
		return nil
	}
	err := c.Store.Update(func(tx *store.Tx) error {
		c.loop.Causes(tx, deploymentARN)
		now := c.Clock.Now()
		for hook, a := range answers {
			state.AnswerLifecycleHook(tx, deploymentARN, hook, a.at(now), now)
		}
		return nil
	})
	if err == nil {
		c.calls.Forget(deploymentARN, answers)
	}
	return err
}

// tell has the log tell what a target has answered. Why a function has failed stands nowhere else.
func (c *Controller) tell(h *state.LifecycleHook, got answer, returned apiclient.Returned) {
	about := c.Log.With("target", h.TargetARN, "stage", h.Stage, "hook", h.ID, "status", got.status)
	if got.status != types.DeploymentLifecycleHookStatusFailed {
		about.Info("lifecycle hook asked")
		return
	}
	const most = 1000 // bytes, which are enough for the message and not for a page of a web server
	about.Warn("lifecycle hook asked", "reason", got.reason, "error", returned.FunctionError, "answer", string(returned.Payload[:min(len(returned.Payload), most)]))
}
