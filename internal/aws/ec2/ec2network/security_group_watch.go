package ec2network

import (
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// SecurityGroupKey tells a security group from those of other accounts and regions, some of
// which have the same id.
func SecurityGroupKey(scope arn.Scope, id string) string { return scope.Prefix() + id }

// PrefixListKey is likewise for prefix lists. None is the key of a security group.
func PrefixListKey(scope arn.Scope, id string) string { return scope.Prefix() + id }

// OnSecurityGroupRemovals wakes what uses a security group that has been removed: users says that, by its id.
func OnSecurityGroupRemovals(users func(id string) []string) store.Source {
	return store.OnRemovals(securityGroups, func(g *SecurityGroup) []string { return users(g.ID) })
}

// WatchSecurityGroups wakes with the key of each security group and each prefix list that
// changes.
func WatchSecurityGroups(s *store.Store) *store.Watch {
	return s.Watch(0, store.OnKeys(securityGroups), store.OnKeys(PrefixLists.Table))
}
