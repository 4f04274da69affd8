package ec2

import (
	"slices"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

var vpcDefaults = store.NewTable("ec2-vpc-defaults", func(d *VPCDefaults) string { return instanceKey(d.Scope, d.VPC) })

// VPCDefaults says that what a VPC has from its beginning is stored: its main route table,
// its default network ACL and, of the default VPC, its internet gateway. Until one of them
// changes they exist without having been stored, with the digits of the VPC's id.
// Source: VPC user guide, default VPCs; recorded answers for what a VPC takes with it.
type VPCDefaults struct {
	Scope arn.Scope
	VPC   string
}

func digits(id string) string { return id[strings.IndexByte(id, '-')+1:] }

// implied are the VPCs whose defaults are not stored.
func implied(tx *store.Tx, scope arn.Scope) (vpcs []string) {
	for _, v := range ec2network.VPCs(tx, scope) {
		if vpcDefaults.Get(tx, instanceKey(scope, v.ID)) == nil {
			vpcs = append(vpcs, v.ID)
		}
	}
	return vpcs
}

// comeWithVPCs are the rows of an account and region that come with VPCs and are not stored.
func comeWithVPCs[R any](tx *store.Tx, scope arn.Scope, of func(scope arn.Scope, vpc string) R) (rows []R) {
	for _, vpc := range implied(tx, scope) {
		rows = append(rows, of(scope, vpc))
	}
	return rows
}

// Without returns a list without an entry, and that entry, nil if there is none.
func Without[E any](all []E, is func(E) bool) ([]E, *E) {
	i := slices.IndexFunc(all, is)
	if i < 0 {
		return all, nil
	}
	return slices.Delete(slices.Clone(all), i, i+1), &all[i]
}

// storeDefaults stores what a VPC has from its beginning, once.
func storeDefaults(tx *store.Tx, scope arn.Scope, vpc string) {
	known := &VPCDefaults{Scope: scope, VPC: vpc}
	if vpcDefaults.Get(tx, instanceKey(scope, vpc)) != nil {
		return
	}
	vpcDefaults.Put(tx, known)
	routeTables.Put(tx, mainRouteTable(scope, vpc))
	networkACLs.Put(tx, defaultNetworkACL(scope, vpc))
	if vpc == ec2network.DefaultVPC {
		internetGateways.Put(tx, defaultInternetGateway(scope))
	}
}

// deleteDefaults removes what a VPC takes with it: its main route table and its default
// network ACL, with their tags.
func deleteDefaults(tx *store.Tx, scope arn.Scope, vpc string) {
	storeDefaults(tx, scope, vpc)
	for _, t := range RouteTables.List(tx, scope) {
		if t.VPC == vpc {
			RouteTables.Delete(tx, t)
		}
	}
	for _, n := range NetworkACLs.List(tx, scope) {
		if n.VPC == vpc {
			NetworkACLs.Delete(tx, n)
		}
	}
	vpcDefaults.Delete(tx, &VPCDefaults{Scope: scope, VPC: vpc})
}

// DeleteSubnet removes a subnet, which is not in use, with its associations with a route
// table and a network ACL. Source: VPC user guide, delete a subnet.
func DeleteSubnet(tx *store.Tx, s *ec2network.Subnet) {
	ec2network.DeleteSubnet(tx, s)
	scope, subnet := s.Scope, s.ID
	for _, t := range RouteTables.List(tx, scope) {
		changed := *t
		var was *RouteTableAssociation
		changed.Associations, was = Without(t.Associations, func(a RouteTableAssociation) bool { return a.Subnet == subnet })
		if was != nil {
			RouteTables.Put(tx, &changed)
		}
	}
	for _, n := range NetworkACLs.List(tx, scope) {
		changed := *n
		var was *NetworkACLAssociation
		changed.Associations, was = Without(n.Associations, func(a NetworkACLAssociation) bool { return a.Subnet == subnet })
		if was != nil {
			NetworkACLs.Put(tx, &changed)
		}
	}
}
