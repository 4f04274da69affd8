// Package suppression releases the actions of composite alarms when a wait for their suppressor, or an extension after it,
// is over.
package suppression

import (
	"context"
	"log/slog"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch/alarmstate"
	"github.com/ecs-emulator/ecs-emulator/internal/base/clock"
	"github.com/ecs-emulator/ecs-emulator/internal/base/reconcile"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

type controller struct {
	*reconcile.Loop
	store *store.Store
	clock *clock.Clock
}

// New makes the loop that releases actions that are suppressed for a time.
func New(s *store.Store, clk *clock.Clock, log *slog.Logger) *reconcile.Loop {
	c := &controller{store: s, clock: clk}
	c.Loop = reconcile.New(reconcile.Options{
		Name: "composite alarm", Clock: clk, Log: log, Watch: s.Watch(0, cloudwatch.OnSuppressions()), Reconcile: c.reconcile,
	})
	return c.Loop
}

// reconcile releases the actions of a composite alarm, or tells when they are to be.
func (c *controller) reconcile(_ context.Context, key string) (due time.Time, err error) {
	alarm, now := cloudwatch.Composites.Get(c.store.Read(), key), c.clock.Now()
	if alarm == nil || alarm.SuppressedUntil.After(now) {
		if alarm != nil {
			due = alarm.SuppressedUntil
		}
		return due, nil
	}
	return due, c.store.Update(func(tx *store.Tx) error {
		c.Causes(tx, key)
		if alarm := cloudwatch.Composites.Get(tx, key); alarm != nil {
			alarmstate.Release(tx, alarm, now)
		}
		return nil
	})
}
