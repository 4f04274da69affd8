package kit

import (
	"slices"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// Exists is the error that there is no resource of an id.
func (b *Base) Exists(tx *store.Tx, scope arn.Scope, id string) error {
	k := KindOf(id)
	if k == nil {
		return &awsapi.Error{Code: "InvalidID", Message: "The ID '" + id + "' is not valid"}
	}
	if !k.exists(b, tx, scope, id) {
		return Missing(k.prefix)(id)
	}
	return nil
}

// found tells whether there is a row.
func found[T any](find func(*store.Tx, arn.Scope, string) *T) func(*Base, *store.Tx, arn.Scope, string) bool {
	return func(_ *Base, tx *store.Tx, scope arn.Scope, id string) bool { return find(tx, scope, id) != nil }
}

func (b *Base) hasSubnet(tx *store.Tx, scope arn.Scope, id string) bool {
	return slices.ContainsFunc(b.Subnets(tx, scope, []string{id}), func(s *ec2network.Subnet) bool { return s.ID == id })
}

func (b *Base) hasGroup(tx *store.Tx, scope arn.Scope, id string) bool {
	return slices.ContainsFunc(b.SecurityGroups(tx, scope, []string{id}), func(g *ec2network.SecurityGroup) bool { return g.ID == id })
}

// findRule returns the group that has a rule, or nil.
func findRule(tx *store.Tx, scope arn.Scope, id string) *ec2network.SecurityGroup {
	return ec2network.First(ec2network.SecurityGroups(tx, scope), func(g *ec2network.SecurityGroup) bool {
		return slices.ContainsFunc(g.Rules, func(r ec2network.SecurityGroupRule) bool { return r.ID == id })
	})
}

func (b *Base) hasInterface(tx *store.Tx, scope arn.Scope, id string) bool {
	return slices.ContainsFunc(state.AllTasks(tx), func(t *state.Task) bool {
		return t.Status.Attachment.NetworkID == id && t.Scope() == scope && HasNetworkInterface(t)
	}) || slices.ContainsFunc(ec2.OwnedInterfaces(tx, scope), func(o ec2.OwnedInterface) bool { return o.ID == id })
}
