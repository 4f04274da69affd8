package ec2network

import (
	"crypto/sha256"
	"fmt"
	"slices"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/lazyregexp"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

var (
	securityGroups      = store.NewTable("security-group", func(g *SecurityGroup) string { return g.Scope.Prefix() + g.ID })
	securityGroupsOfVPC = securityGroups.Index(func(g *SecurityGroup) string { return g.Scope.Prefix() + g.VPC })
)

// SecurityGroup is a set of rules about the traffic of the network interfaces that have it.
type SecurityGroup struct {
	Scope       arn.Scope
	ID          string
	VPC         string
	Name        string // unique in the VPC
	Description string
	// MadeUp is as in Subnet. Such a group lets everything pass, until a request changes its
	// rules.
	MadeUp bool
	Rules  []SecurityGroupRule // in the order in which they were made
}

// SecurityGroupRule lets some traffic into network interfaces of a group, or out of them.
type SecurityGroupRule struct {
	ID     string
	Egress bool
	// Protocol is tcp, udp, icmp, icmpv6, another one's number, or -1 for all.
	Protocol string
	// From and To are the first and the last port; of ICMP, type and code, or -1 for any.
	// Both are -1 where the protocol has none.
	From, To int32
	// One of these is the other side: a range of IPv4 or IPv6, a prefix list, or a security
	// group of the same VPC, which may be the rule's own.
	CIDR, CIDRv6, PrefixList, Group string
	Description                     string
}

const AllProtocols = "-1"

// Same reports whether two rules let the same traffic pass, also with other descriptions.
func (r SecurityGroupRule) Same(other SecurityGroupRule) bool {
	r.ID, r.Description = other.ID, other.Description
	return r == other
}

// everything is a rule for all traffic of IPv4.
func everything(id string, egress bool) SecurityGroupRule {
	return SecurityGroupRule{ID: id, Egress: egress, Protocol: AllProtocols, From: -1, To: -1, CIDR: "0.0.0.0/0"}
}

// NewDefaultGroup makes the default security group of a VPC: its members reach each other
// and everything else. Source: VPC user guide, default security groups.
func NewDefaultGroup(vpc, id string) *SecurityGroup {
	among := everything(ruleOf(id, 1), false)
	among.CIDR, among.Group = "", id
	return &SecurityGroup{
		ID: id, VPC: vpc, Name: DefaultGroupName, Description: "default VPC security group",
		Rules: []SecurityGroupRule{among, everything(ruleOf(id, 2), true)},
	}
}

// NewSecurityGroup makes a group that lets everything out and nothing in. Source:
// EC2 API reference, CreateSecurityGroup.
func NewSecurityGroup(vpc, name, description string) *SecurityGroup {
	id := NewNetworkID("sg-")
	return &SecurityGroup{ID: id, VPC: vpc, Name: name, Description: description, Rules: []SecurityGroupRule{everything(ruleOf(id, 2), true)}}
}

// DefaultGroupName is the name that no other group has.
const DefaultGroupName = "default"

// ruleOf is the id of the n-th rule that comes with a group, the same each time.
func ruleOf(group string, n int) string {
	sum := sha256.Sum256([]byte(group))
	return fmt.Sprintf("sgr-0%x%02d", sum[:7], n)
}

func NewRuleID() string { return "sgr-0" + arn.NewID()[:16] }

// SecurityGroups returns the security groups of an account and region by id, without those
// that are made up.
func SecurityGroups(tx *store.Tx, scope arn.Scope) []*SecurityGroup {
	found := []*SecurityGroup{FindSecurityGroup(tx, scope, DefaultSecurityGroup)}
	for _, g := range securityGroups.List(tx, scope.Prefix()) {
		if g.ID != DefaultSecurityGroup && !g.MadeUp {
			found = append(found, g)
		}
	}
	return byID(found, func(g *SecurityGroup) string { return g.ID })
}

// SecurityGroupsOf returns the security groups of a VPC by id, without those that are made
// up.
func SecurityGroupsOf(tx *store.Tx, v *VPC) []*SecurityGroup {
	if !v.Default {
		return securityGroupsOfVPC.List(tx, v.Scope.Prefix()+v.ID)
	}
	return slices.DeleteFunc(SecurityGroups(tx, v.Scope), func(g *SecurityGroup) bool { return g.VPC != v.ID })
}

// DefaultGroupOf returns the default security group of a VPC, or nil if there is no such
// VPC.
func DefaultGroupOf(tx *store.Tx, scope arn.Scope, vpc string) *SecurityGroup {
	if vpc == DefaultVPC {
		return FindSecurityGroup(tx, scope, DefaultSecurityGroup)
	}
	for _, g := range securityGroupsOfVPC.List(tx, scope.Prefix()+vpc) {
		if g.Name == DefaultGroupName {
			return g
		}
	}
	return nil
}

// Source: EC2 user guide, resource ids. AWS takes the second id for malformed (ECS0060).
var (
	securityGroupID = lazyregexp.New(`^sg-([0-9a-f]{8}|[0-9a-f]{17})$`)
	noSecurityGroup = "sg-00000000000000000"
)

// FindSecurityGroup returns a security group, which may be one that is made up, or nil.
func FindSecurityGroup(tx *store.Tx, scope arn.Scope, id string) *SecurityGroup {
	if g := securityGroups.Get(tx, scope.Prefix()+id); g != nil {
		return g
	}
	_, group := DefaultNetwork(scope)
	switch {
	case id == group.ID:
		return group
	case id == noSecurityGroup || ownID(id) || !securityGroupID.MatchString(id):
		return nil
	}
	return &SecurityGroup{
		Scope: scope, ID: id, VPC: DefaultVPC, Name: id, Description: "made up: lets everything pass", MadeUp: true,
		Rules: []SecurityGroupRule{everything(ruleOf(id, 1), false), everything(ruleOf(id, 2), true)},
	}
}

func PutSecurityGroup(tx *store.Tx, g *SecurityGroup) { securityGroups.Put(tx, g) }

// DeleteSecurityGroup removes a security group, its tags and those of its rules.
func DeleteSecurityGroup(tx *store.Tx, g *SecurityGroup) {
	securityGroups.Delete(tx, g)
	SetTags(tx, g.Scope, g.ID, nil)
	for _, r := range g.Rules {
		SetTags(tx, g.Scope, r.ID, nil)
	}
}
