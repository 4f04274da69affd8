// Package suppression releases the actions of composite alarms when a wait for their suppressor, or an extension after it,
// is over.
package suppression

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/clock"
	"github.com/ecs-emulator/ecs-emulator/internal/cloudwatch"
	"github.com/ecs-emulator/ecs-emulator/internal/cloudwatch/alarmstate"
	"github.com/ecs-emulator/ecs-emulator/internal/reconcile"
	"github.com/ecs-emulator/ecs-emulator/internal/state"
)

// Controller releases actions that are suppressed for a time.
type Controller struct {
	Store *state.Store
	Clock *clock.Clock
	Log   *slog.Logger

	once sync.Once
	loop *reconcile.Loop
}

// Run releases actions until ctx ends, and returns its error. It is called once.
func (c *Controller) Run(ctx context.Context) error {
	c.init()
	return c.loop.Run(ctx)
}

// Idle waits until everything is released whose time is over.
func (c *Controller) Idle(ctx context.Context) error {
	c.init()
	return c.loop.Idle(ctx)
}

func (c *Controller) init() {
	c.once.Do(func() {
		c.loop = reconcile.New(reconcile.Options{
			Name: "composite alarm", Clock: c.Clock, Log: c.Log, Watch: c.Store.Watch(0, cloudwatch.OnSuppressions()),
			Reconcile: func(_ context.Context, key string) (time.Time, error) { return c.reconcile(key) },
		})
	})
}

// reconcile releases the actions of a composite alarm, or tells when they are to be.
func (c *Controller) reconcile(key string) (due time.Time, err error) {
	alarm, now := cloudwatch.CompositeByKey(c.Store.Read(), key), c.Clock.Now()
	if alarm == nil || alarm.SuppressedUntil.After(now) {
		if alarm != nil {
			due = alarm.SuppressedUntil
		}
		return due, nil
	}
	return due, c.Store.Update(func(tx *state.Tx) error {
		c.loop.Causes(tx, key)
		if alarm := cloudwatch.CompositeByKey(tx, key); alarm != nil {
			alarmstate.Release(tx, alarm, now)
		}
		return nil
	})
}
