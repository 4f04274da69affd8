package state

import (
	"slices"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

var (
	// CapacityProviders are the capacity providers of accounts and regions, by their names, INACTIVE ones included.
	CapacityProviders = store.NewScoped("capacity-provider", arn.Scope.CapacityProvider, func(p *CapacityProvider) string { return p.ARN })

	capacityProvidersByGroup = CapacityProviders.Index((*CapacityProvider).activeGroup)
	inactiveProviders        = CapacityProviders.Ages(func(p *CapacityProvider) time.Time { return p.InactiveAt })
)

// CapacityProvider is a capacity provider that a user has made: one of an Auto Scaling group.
// FARGATE and FARGATE_SPOT exist always and have no row. Handlers write all of it.
type CapacityProvider struct {
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
	Tags                  []types.Tag
}

// Scope is the account and region of the capacity provider.
func (p *CapacityProvider) Scope() arn.Scope { return arn.ScopeOf(p.ARN) }

// Active reports whether the capacity provider can be used.
func (p *CapacityProvider) Active() bool {
	return p != nil && p.Status == types.CapacityProviderStatusActive
}

// Scales reports whether ECS sets the desired capacity of the group. Tasks wait for instances
// of such a provider.
func (p *CapacityProvider) Scales() bool {
	return p != nil && p.ManagedScaling.Status == types.ManagedScalingStatusEnabled
}

// Protects reports whether ECS protects instances with tasks from scale in.
func (p *CapacityProvider) Protects() bool {
	return p != nil && p.TerminationProtection == types.ManagedTerminationProtectionEnabled
}

// Drains reports whether ECS drains instances before the group terminates them.
func (p *CapacityProvider) Drains() bool {
	return p != nil && p.Draining == types.ManagedDrainingEnabled
}

// activeGroup is the value of the index by which a group finds its provider.
func (p *CapacityProvider) activeGroup() string {
	if !p.Active() {
		return ""
	}
	return p.GroupARN
}

// CapacityProviderOfGroup returns the ACTIVE capacity provider of an Auto Scaling group, by the
// ARN of the group, or nil. A group has one at most; one that is made again is another group.
func CapacityProviderOfGroup(tx *store.Tx, groupARN string) *CapacityProvider {
	for _, p := range capacityProvidersByGroup.List(tx, groupARN) {
		return p
	}
	return nil
}

// ForgetCapacityProviders removes those that are INACTIVE since before a time.
func ForgetCapacityProviders(tx *store.Tx, before time.Time) { inactiveProviders.Forget(tx, before) }

// OnCapacityProviders wakes a watch with what a change of a capacity provider concerns; see
// [store.On].
func OnCapacityProviders(wakes func(before, after *CapacityProvider) []string) store.Source {
	return store.On(CapacityProviders.Table, wakes)
}

// ClustersWith returns the ACTIVE clusters with which a capacity provider is associated. With
// managed scaling it is one at most.
func ClustersWith(tx *store.Tx, p *CapacityProvider) (with []*Cluster) {
	for _, c := range Clusters.List(tx, p.Scope()) {
		if c.Active() && slices.Contains(c.CapacityProviders, p.Name) {
			with = append(with, c)
		}
	}
	return with
}
