// Package autoscaling answers the API of Amazon EC2 Auto Scaling. Handlers write what is
// wanted; the group controller of internal/ecs/capacity launches and terminates instances.
package autoscaling

import (
	"context"
	"time"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/autoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// Options are what the API works on.
type Options struct {
	Store *store.Store
	Now   func() time.Time // the emulator's time
	// StrictVPC knows no subnets that are made up.
	StrictVPC bool
}

// API answers from the store.
type API struct {
	store  *store.Store
	clock  func() time.Time
	strict bool
}

func New(o Options) *API { return &API{store: o.Store, clock: o.Now, strict: o.StrictVPC} }

// now is the time in milliseconds, as Auto Scaling has it.
func (a *API) now() time.Time { return a.clock().UTC().Truncate(time.Millisecond) }

// group returns the group with a name. One that is being deleted with force is no longer
// found by those that change it.
func group(tx *store.Tx, s arn.Scope, name *string) (*autoscaling.Group, error) {
	if g := autoscaling.FindGroup(tx, s, *name); g != nil && !g.ForceDeleted {
		return g, nil
	}
	return nil, noGroup(*name)
}

// change changes a copy of a group and writes it.
func (a *API) change(ctx context.Context, name *string, change func(tx *store.Tx, g *autoscaling.Group) error) error {
	return a.store.Update(func(tx *store.Tx) error {
		found, err := group(tx, awsapi.CallScope(ctx), name)
		if err != nil {
			return err
		}
		changed := *found
		if err := change(tx, &changed); err != nil {
			return err
		}
		autoscaling.PutGroup(tx, &changed)
		return nil
	})
}
