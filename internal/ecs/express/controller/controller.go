// Package controller makes what Express gateway services have, and removes it, by calls of the emulator's own endpoint: as the
// infrastructure role of a service, and as ECS itself where that role may not. It takes the steps of package composition one by
// one; the row of each is written before its call, so a step that is cut is found again.
package controller

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/clock"
	"github.com/ecs-emulator/ecs-emulator/internal/base/reconcile"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/express"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/express/composition"
)

// Options are what services are made with. All fields but Removals are required.
type Options struct {
	Store *store.Store
	Clock *clock.Clock
	Log   *slog.Logger
	// Call calls an operation as a role, or without one as ECS itself. The answer goes to out unless that is nil.
	Call func(ctx context.Context, in arn.Scope, role string, op apiclient.Operation, input, out any) error
	// Removals are sources that wake the owners of resources that have been removed, by their IDs: perhaps by users.
	Removals func(owners func(id string) []string) []store.Source
}

// Controller works on services and network sets. Make one with New.
type Controller struct {
	Options
	loop *reconcile.Loop

	mu sync.Mutex
	// doubted are the IDs of resources that are to be looked at, as they may have been removed.
	doubted map[string]bool
}

const (
	// workers is how many owners are worked on side by side: each call takes one.
	workers = 8
	// deadline is for how long a call may take, in real time.
	deadline = 30 * time.Second
)

// New makes a controller. It collects owners from now on, and works on them once it runs.
func New(o Options) *Controller {
	c := &Controller{Options: o, doubted: map[string]bool{}}
	sources := express.Sources()
	if o.Removals != nil {
		sources = append(sources, o.Removals(c.doubt)...)
	}
	c.loop = reconcile.New(reconcile.Options{
		Name: "Express gateway service", Clock: o.Clock, Log: o.Log, Watch: o.Store.Watch(0, sources...), Workers: workers, Reconcile: c.reconcile,
	})
	return c
}

// Run works until ctx ends, and returns its error. A call under way ends with ctx. It is called once.
func (c *Controller) Run(ctx context.Context) error { return c.loop.Run(ctx) }

// Idle waits until there is nothing to do now, for patience at most, in real time. The error is the one of ctx.
func (c *Controller) Idle(ctx context.Context, patience time.Duration) error {
	patient, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if err := c.loop.Idle(patient); patient.Err() == nil {
		return err
	}
	return ctx.Err()
}

// doubt has a resource be looked at that may have been removed.
func (c *Controller) doubt(id string) (owners []string) {
	for _, r := range express.Made(c.Store.Read(), id) {
		if r.Status == types.ManagedResourceStatusActive {
			owners = append(owners, r.Owner)
		}
	}
	if len(owners) > 0 {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.doubted[id] = true
	}
	return owners
}

// isDoubted reports whether a resource is to be looked at, once.
func (c *Controller) isDoubted(id string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	defer delete(c.doubted, id)
	return c.doubted[id]
}

// reconcile takes the steps of an owner that can be taken now.
func (c *Controller) reconcile(ctx context.Context, owner string) (wake time.Time, err error) {
	view := composition.Read(c.Store.Read(), owner, c.Clock.Now())
	for _, r := range view.Own {
		s, is := composition.Doubt(view, r)
		if !is || !c.isDoubted(r.ID) { // what cannot be looked at may have the ID of what can: the ingress of a security group has
			continue
		}
		if err := c.take(ctx, view, s); err != nil {
			return wake, err
		}
	}
	steps := composition.Next(composition.Read(c.Store.Read(), owner, view.Now))
	for _, s := range steps {
		if s.Begun.Due.After(view.Now) {
			continue
		}
		if err := c.begin(ctx, owner, s.Begun.Kind); err != nil {
			return wake, err
		}
	}
	if err := c.end(owner); err != nil {
		return wake, err
	}
	return composition.Due(steps, view.Now), nil
}

// begin takes the step of a kind as the rows say it now: others may have changed since it was decided.
func (c *Controller) begin(ctx context.Context, owner string, kind express.Kind) error {
	var view composition.View
	var step *composition.Step
	err := c.Store.Update(func(tx *store.Tx) error {
		c.loop.Causes(tx, owner)
		step = nil
		view = composition.Read(tx, owner, c.Clock.Now())
		for _, s := range composition.Next(view) {
			if s.Begun.Kind == kind && !s.Begun.Due.After(view.Now) {
				step = &s
				express.PutResource(tx, &s.Begun)
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("write what is begun for %s: %w", owner, err)
	}
	if step == nil {
		return nil
	}
	return c.take(ctx, view, *step)
}

// take makes the call of a step, whose row is written, and writes what has become of it. A call that ends with the emulator is made
// again by the next run.
func (c *Controller) take(ctx context.Context, view composition.View, s composition.Step) error {
	out := s.Out()
	var called error
	if s.Calls() {
		role := s.Begun.Role
		if s.AsECS {
			role = ""
		}
		limited, cancel := context.WithTimeout(ctx, deadline)
		defer cancel()
		called = c.Call(limited, view.Scope, role, s.Op, s.In, out)
		if ctx.Err() != nil {
			return nil
		}
	}
	view.Now = c.Clock.Now()
	after := s.Done(view, out, called)
	err := c.Store.Update(func(tx *store.Tx) error {
		c.loop.Causes(tx, view.Owner)
		if after == nil {
			express.RemoveResource(tx, &s.Begun)
			return nil
		}
		express.PutResource(tx, after)
		return nil
	})
	if err != nil {
		return fmt.Errorf("write what has become of %s %s: %w", view.Owner, s.Begun.Kind, err)
	}
	c.tell(after)
	for _, other := range express.Wakes(c.Store.Read(), view.Owner) {
		c.loop.Wake(other)
	}
	return nil
}

// tell has the log tell what has failed.
func (c *Controller) tell(r *express.Resource) {
	if r != nil && r.Status == types.ManagedResourceStatusFailed {
		c.Log.Warn("a resource of an Express gateway service has failed", "owner", r.Owner, "resource", r.Kind, "id", r.ID, "reason", r.Reason)
	}
}

// end makes a deleted service INACTIVE once nothing is left of it.
func (c *Controller) end(owner string) error {
	tx := c.Store.Read()
	s := express.Find(tx, owner)
	if s == nil || s.Status(tx) != types.ExpressGatewayServiceStatusCodeDraining || !composition.Ends(tx, s, c.Clock.Now()) {
		return nil
	}
	return c.Store.Update(func(tx *store.Tx) error {
		c.loop.Causes(tx, owner)
		if s := express.Find(tx, owner); s != nil && composition.Ends(tx, s, c.Clock.Now()) {
			express.End(tx, s, c.Clock.Now())
		}
		return nil
	})
}
