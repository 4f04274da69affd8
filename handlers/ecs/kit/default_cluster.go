package kit

import (
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// DefaultCluster is the cluster of requests that name none.
const DefaultCluster = state.DefaultCluster

// PutDefaultCluster makes the default cluster, and the role that is linked to ECS.
func PutDefaultCluster(tx *store.Tx, scope arn.Scope, now time.Time) {
	putDefaultCluster(tx, scope, now)
	EnsureRole(tx, scope, now)
}

func putDefaultCluster(tx *store.Tx, scope arn.Scope, now time.Time) {
	state.Clusters.Put(tx, state.NewDefaultCluster(scope, now))
}

// NeedCluster makes the default cluster, with both Fargate capacity providers, if a request
// refers to it and it has never been there, because most local set-ups expect it. Requests that
// need no cluster make none. Source: that AWS makes it on first use is documented; that it comes
// with the providers is the emulator's convenience. With NoDefaultCluster it must be created.
func (b *Base) NeedCluster(scope arn.Scope, ref *string) error {
	return b.needCluster(scope, ref, PutDefaultCluster)
}

// NeedClusterAlone is NeedCluster for CreateCluster, which makes the role that is linked to ECS as its caller.
func (b *Base) NeedClusterAlone(scope arn.Scope, ref *string) error {
	return b.needCluster(scope, ref, putDefaultCluster)
}

func (b *Base) needCluster(scope arn.Scope, ref *string, put func(tx *store.Tx, scope arn.Scope, now time.Time)) error {
	id, err := ClusterARN(scope, ref)
	if err != nil || id != scope.Cluster(DefaultCluster) || !b.LacksDefaultCluster(b.Store.Read(), scope) {
		return nil // the operation itself refuses a reference that is none
	}
	return b.Store.Update(func(tx *store.Tx) error {
		if b.LacksDefaultCluster(tx, scope) {
			put(tx, scope, b.Now())
		}
		return nil
	})
}

// LacksDefaultCluster reports whether the default cluster is one that the first request which
// needs it makes.
func (b *Base) LacksDefaultCluster(tx *store.Tx, scope arn.Scope) bool {
	return !b.NoDefaultCluster && state.Clusters.Get(tx, scope.Cluster(DefaultCluster)) == nil
}
