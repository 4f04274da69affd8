package capacityprovider

import (
	"slices"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

var (
	// Providers are the capacity providers of accounts and regions, by their names, INACTIVE ones included.
	Providers = store.NewScoped("capacity-provider", arn.Scope.CapacityProvider, func(p *Provider) string { return p.ARN })

	providersByGroup  = Providers.Index((*Provider).activeGroup)
	inactiveProviders = Providers.Ages(func(p *Provider) time.Time { return p.InactiveAt })
)

// Provider is a capacity provider that a user has made: one of an Auto Scaling group, or of managed instances.
// FARGATE and FARGATE_SPOT exist always and have no row. Handlers write all of it, but for the end of one of managed instances.
type Provider struct {
	ARN, Name string
	Type      types.CapacityProviderType
	// Cluster is the name of the cluster to which the provider belongs; empty for one of an Auto
	// Scaling group, which belongs to the account and region.
	Cluster            string
	Status             types.CapacityProviderStatus
	UpdateStatus       types.CapacityProviderUpdateStatus
	UpdateStatusReason string
	CreatedAt          time.Time
	InactiveAt         time.Time // zero while it is ACTIVE

	// GroupARN and Group, its name, are of the Auto Scaling group. They never change.
	GroupARN, Group string
	// ManagedScaling has all its members, defaults included.
	ManagedScaling        types.ManagedScaling
	TerminationProtection types.ManagedTerminationProtection
	Draining              types.ManagedDraining
	// Managed is what a provider of managed instances was asked for, without what has defaults; nil of one of a group.
	Managed *types.ManagedInstancesProvider
	Tags    []types.Tag
}

// Scope is the account and region of the capacity provider.
func (p *Provider) Scope() arn.Scope { return arn.ScopeOf(p.ARN) }

// Active reports whether the capacity provider can be used.
func (p *Provider) Active() bool {
	return p != nil && p.Status == types.CapacityProviderStatusActive
}

// Scales reports whether ECS sets the desired capacity of the group.
func (p *Provider) Scales() bool {
	return p != nil && p.ManagedScaling.Status == types.ManagedScalingStatusEnabled
}

// Awaited reports whether tasks wait for instances of the provider: where ECS launches them, or sets the desired capacity.
func (p *Provider) Awaited() bool { return p.Scales() || p != nil && p.Managed != nil }

// Protects reports whether ECS protects instances with tasks from scale in.
func (p *Provider) Protects() bool {
	return p != nil && p.TerminationProtection == types.ManagedTerminationProtectionEnabled
}

// Drains reports whether ECS drains instances before the group terminates them.
func (p *Provider) Drains() bool {
	return p != nil && p.Draining == types.ManagedDrainingEnabled
}

// activeGroup is the value of the index by which a group finds its provider.
func (p *Provider) activeGroup() string {
	if !p.Active() {
		return ""
	}
	return p.GroupARN
}

// ByGroup returns the ACTIVE capacity provider of an Auto Scaling group, by the
// ARN of the group, or nil. A group has one at most; one that is made again is another group.
func ByGroup(tx *store.Tx, groupARN string) *Provider {
	for _, p := range providersByGroup.List(tx, groupARN) {
		return p
	}
	return nil
}

// Forget removes those that are INACTIVE since before a time.
func Forget(tx *store.Tx, before time.Time) { inactiveProviders.Forget(tx, before) }

// On wakes a watch with what a change of a capacity provider concerns; see
// [store.On].
func On(wakes func(before, after *Provider) []string) store.Source {
	return store.On(Providers.Table, wakes)
}

// ClustersWith returns the ACTIVE clusters with which a capacity provider is associated. With
// managed scaling it is one at most.
func ClustersWith(tx *store.Tx, p *Provider) (with []*state.Cluster) {
	for _, c := range state.Clusters.List(tx, p.Scope()) {
		if c.Active() && slices.Contains(c.CapacityProviders, p.Name) {
			with = append(with, c)
		}
	}
	return with
}
