package kit

import (
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// ClusterARN turns a name or ARN into an ARN. An ARN of another account, partition or
// service stays as it is, so that nothing is found under it.
func ClusterARN(scope arn.Scope, ref *string) (string, error) {
	name := aws.ToString(ref)
	if name == "" {
		name = DefaultCluster
	}
	if !arn.Is(name) {
		if strings.ContainsAny(name, "/:") {
			return "", errSeparators
		}
		return scope.Cluster(name), nil
	}
	parsed, err := parseARN(scope, name, "cluster")
	if err != nil {
		return "", err
	}
	if len(parsed.Resource) != 1 {
		return "", errSeparators
	}
	return name, nil
}

// KnownCluster returns the cluster that a request refers to, in any status, or ECS's
// error.
func KnownCluster(tx *store.Tx, scope arn.Scope, ref *string) (*state.Cluster, error) {
	id, err := ClusterARN(scope, ref)
	if err != nil {
		return nil, err
	}
	cluster := state.Clusters.Get(tx, id)
	if cluster == nil || arn.ScopeOf(id) != scope {
		return nil, ErrClusterNotFound
	}
	return cluster, nil
}

// ActiveCluster is knownCluster for what INACTIVE clusters cannot do.
func ActiveCluster(tx *store.Tx, scope arn.Scope, ref *string) (*state.Cluster, error) {
	cluster, err := KnownCluster(tx, scope, ref)
	if err == nil && !cluster.Active() {
		return nil, &types.ClusterNotFoundException{Message: aws.String("The referenced cluster was inactive.")}
	}
	return cluster, err
}
