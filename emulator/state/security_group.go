package state

import (
	"regexp"

	"github.com/ecs-emulator/ecs-emulator/emulator/arn"
)

// SecurityGroup is a name without effect: traffic is not filtered.
type SecurityGroup struct {
	ID   string
	VPC  string
	Name string
	// MadeUp is as in Subnet.
	MadeUp bool
}

// SecurityGroups returns the security groups of an account and region, without those
// that are made up.
func (tx *Tx) SecurityGroups(scope arn.Scope) []*SecurityGroup {
	_, group := DefaultNetwork(scope)
	return []*SecurityGroup{group}
}

// Source: EC2 user guide, resource ids. AWS takes the second id for malformed (ECS0060).
var (
	securityGroupID = regexp.MustCompile(`^sg-([0-9a-f]{8}|[0-9a-f]{17})$`)
	noSecurityGroup = "sg-00000000000000000"
)

// SecurityGroup returns a security group, which may be one that is made up, or nil.
func (tx *Tx) SecurityGroup(scope arn.Scope, id string) *SecurityGroup {
	_, group := DefaultNetwork(scope)
	switch {
	case id == group.ID:
		return group
	case id == noSecurityGroup || !securityGroupID.MatchString(id):
		return nil
	}
	return &SecurityGroup{ID: id, VPC: DefaultVPC, Name: id, MadeUp: true}
}
