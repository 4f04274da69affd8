// Package controller takes deployments on: it looks at the service and its load balancer, writes what package run decides, and
// then does it. It looks and acts by calls in the name of the deployment group's role, so what that role may not do ends a
// deployment (CD0020), and who calls is known where only CodeDeploy may (ECS0332.3).
//
// What a run has come to is written before its actions, which are repeated if the emulator dies before the next row. Only a
// function is not called again: a call that is lost so is one that was never answered.
package controller

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/codedeploy"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/codedeploy/run"
	elbv2 "github.com/ecs-emulator/ecs-emulator/internal/aws/elasticloadbalancingv2"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/lambda/pending"
	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient"
	"github.com/ecs-emulator/ecs-emulator/internal/base/clock"
	"github.com/ecs-emulator/ecs-emulator/internal/base/reconcile"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// Options are what deployments are carried out with. All fields but MayRead, Assumes, Sources and Delays are required.
type Options struct {
	Store *store.Store
	Clock *clock.Clock
	Log   *slog.Logger
	// Call calls an operation for a deployment, as its group's role. A refusal is an *[apiclient.Error].
	Call func(ctx context.Context, d *codedeploy.Deployment, op apiclient.Operation, in, out any) error
	// Invoke calls a function by its ARN, in a role's name too. The error says why it could not be called; what it returns does not
	// count (CD0014).
	Invoke func(ctx context.Context, d *codedeploy.Deployment, function string, payload []byte) error
	// MayRead says why a role may not read the AppSpec file in S3, by the ARN of the object. Nil: each one may.
	MayRead func(ctx context.Context, d *codedeploy.Deployment, object string) error
	// Assumes reports whether CodeDeploy can assume the role of a deployment's group. Nil: it can assume each one.
	Assumes func(d *codedeploy.Deployment) bool
	// Sources wake deployments by what they heed: services of ECS and alarms, by ARNs, of which users names the deployments.
	Sources func(users func(arn string) []string) []store.Source
	Delays  run.Delays
}

// Controller takes deployments on. Make one with New.
type Controller struct {
	Options
	loop     *reconcile.Loop
	calls    pending.Calls[string] // of functions, by deployment and lifecycle event: why one could not be called
	running  sync.WaitGroup
	watching watching
}

const (
	// workers is how many deployments are worked on at once.
	workers = 8
	// most is how many decisions about a deployment follow each other before others have their turn.
	most = 50
	// deadline is for how long what a decision needs may take, in real time.
	deadline = 30 * time.Second
)

// New makes a controller. It works on deployments once it runs.
func New(o Options) *Controller {
	c := &Controller{Options: o}
	sources := []store.Source{codedeploy.OnDeployments(), elbv2.OnAppliedOf(c.watching.users)}
	if o.Sources != nil {
		sources = append(sources, o.Sources(c.watching.users)...)
	}
	c.loop = reconcile.New(reconcile.Options{
		Name: "deployment", Clock: o.Clock, Log: o.Log, Watch: o.Store.Watch(0, sources...), Workers: workers, Reconcile: c.reconcile,
	})
	return c
}

// Run works on deployments until ctx ends, and returns its error. It is called once.
func (c *Controller) Run(ctx context.Context) error {
	err := c.loop.Run(ctx)
	c.running.Wait()
	return err
}

// Idle waits until there is nothing to do now, and for no call of a function any longer than for patience from its beginning on, in
// real time. The error is ctx's.
func (c *Controller) Idle(ctx context.Context, patience time.Duration) error {
	for {
		past := c.calls.Past()
		if err := c.loop.Idle(ctx); err != nil {
			return err
		}
		waited, err := c.calls.Wait(ctx, patience)
		if err != nil || !waited && c.calls.Past() == past {
			return err
		}
	}
}

// reconcile takes a deployment on as far as it goes now.
func (c *Controller) reconcile(ctx context.Context, id string) (wake time.Time, err error) {
	limited, cancel := context.WithTimeout(ctx, deadline)
	defer cancel()
	var refused *run.Refusal
	for range most {
		tx := c.Store.Read()
		d, r := codedeploy.FindDeployment(tx, id), codedeploy.FindRun(tx, id)
		if r == nil {
			r = &codedeploy.Run{ID: id}
		}
		if d == nil || r.Ended() {
			c.leave(id)
			return wake, nil
		}
		c.watching.begin(d) // before the look: what changes afterwards wakes the deployment
		seen, err := c.look(limited, d, r)
		if err != nil {
			return wake, err
		}
		if seen.Refused == nil {
			seen.Refused = refused
		}
		result := run.Next(d, *r, seen.Seen, c.Clock.Now(), c.Delays)
		if err := c.write(d, r, &result); err != nil {
			return wake, err
		}
		if refused, err = c.act(limited, ctx, d, seen, result.Do); err != nil {
			return wake, err
		}
		if len(result.Do) == 0 && r.Status == result.Run.Status {
			return result.WakeAt, nil
		}
	}
	return c.Clock.Now(), nil
}

// write writes what is decided, and tells EventBridge.
func (c *Controller) write(d *codedeploy.Deployment, was *codedeploy.Run, result *run.Result) error {
	if !result.Changed {
		return nil
	}
	is, now := &result.Run, c.Clock.Now()
	err := c.Store.Update(func(tx *store.Tx) error {
		c.loop.Causes(tx, d.ID)
		codedeploy.PutRun(tx, is)
		codedeploy.AnnounceStatus(tx, d, was.Status, is.Status, now)
		if back := result.Rollback; back != nil {
			codedeploy.PutDeployment(tx, &back.Deployment)
			codedeploy.PutRun(tx, &back.Run)
		}
		return nil
	})
	if err != nil {
		return err
	}
	c.calls.Keep(d.ID, func(event string) bool {
		for _, e := range is.Events {
			if e.Name == event {
				return e.EndedAt.IsZero()
			}
		}
		return false
	})
	if is.Ended() {
		c.tell(d, is)
	}
	return nil
}

// tell has the log tell how a deployment has ended.
func (c *Controller) tell(d *codedeploy.Deployment, r *codedeploy.Run) {
	about := c.Log.With("deployment", d.ID, "group", d.Group, "status", r.Status)
	if r.Failure == nil {
		about.Info("a deployment by CodeDeploy has ended")
		return
	}
	about.Warn("a deployment by CodeDeploy has ended", "code", r.Failure.Code, "reason", aws.ToString(r.Failure.Message))
}

// leave forgets a deployment that has ended.
func (c *Controller) leave(id string) {
	c.calls.Keep(id, func(string) bool { return false })
	c.watching.end(id)
}
