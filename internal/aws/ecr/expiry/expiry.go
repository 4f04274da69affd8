// Package expiry is the controller that deletes, once a day, the images that expire by the lifecycle rules of their
// repositories.
package expiry

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/ecr"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ecr/lifecycle"
	"github.com/ecs-emulator/ecs-emulator/internal/base/clock"
	"github.com/ecs-emulator/ecs-emulator/internal/base/reconcile"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// Options are what the controller works on.
type Options struct {
	Store *store.Store
	Clock *clock.Clock
	Log   *slog.Logger
	Files *ecr.Files
}

// New makes the loop, whose keys name repositories.
func New(o Options) *reconcile.Loop {
	return reconcile.New(reconcile.Options{
		Name: "repository", Clock: o.Clock, Log: o.Log, Watch: o.Store.Watch(0, ecr.OnLifecycle()),
		Reconcile: func(_ context.Context, key string) (wakeAt time.Time, err error) {
			if due := dueOf(o.Store.Read(), key); due.IsZero() || due.After(o.Clock.Now()) {
				return due, nil
			}
			err = o.Store.Update(func(tx *store.Tx) error {
				now := o.Clock.Now().UTC().Truncate(time.Millisecond)
				if due := dueOf(tx, key); due.IsZero() || due.After(now) {
					return nil // it has changed meanwhile
				}
				gone, err := lifecycle.Apply(tx, ecr.Repositories.Get(tx, key), now)
				if err != nil {
					return fmt.Errorf("evaluate lifecycle rules: %w", err)
				}
				o.Files.DiscardAfter(tx, gone)
				return nil
			})
			return dueOf(o.Store.Read(), key), err
		},
	})
}

// dueOf is when the rules of a repository act next; zero: it has none, or is gone.
func dueOf(tx *store.Tx, key string) time.Time {
	if r := ecr.Repositories.Get(tx, key); r != nil {
		return r.LifecycleDue()
	}
	return time.Time{}
}
