package ecs

import (
	"context"

	"github.com/ecs-emulator/ecs-emulator/internal/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/state"
)

// inCluster is where most operations act: in an ACTIVE cluster of the caller's, as a
// transaction sees it.
type inCluster struct {
	*state.Tx
	scope   arn.Scope
	cluster *state.Cluster
}

// readIn is the bracket of an operation that looks into the cluster that ref names.
func (a *API) readIn(ctx context.Context, ref *string) (inCluster, error) {
	scope, err := a.scope(ctx)
	if err != nil {
		return inCluster{}, err
	}
	return enter(a.store.Read(), scope, ref)
}

// updateIn is the bracket of an operation that changes something in the cluster that ref
// names, in one transaction.
func (a *API) updateIn(ctx context.Context, ref *string, change func(c inCluster) error) error {
	scope, err := a.scope(ctx)
	if err != nil {
		return err
	}
	return a.store.Update(func(tx *state.Tx) error {
		c, err := enter(tx, scope, ref)
		if err != nil {
			return err
		}
		return change(c)
	})
}

func enter(tx *state.Tx, scope arn.Scope, ref *string) (inCluster, error) {
	cluster, err := activeCluster(tx, scope, ref)
	return inCluster{tx, scope, cluster}, err
}
