package routing

import (
	"net/netip"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/handlers/ec2/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

const (
	oneDestination = "The request must contain exactly one of: destinationCidrBlock, destinationIpv6CidrBlock, destinationPrefixListId"
	oneTarget      = "The request must contain exactly one of gatewayId, localGatewayId, carrierGatewayId, natGatewayId, networkInterfaceId, " +
		"vpcPeeringConnectionId, egressOnlyInternetGatewayId, transitGatewayId, vpcEndpointId, coreNetworkArn or instanceId"
)

// Texts and order of the refusals of routes are from recorded answers (EC20010), unless
// something else is said.
func exactlyOne(text string, given ...bool) error {
	switch n := count(given); n {
	case 0:
		return kit.Refuse("MissingParameter", "%s", text)
	case 1:
		return nil
	default:
		return kit.Refuse("InvalidParameterCombination", "%s", text)
	}
}

func count(given []bool) (n int) {
	for _, is := range given {
		if is {
			n++
		}
	}
	return n
}

// destination is the range that a route is for, as EC2 writes it.
func destination(operation string, v4, v6, list *string) (string, error) {
	if err := exactlyOne(oneDestination, v4 != nil, v6 != nil, list != nil); err != nil {
		return "", err
	}
	if list != nil {
		return "", kit.NotBuilt(operation, "DestinationPrefixListId")
	}
	given, parameter := aws.ToString(v4), "destinationCidrBlock"
	if v6 != nil {
		given, parameter = *v6, "destinationIpv6CidrBlock"
	}
	block, err := netip.ParsePrefix(given)
	if err != nil || block.Addr().Is4() != (v4 != nil) || block.Addr().Is4In6() {
		return "", kit.Refuse("InvalidParameterValue", "Value (%s) for parameter %s is invalid. This is not a valid CIDR block.", given, parameter)
	}
	return block.Masked().String(), nil
}

// otherTargets names what routes cannot lead to here.
func otherTargets(in *sdk.CreateRouteInput) (members []string) {
	for _, other := range []struct {
		member string
		value  *string
	}{
		{"CarrierGatewayId", in.CarrierGatewayId}, {"CoreNetworkArn", in.CoreNetworkArn}, {"EgressOnlyInternetGatewayId", in.EgressOnlyInternetGatewayId},
		{"InstanceId", in.InstanceId}, {"LocalGatewayId", in.LocalGatewayId}, {"NetworkInterfaceId", in.NetworkInterfaceId},
		{"OdbNetworkArn", in.OdbNetworkArn}, {"TransitGatewayId", in.TransitGatewayId}, {"VpcEndpointId", in.VpcEndpointId},
		{"VpcPeeringConnectionId", in.VpcPeeringConnectionId},
	} {
		if other.value != nil {
			members = append(members, other.member)
		}
	}
	return members
}

// leads refuses a route to what is not there, is of another VPC, or is for addresses of the
// VPC itself.
func leads(tx *store.Tx, t *ec2.RouteTable, r ec2.Route) error {
	if r.NATGateway != "" {
		n := ec2.NATGateways.Find(tx, t.Scope, r.NATGateway)
		if n == nil || !n.Lives() {
			return kit.Missing("nat-")(r.NATGateway) // source: field reports
		}
		if n.VPC != t.VPC {
			return otherNetworks(t.ID, "NAT gateway", n.ID) // the text is the emulator's
		}
	} else if err := leadsOut(tx, t, r.Gateway); err != nil {
		return err
	}
	to := netip.MustParsePrefix(r.Destination)
	within := func(whole netip.Prefix) bool { return whole.Contains(to.Addr()) && to.Bits() >= whole.Bits() }
	if slices.ContainsFunc(ec2network.FindVPC(tx, t.Scope, t.VPC).Ranges(), within) {
		return kit.Refuse("InvalidParameterValue", "The destination CIDR block %s is equal to or more specific than one of this VPC's CIDR blocks. "+
			"This route can target only an interface or an instance.", r.Destination)
	}
	return nil
}

// leadsOut refuses what is no internet gateway of a table's VPC.
func leadsOut(tx *store.Tx, t *ec2.RouteTable, id string) error {
	if strings.HasPrefix(id, "vgw-") || strings.HasPrefix(id, "vpce-") {
		return kit.NotBuilt("routes", "virtual private gateways and endpoints as GatewayId")
	}
	g := ec2.InternetGateways.Find(tx, t.Scope, id)
	if g == nil {
		return noGateway(id)
	}
	if g.VPC != t.VPC {
		return otherNetworks(t.ID, "network gateway", g.ID)
	}
	return nil
}

func noGateway(id string) error {
	return kit.Refuse("InvalidGatewayID.NotFound", "The gateway ID '%s' does not exist", id)
}
