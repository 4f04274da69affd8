// Package capacityprovider has the rules of capacity providers: which container instances belong to them, and what a cluster
// attaches to the Auto Scaling groups of those that have one.
package capacityprovider

import (
	"slices"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/autoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/capacityprovider/managed"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// Of returns the name of the capacity provider to which a container instance of a cluster belongs: the one that manages it, or that of
// the Auto Scaling group of its EC2 instance, if the cluster has it; empty if there is none.
func Of(tx *store.Tx, cluster *state.Cluster, c *state.ContainerInstance) string {
	if i := managed.Find(tx, c.Scope(), c.EC2InstanceID); i != nil {
		return arn.Name(i.Provider)
	}
	instance := ec2.FindInstance(tx, c.Scope(), c.EC2InstanceID)
	if instance == nil {
		return ""
	}
	return OfGroup(tx, cluster, instance.Group)
}

// OfGroup returns the name of the capacity provider of the Auto Scaling group with a name, if the cluster has it.
func OfGroup(tx *store.Tx, cluster *state.Cluster, group string) string {
	g := autoscaling.FindGroup(tx, cluster.Scope(), group)
	if g == nil {
		return ""
	}
	p := ByGroup(tx, g.ARN())
	if p == nil || !slices.Contains(cluster.CapacityProviders, p.Name) {
		return ""
	}
	return p.Name
}

// associate has the container instances of a cluster belong to its capacity providers.
func associate(tx *store.Tx, cluster *state.Cluster, now time.Time) {
	for _, c := range state.ContainerInstances(tx, cluster) {
		if c.Status == state.InstanceInactive {
			continue
		}
		if provider := Of(tx, cluster, c); provider != c.CapacityProvider {
			changed := *c
			changed.CapacityProvider = provider
			state.PutContainerInstance(tx, &changed, now)
		}
	}
}
