package kit

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/state"
)

// DefaultCluster is the cluster of requests that name none.
const DefaultCluster = "default"

// PutDefaultCluster makes the default cluster, and the role that is linked to ECS.
func PutDefaultCluster(tx *state.Tx, scope arn.Scope, now time.Time) {
	state.PutCluster(tx, NewDefaultCluster(scope, now))
	EnsureRole(tx, scope, now)
}

// NewDefaultCluster is a default cluster as it is at first.
func NewDefaultCluster(scope arn.Scope, now time.Time) *state.Cluster {
	return &state.Cluster{
		ARN: scope.Cluster(DefaultCluster), Name: DefaultCluster, Status: state.ClusterActive, CreatedAt: now,
		Settings:          []types.ClusterSetting{{Name: types.ClusterSettingNameContainerInsights, Value: aws.String("disabled")}},
		CapacityProviders: []string{state.ProviderFargate, state.ProviderFargateSpot},
	}
}
