package capacityprovider

import (
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state/taskset"
)

// OfCluster returns the names of a cluster's own providers: managed instances' providers belong to one cluster.
func OfCluster(tx *store.Tx, cluster *state.Cluster) (names []string) {
	for _, name := range cluster.CapacityProviders {
		if p := Providers.Find(tx, cluster.Scope(), name); p != nil && p.Managed != nil {
			names = append(names, name)
		}
	}
	return names
}

// Named returns the names of the others, with which the cluster was associated.
func Named(tx *store.Tx, cluster *state.Cluster) []string {
	own := OfCluster(tx, cluster)
	return slices.DeleteFunc(slices.Clone(cluster.CapacityProviders), func(name string) bool { return slices.Contains(own, name) })
}

// NamedByService reports whether the strategy of a service that is not INACTIVE names a capacity provider.
func NamedByService(tx *store.Tx, cluster *state.Cluster, name string) bool {
	named := func(item types.CapacityProviderStrategyItem) bool {
		return arn.Name(aws.ToString(item.CapacityProvider)) == name
	}
	for _, service := range state.Services(tx, cluster) {
		if service.Status() == state.ServiceInactive {
			continue
		}
		for _, g := range taskset.Generations(tx, service) {
			if slices.ContainsFunc(g.Revision.CapacityProviderStrategy, named) {
				return true
			}
		}
	}
	return false
}

// Join adds a new provider of managed instances to its cluster.
func Join(tx *store.Tx, old *state.Cluster, p *Provider) {
	cluster := *old
	cluster.CapacityProviders = append(slices.Clip(old.CapacityProviders), p.Name)
	state.Clusters.Put(tx, &cluster)
	Providers.Put(tx, p)
}

// End makes a provider of managed instances INACTIVE, whose instances are gone, and removes it from its cluster.
func End(tx *store.Tx, old *Provider, now time.Time) {
	p := *old
	p.Status, p.InactiveAt = types.CapacityProviderStatusInactive, now
	p.UpdateStatus, p.UpdateStatusReason = types.CapacityProviderUpdateStatusDeleteComplete, ""
	Providers.Put(tx, &p)
	if row := state.Clusters.Get(tx, p.Scope().Cluster(p.Cluster)); row != nil && slices.Contains(row.CapacityProviders, p.Name) {
		cluster := *row
		cluster.CapacityProviders = slices.DeleteFunc(slices.Clone(row.CapacityProviders), func(name string) bool { return name == p.Name })
		state.Clusters.Put(tx, &cluster)
	}
}
