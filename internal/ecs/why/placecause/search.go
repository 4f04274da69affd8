// Package placecause finds why tasks have no place: what each container instance lacks, and what capacity providers do
// about it.
package placecause

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/placement"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/observe"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state/taskdefinition"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/task"
)

// Search is what a task finds on the container instances of a cluster.
type Search struct {
	Cluster *state.Cluster
	// Provider is the name of the capacity provider on whose instances alone the task may be; empty: on any of the cluster.
	Provider string
	// External: only an external instance may have it.
	External bool
	// Daemon: each container instance that suits is to have one. Findings has those that have no place for it.
	Daemon bool
	// Findings has each container instance of the launch type and capacity provider that is registered.
	Findings []placement.Finding
}

// HasPlace reports whether a container instance has a place.
func (s Search) HasPlace() bool {
	return slices.ContainsFunc(s.Findings, func(f placement.Finding) bool { return f.Reason == "" })
}

// OfGeneration looks for a place for one more task of a generation of a service, on the instances of each of its capacity
// providers. It is empty on Fargate, and where the task definition is gone. It looks as the service scheduler does, and
// changes nothing.
func OfGeneration(in *observe.Input, tx *store.Tx, g *state.Generation) (searches []Search) {
	if in.Instances == nil || !observe.OnInstances(g) {
		return nil
	}
	cluster := state.Clusters.Get(tx, in.Service.ClusterARN)
	for _, provider := range providersOf(g) {
		demand := in.Instances.DemandOf(g, provider)
		if demand == nil {
			continue
		}
		search := Search{
			Cluster: cluster, Provider: provider, External: g.Revision.LaunchType == types.LaunchTypeExternal,
			Daemon: in.Service.SchedulingStrategy == types.SchedulingStrategyDaemon, Findings: in.Instances.Pool().Explain(demand),
		}
		if search.Daemon {
			search.Findings = lacking(in, tx, g, search.Findings)
		}
		if !search.Daemon || len(search.Findings) > 0 {
			searches = append(searches, search)
		}
	}
	return searches
}

func providersOf(g *state.Generation) (names []string) {
	for _, item := range g.Revision.CapacityProviderStrategy {
		names = append(names, aws.ToString(item.CapacityProvider))
	}
	if len(names) == 0 {
		return []string{""}
	}
	return names
}

// OfTask looks for a place for a task that waits, as the placer does. It is nil where the definition or all subnets of the
// task are gone.
func OfTask(tx *store.Tx, t *state.Task) *Search {
	cluster := state.Clusters.Get(tx, t.Spec.ClusterARN)
	definition := taskdefinition.Find(tx, t.Scope(), t.Spec.Family, t.Spec.Revision)
	if cluster == nil || definition == nil || t.Placement.Waiting == nil {
		return nil
	}
	var subnets []*ec2network.Subnet
	for _, id := range t.Placement.Waiting.Subnets {
		if s := ec2network.FindSubnet(tx, t.Scope(), id); s != nil {
			subnets = append(subnets, s)
		}
	}
	if len(subnets) == 0 && len(t.Placement.Waiting.Subnets) > 0 {
		return nil
	}
	pool := placement.NewPool(tx, cluster, placement.NewChance(1))
	observe.ReserveDaemons(tx, pool, cluster.ARN, nil)
	return &Search{Cluster: cluster, Provider: t.Placement.CapacityProvider, Findings: pool.Explain(task.WaitingDemand(t, definition.Definition(), subnets, nil))}
}
