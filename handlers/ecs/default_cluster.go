package ecs

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/state"
)

// defaultCluster is the cluster of requests that name none.
const defaultCluster = "default"

// Reset removes everything. If withDefault, it makes the default clusters that there were
// anew, so that a request that has found its own before does not miss it afterwards.
func Reset(tx *state.Tx, now time.Time, withDefault bool) {
	before := tx.AllClusters()
	tx.Reset()
	for _, c := range before {
		if withDefault && c.Name == defaultCluster {
			putDefaultCluster(tx, arn.ScopeOf(c.ARN), now)
		}
	}
}

func putDefaultCluster(tx *state.Tx, scope arn.Scope, now time.Time) {
	tx.PutCluster(newDefaultCluster(scope, now))
	ensureRole(tx, scope, now)
}

func newDefaultCluster(scope arn.Scope, now time.Time) *state.Cluster {
	return &state.Cluster{
		ARN: scope.Cluster(defaultCluster), Name: defaultCluster, Status: state.ClusterActive, CreatedAt: now,
		Settings:          []types.ClusterSetting{{Name: types.ClusterSettingNameContainerInsights, Value: aws.String("disabled")}},
		CapacityProviders: []string{state.ProviderFargate, state.ProviderFargateSpot},
	}
}
