// Package controller makes the resources that Express gateway services and gateways have, and removes them, by calls of the emulator's
// own endpoint: as the infrastructure role of an owner, and as ECS itself where that role may not. It takes the steps of owners one by
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
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/gateway/managedresource"
)

// Owners are the owners of one sort, and what decides about them. All fields are required.
type Owners struct {
	Name string // in the log: Express gateway service
	Rows managedresource.Rows
	// Sources wake with the owners of which something has changed.
	Sources func() []store.Source
	// Next are the next steps of an owner, Doubts those that look whether its resources are still there.
	Next, Doubts func(tx *store.Tx, owner string, now time.Time) []managedresource.Step
	// Wakes are the owners whose next steps may be others once an owner's have changed.
	Wakes func(tx *store.Tx, owner string) []string
	// Ends reports whether an owner is over, which End writes.
	Ends func(tx *store.Tx, owner string, now time.Time) bool
	End  func(tx *store.Tx, owner string, now time.Time)
}

// Options are what resources are made with. All fields but Removals are required.
type Options struct {
	Owners
	Store *store.Store
	Clock *clock.Clock
	Log   *slog.Logger
	// Call calls an operation as a role, or without one as ECS itself. The answer goes to out unless that is nil.
	Call func(ctx context.Context, in arn.Scope, role string, op apiclient.Operation, input, out any) error
	// Removals are sources that wake the owners of resources that have been removed, by their IDs: perhaps by users.
	Removals func(owners func(id string) []string) []store.Source
}

// Controller works on owners. Make one with New.
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
	sources := o.Sources()
	if o.Removals != nil {
		sources = append(sources, o.Removals(c.doubt)...)
	}
	c.loop = reconcile.New(reconcile.Options{
		Name: o.Name, Clock: o.Clock, Log: o.Log, Watch: o.Store.Watch(0, sources...), Workers: workers, Reconcile: c.reconcile,
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
	for _, r := range c.Rows.Made(c.Store.Read(), id) {
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
	now := c.Clock.Now()
	for _, s := range c.Doubts(c.Store.Read(), owner, now) {
		if !c.isDoubted(s.Begun.ID) { // what cannot be looked at may have the ID of what can: the ingress of a security group has
			continue
		}
		if err := c.take(ctx, owner, s); err != nil {
			return wake, err
		}
	}
	steps := c.Next(c.Store.Read(), owner, now)
	for _, s := range steps {
		if s.Begun.Due.After(now) {
			continue
		}
		if err := c.begin(ctx, owner, s.Begun.Kind); err != nil {
			return wake, err
		}
	}
	if err := c.end(owner); err != nil {
		return wake, err
	}
	return managedresource.Due(steps, now), nil
}

// begin takes the step of a kind as the rows say it now: others may have changed since it was decided.
func (c *Controller) begin(ctx context.Context, owner string, kind managedresource.Kind) error {
	var step *managedresource.Step
	err := c.Store.Update(func(tx *store.Tx) error {
		c.loop.Causes(tx, owner)
		step = nil
		now := c.Clock.Now()
		for _, s := range c.Next(tx, owner, now) {
			if s.Begun.Kind == kind && !s.Begun.Due.After(now) {
				step = &s
				c.Rows.Put(tx, &s.Begun)
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
	return c.take(ctx, owner, *step)
}

// take makes the call of a step, whose row is written, and writes what has become of it. A call that ends with the emulator is made
// again by the next run.
func (c *Controller) take(ctx context.Context, owner string, s managedresource.Step) error {
	out := s.Out()
	var called error
	if s.Calls() {
		role := s.Begun.Role
		if s.AsECS {
			role = ""
		}
		limited, cancel := context.WithTimeout(ctx, deadline)
		defer cancel()
		called = c.Call(limited, s.Scope, role, s.Op, s.In, out)
		if ctx.Err() != nil {
			return nil
		}
	}
	after := s.Done(c.Clock.Now(), out, called)
	err := c.Store.Update(func(tx *store.Tx) error {
		c.loop.Causes(tx, owner)
		if after == nil {
			c.Rows.Remove(tx, &s.Begun)
			return nil
		}
		c.Rows.Put(tx, after)
		return nil
	})
	if err != nil {
		return fmt.Errorf("write what has become of %s %s: %w", owner, s.Begun.Kind, err)
	}
	c.tell(after)
	for _, other := range c.Wakes(c.Store.Read(), owner) {
		c.loop.Wake(other)
	}
	return nil
}

// tell has the log tell what has failed.
func (c *Controller) tell(r *managedresource.Resource) {
	if r != nil && r.Status == types.ManagedResourceStatusFailed {
		c.Log.Warn("a resource that ECS manages has failed", "of", c.Name, "owner", r.Owner, "resource", r.Kind, "id", r.ID, "reason", r.Reason)
	}
}

// end ends an owner that is over.
func (c *Controller) end(owner string) error {
	if !c.Ends(c.Store.Read(), owner, c.Clock.Now()) {
		return nil
	}
	return c.Store.Update(func(tx *store.Tx) error {
		c.loop.Causes(tx, owner)
		if c.Ends(tx, owner, c.Clock.Now()) {
			c.End(tx, owner, c.Clock.Now())
		}
		return nil
	})
}
