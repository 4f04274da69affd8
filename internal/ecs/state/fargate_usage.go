package state

import (
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// CPUOnFargate is what the tasks of an account and region have of Fargate: the sum over its clusters.
func CPUOnFargate(tx *store.Tx, scope arn.Scope) (sum FargateCPU) {
	for _, c := range clusterSummaries.List(tx, scope.Clusters()) {
		sum.OnDemand += c.FargateCPU.OnDemand
		sum.Spot += c.FargateCPU.Spot
	}
	return sum
}

// OnFreedFargate wakes a watch with the ARN of a cluster of which a task gives back what it had of Fargate.
func OnFreedFargate() store.Source {
	return store.On(clusterSummaries, func(before, after *ClusterSummary) []string {
		if before == nil || after != nil && after.FargateCPU.OnDemand >= before.FargateCPU.OnDemand && after.FargateCPU.Spot >= before.FargateCPU.Spot {
			return nil
		}
		return []string{before.ARN}
	})
}
