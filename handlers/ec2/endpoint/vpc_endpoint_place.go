package endpoint

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/ecs-emulator/ecs-emulator/handlers/ec2/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// endpointChange is where an endpoint is to be, and no longer to be.
type endpointChange struct {
	addTables, removeTables   []string
	addSubnets, removeSubnets []string
	addGroups, removeGroups   []string
	addresses                 []types.SubnetConfiguration
}

// changeEndpoint changes the place of an endpoint, a copy that is written by the caller.
func (a *API) changeEndpoint(tx *store.Tx, e *ec2.VPCEndpoint, v *ec2network.VPC, c endpointChange) error {
	if e.Type == types.VpcEndpointTypeGateway {
		switch {
		case len(c.addSubnets)+len(c.removeSubnets)+len(c.addresses) > 0: // EC20015
			return kit.Refuse("InvalidParameter", "Subnet IDs are only supported for Interface and GatewayLoadBalancer type VPC Endpoints.")
		case len(c.addGroups)+len(c.removeGroups) > 0 || e.PrivateDNS: // the text is the emulator's
			return kit.Refuse("InvalidParameter", "Gateway endpoints have no security groups and private DNS names.")
		}
		return changeTables(tx, e, c)
	}
	if len(c.addTables)+len(c.removeTables) > 0 {
		return kit.Refuse("InvalidParameter", "Route table IDs are only supported for Gateway type VPC Endpoint.") // EC20015
	}
	if err := a.changeInterfaces(tx, e, c); err != nil {
		return err
	}
	if err := a.changeGroups(tx, e, c); err != nil {
		return err
	}
	return privateDNS(tx, e, v)
}

// changeTables changes the route tables of a gateway endpoint: a table leads to a service by
// one endpoint only.
func changeTables(tx *store.Tx, e *ec2.VPCEndpoint, c endpointChange) error {
	e.RouteTables = slices.DeleteFunc(slices.Clone(e.RouteTables), func(id string) bool { return slices.Contains(c.removeTables, id) })
	for _, id := range c.addTables {
		t, err := kit.Named(tx, e.Scope, "RouteTableId", &id, "rtb-", ec2.RouteTables.Find)
		if err != nil {
			return err
		}
		if t.VPC != e.VPC {
			return kit.Refuse("InvalidParameter", "Route table %s does not belong to VPC %s.", id, e.VPC) // the text is the emulator's
		}
		if slices.Contains(e.RouteTables, id) {
			continue
		}
		for _, other := range ec2.VPCEndpoints.List(tx, e.Scope) {
			if other.ID != e.ID && other.Service == e.Service && slices.Contains(other.RouteTables, id) {
				return kit.Refuse("RouteAlreadyExists", "route table %s already has a route with destination-prefix-list-id %s",
					id, *kit.AWSPrefixListOf(e.Scope, e.Service).PrefixListId)
			}
		}
		e.RouteTables = append(e.RouteTables, id)
	}
	return nil
}

// changeInterfaces changes the subnets of an interface endpoint: one in each zone.
func (a *API) changeInterfaces(tx *store.Tx, e *ec2.VPCEndpoint, c endpointChange) error {
	e.Interfaces = slices.DeleteFunc(slices.Clone(e.Interfaces), func(i ec2.EndpointInterface) bool { return slices.Contains(c.removeSubnets, i.Subnet) })
	zones := map[string]string{} // the subnet in each
	for _, i := range e.Interfaces {
		if s := ec2network.FindSubnet(tx, e.Scope, i.Subnet); s != nil {
			zones[s.Zone] = s.ID
		}
	}
	for _, id := range c.addSubnets {
		s, err := a.NamedSubnet(tx, e.Scope, &id)
		if err != nil {
			return err
		}
		switch other, taken := zones[s.Zone]; {
		case other == s.ID:
			continue
		case s.VPC != e.VPC: // the text is the emulator's
			return kit.Refuse("InvalidParameter", "Subnet %s does not belong to VPC %s.", id, e.VPC)
		case taken:
			return kit.Refuse("DuplicateSubnetsInSameZone", "Found another VPC endpoint subnet in the availability zone of %s", id)
		}
		zones[s.Zone] = s.ID
		ip, err := kit.PrivateAddress(tx, e.Scope, s, addressFor(c.addresses, id))
		if err != nil {
			return err
		}
		if ip == "" {
			return kit.Refuse("InsufficientFreeAddressesInSubnet", "Insufficient free addresses in subnet %s.", id)
		}
		e.Interfaces = append(e.Interfaces, ec2.EndpointInterface{ID: ec2.NewID("eni-"), Subnet: id, PrivateIP: ip})
	}
	return nil
}

// addressFor is the address that a request asks for in a subnet, or nil.
func addressFor(configurations []types.SubnetConfiguration, subnet string) *string {
	for _, c := range configurations {
		if aws.ToString(c.SubnetId) == subnet {
			return c.Ipv4
		}
	}
	return nil
}

// changeGroups changes the security groups of an interface endpoint.
func (a *API) changeGroups(tx *store.Tx, e *ec2.VPCEndpoint, c endpointChange) error {
	e.SecurityGroups = slices.DeleteFunc(slices.Clone(e.SecurityGroups), func(id string) bool { return slices.Contains(c.removeGroups, id) })
	for _, id := range c.addGroups {
		g, err := kit.Named(tx, e.Scope, "SecurityGroupId", &id, "sg-", ec2network.FindSecurityGroup)
		if err != nil {
			return err
		}
		if g.MadeUp && a.Strict {
			return kit.Missing("sg-")(id)
		}
		if g.VPC != e.VPC { // the text is the emulator's
			return kit.Refuse("InvalidParameter", "Security group %s does not belong to VPC %s.", id, e.VPC)
		}
		if !slices.Contains(e.SecurityGroups, id) {
			e.SecurityGroups = append(e.SecurityGroups, id)
		}
	}
	return nil
}
