package state

import (
	"reflect"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// DefaultCluster is the cluster of requests that name none.
const DefaultCluster = "default"

// NewDefaultCluster is the cluster default of an account and region as it is at first.
func NewDefaultCluster(scope arn.Scope, now time.Time) *Cluster {
	return &Cluster{
		ARN: scope.Cluster(DefaultCluster), Name: DefaultCluster, Status: ClusterActive, CreatedAt: now,
		Settings:          []types.ClusterSetting{{Name: types.ClusterSettingNameContainerInsights, Value: aws.String("disabled")}},
		CapacityProviders: []string{ProviderFargate, ProviderFargateSpot},
	}
}

// Unused reports whether a cluster is the default cluster as the emulator made it, and nothing has happened in it: the
// first request that names no cluster makes one in its account and region, also if it only asks what there is.
func (c *Cluster) Unused(tx *store.Tx) bool {
	return reflect.DeepEqual(c, NewDefaultCluster(c.Scope(), c.CreatedAt)) &&
		len(Tasks(tx, c)) == 0 && len(Services(tx, c)) == 0 && len(ContainerInstances(tx, c)) == 0
}
