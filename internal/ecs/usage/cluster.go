package usage

import (
	"maps"
	"slices"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch/metric"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatch/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// instanceCluster is a cluster with container instances, the only kind that has metrics of its own.
// Source: ECS developer guide, cluster reservation and cluster utilization.
type instanceCluster struct {
	*state.Cluster
	cpu, memory, gpus             float64 // that instances have registered
	cpuTaken, memTaken, gpusTaken float64 // that tasks reserve of it
	instances                     map[string]bool
}

// instanceClusters are those that have an instance which is ACTIVE or DRAINING.
func instanceClusters(tx *store.Tx) (all []*instanceCluster) {
	for _, c := range state.Clusters.All(tx) {
		if state.FindClusterSummary(tx, c.ARN).ContainerInstances == 0 {
			continue
		}
		of := &instanceCluster{Cluster: c, instances: map[string]bool{}}
		for _, i := range state.ContainerInstances(tx, c) {
			if i.Status == state.InstanceActive || i.Status == state.InstanceDraining {
				of.add(i, state.FindInstanceUsage(tx, i.ARN))
			}
		}
		if len(of.instances) > 0 {
			all = append(all, of)
		}
	}
	return all
}

func (c *instanceCluster) add(i *state.ContainerInstance, u *state.InstanceUsage) {
	c.instances[i.ARN] = true
	c.cpu += float64(i.Registered.CPU)
	c.memory += float64(i.Registered.Memory)
	c.gpus += float64(len(i.Registered.GPUs))
	c.cpuTaken += float64(u.CPU)
	c.memTaken += float64(u.Memory)
	c.gpusTaken += float64(len(u.GPUs))
}

// minute are the data of a minute: one sample for the cluster, which is the emulator's choice. What tasks use is told while
// one runs there.
func (c *instanceCluster) minute(from samples, at time.Time) (data []metric.Datum) {
	add := func(name string, part, whole float64) {
		if whole > 0 {
			data = append(data, metric.Datum{
				ID:   metric.New(c.Scope(), NamespaceECS, name, "ClusterName", c.Name),
				Unit: types.StandardUnitPercent, At: at, Values: []float64{100 * part / whole},
			})
		}
	}
	add(CPUReservation, c.cpuTaken, c.cpu)
	add(MemoryReservation, c.memTaken, c.memory)
	add(GPUReservation, c.gpusTaken, c.gpus)
	var cpu, memory float64
	running := false
	for _, task := range slices.Sorted(maps.Keys(from)) { // sums of fractions depend on the order
		of := from[task]
		if c.instances[of.task.Placement.ContainerInstance] {
			cpu, memory, running = cpu+of.cpu, memory+of.memory, true
		}
	}
	if running {
		add(CPUUtilization, cpu, c.cpu)
		add(MemoryUtilization, memory, c.memory)
	}
	return data
}
