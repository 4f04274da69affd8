package ecs

import (
	"time"

	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/iam"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// Reset removes everything but the access keys of root users, which stand in files of users. If withDefault, it makes the default clusters that there were
// anew, so that a request that has found its own before does not miss it afterwards.
func Reset(tx *store.Tx, now time.Time, withDefault bool) {
	before, roots := state.Clusters.All(tx), iam.RootKeys.All(tx)
	tx.Reset()
	for _, k := range roots {
		iam.RootKeys.Put(tx, k)
	}
	for _, c := range before {
		if withDefault && c.Name == kit.DefaultCluster {
			kit.PutDefaultCluster(tx, arn.ScopeOf(c.ARN), now)
		}
	}
}
