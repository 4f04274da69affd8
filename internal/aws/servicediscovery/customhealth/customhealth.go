// Package customhealth is the controller that gives instances of Cloud Map the custom status that was asked for, when it
// is due.
package customhealth

import (
	"context"
	"log/slog"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/servicediscovery"
	"github.com/ecs-emulator/ecs-emulator/internal/base/clock"
	"github.com/ecs-emulator/ecs-emulator/internal/base/reconcile"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// New makes the loop, whose keys name instances.
func New(s *store.Store, c *clock.Clock, log *slog.Logger) *reconcile.Loop {
	return reconcile.New(reconcile.Options{
		Name: "custom health", Clock: c, Log: log, Watch: s.Watch(0, servicediscovery.OnAskedHealth()),
		Reconcile: func(_ context.Context, key string) (wakeAt time.Time, err error) {
			if due := servicediscovery.HealthDue(s.Read(), key); due.IsZero() || due.After(c.Now()) {
				return due, nil
			}
			return time.Time{}, s.Update(func(tx *store.Tx) error {
				servicediscovery.SettleHealth(tx, key, c.Now())
				return nil
			})
		},
	})
}
