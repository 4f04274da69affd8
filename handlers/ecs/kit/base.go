// Package kit has what all parts of the ECS API need: what they work on, the cluster that a
// request names, pages, tags, identifiers and errors.
package kit

import (
	"context"
	"time"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/state"
)

// Base is what all parts of the API work on.
type Base struct {
	// Store has the rows.
	Store *state.Store
	// Now is the emulator's clock.
	Now func() time.Time
	// NoDefaultCluster makes no cluster that was not asked for.
	NoDefaultCluster bool
	// StrictRoles refuses roles that do not exist or do not trust ECS.
	StrictRoles bool
}

// Scope is the account and region of a call. The first call in each makes the
// default cluster, with both Fargate capacity providers, because most local
// set-ups expect it. Source: that AWS makes it on first use is documented; that it
// comes with the providers is the emulator's convenience, without which it is an account
// where nobody has made it yet.
func (b *Base) Scope(ctx context.Context) (arn.Scope, error) {
	scope := awsapi.FromContext(ctx).Scope()
	if b.NoDefaultCluster || state.FindCluster(b.Store.Read(), scope.Cluster(DefaultCluster)) != nil {
		return scope, nil
	}
	return scope, b.Store.Update(func(tx *state.Tx) error {
		if state.FindCluster(tx, scope.Cluster(DefaultCluster)) == nil {
			PutDefaultCluster(tx, scope, b.Now())
		}
		return nil
	})
}
