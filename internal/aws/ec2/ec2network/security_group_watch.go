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

// WatchSecurityGroups wakes with the key of each security group and each prefix list that
// changes.
func WatchSecurityGroups(s *store.Store) *store.Watch {
	return s.Watch(0, store.OnKeys(securityGroups), store.OnKeys(PrefixLists.Table))
}
