package ec2

import (
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/ecs-emulator/ecs-emulator/emulator/state"
	"github.com/ecs-emulator/ecs-emulator/emulator/store"
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

// waitsFor is the value of the index by which a cluster finds the instances whose agents
// have yet to join it.
func (i *Instance) waitsFor() string {
	if i.Agent.Cluster == "" || i.ContainerInstance != "" || i.Reached == types.InstanceStateNameTerminated {
		return ""
	}
	return i.Scope.Cluster(i.Agent.Cluster)
}

// InstancesToJoin returns the keys of instances that have yet to join a cluster.
func InstancesToJoin(tx *state.Tx, clusterARN string) (keys []string) {
	for _, i := range instancesByCluster.List(rows(tx), clusterARN) {
		keys = append(keys, i.Key())
	}
	return keys
}
