package ec2

import (
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// OnInstances wakes a watch with the key of each instance that changes.
func OnInstances() store.Source { return store.OnKeys(instances) }

// OnInstancesOf wakes a watch with what a pure function returns of each instance that changes.
func OnInstancesOf(wakes func(i *Instance) []string) store.Source {
	return store.On(instances, func(before, after *Instance) []string {
		if after == nil {
			after = before
		}
		return wakes(after)
	})
}

// OnInstanceTargets wakes a watch with the key of each instance whose address or state is another:
// see IsInstance.
func OnInstanceTargets() store.Source {
	return store.On(instances, func(before, after *Instance) []string {
		switch {
		case before == nil: // it is no target yet
			return nil
		case after != nil && after.PrivateIP == before.PrivateIP && after.State() == before.State():
			return nil
		}
		return []string{before.Key()}
	})
}

// IsInstance reports whether something is the key of an instance, and no other ARN.
func IsInstance(key string) bool { return strings.Contains(key, ":i-") }

// waitsFor is the value of the index by which a cluster finds the instances whose agents
// have yet to join it.
func (i *Instance) waitsFor() string {
	if i.Agent.Cluster == "" || i.ContainerInstance != "" || i.Reached == types.InstanceStateNameTerminated {
		return ""
	}
	return i.Scope.Cluster(i.Agent.Cluster)
}

// InstancesToJoin returns the keys of instances that have yet to join a cluster.
func InstancesToJoin(tx *store.Tx, clusterARN string) (keys []string) {
	for _, i := range instancesByCluster.List(tx, clusterARN) {
		keys = append(keys, i.Key())
	}
	return keys
}
