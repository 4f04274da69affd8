package kit

import (
	"context"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// InCluster is where most operations act: in an ACTIVE cluster of the caller's, as a
// transaction sees it.
type InCluster struct {
	*store.Tx
	Scope   arn.Scope
	Cluster *state.Cluster
}

// ReadIn is the bracket of an operation that looks into the cluster that ref names.
func (b *Base) ReadIn(ctx context.Context, ref *string) (InCluster, error) {
	scope := Scope(ctx)
	if err := b.NeedCluster(scope, ref); err != nil {
		return InCluster{}, err
	}
	return enter(b.Store.Read(), scope, ref)
}

// UpdateIn is the bracket of an operation that changes something in the cluster that ref
// names, in one transaction.
func (b *Base) UpdateIn(ctx context.Context, ref *string, change func(c InCluster) error) error {
	scope := Scope(ctx)
	if err := b.NeedCluster(scope, ref); err != nil {
		return err
	}
	return b.Store.Update(func(tx *store.Tx) error {
		c, err := enter(tx, scope, ref)
		if err != nil {
			return err
		}
		return change(c)
	})
}

func enter(tx *store.Tx, scope arn.Scope, ref *string) (InCluster, error) {
	cluster, err := ActiveCluster(tx, scope, ref)
	return InCluster{tx, scope, cluster}, err
}
