package ec2

import (
	"context"
	"net/netip"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/ecs-emulator/ecs-emulator/emulator/arn"
	"github.com/ecs-emulator/ecs-emulator/emulator/ec2"
	"github.com/ecs-emulator/ecs-emulator/emulator/state"
)

// local is the target of the routes within a VPC.
const local = "local"

// routesOf are the local route of a table, those that somebody made, and those of gateway
// endpoints. Source: VPC user guide, route tables; recorded answers (EC20010).
func routesOf(tx *state.Tx, t *ec2.RouteTable) []types.Route {
	routes := []types.Route{{
		DestinationCidrBlock: aws.String(tx.VPC(t.Scope, t.VPC).CIDR), GatewayId: aws.String(local),
		Origin: types.RouteOriginCreateRouteTable, State: types.RouteStateActive,
	}}
	for _, r := range t.Routes {
		route := types.Route{
			GatewayId: optional(r.Gateway), NatGatewayId: optional(r.NATGateway), Origin: types.RouteOriginCreateRoute, State: routeState(tx, t, r),
		}
		if strings.Contains(r.Destination, ":") {
			route.DestinationIpv6CidrBlock = &r.Destination
		} else {
			route.DestinationCidrBlock = &r.Destination
		}
		routes = append(routes, route)
	}
	for _, e := range ec2.VPCEndpoints(tx, t.Scope) {
		if slices.Contains(e.RouteTables, t.ID) {
			list := prefixListOf(t.Scope, e.Service)
			routes = append(routes, types.Route{
				DestinationPrefixListId: list.PrefixListId, GatewayId: &e.ID, Origin: types.RouteOriginCreateRoute, State: types.RouteStateActive,
			})
		}
	}
	return routes
}

// routeState is a black hole where what a route leads to is not there (EC20010).
func routeState(tx *state.Tx, t *ec2.RouteTable, r ec2.Route) types.RouteState {
	active := false
	if r.NATGateway != "" {
		n := ec2.FindNATGateway(tx, t.Scope, r.NATGateway)
		active = n != nil && n.Lives()
	} else {
		g := ec2.FindInternetGateway(tx, t.Scope, r.Gateway)
		active = g != nil && g.VPC == t.VPC
	}
	if active {
		return types.RouteStateActive
	}
	return types.RouteStateBlackhole
}

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
		return refuse("MissingParameter", "%s", text)
	case 1:
		return nil
	default:
		return refuse("InvalidParameterCombination", "%s", text)
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
		return "", notBuilt(operation, "DestinationPrefixListId")
	}
	given, parameter := aws.ToString(v4), "destinationCidrBlock"
	if v6 != nil {
		given, parameter = *v6, "destinationIpv6CidrBlock"
	}
	block, err := netip.ParsePrefix(given)
	if err != nil || block.Addr().Is4() != (v4 != nil) || block.Addr().Is4In6() {
		return "", refuse("InvalidParameterValue", "Value (%s) for parameter %s is invalid. This is not a valid CIDR block.", given, parameter)
	}
	return block.Masked().String(), nil
}

// CreateRoute makes a route. One that is there already is made again (EC20010).
func (a *API) CreateRoute(ctx context.Context, in *sdk.CreateRouteInput) (*sdk.CreateRouteOutput, error) {
	to, err := destination("CreateRoute", in.DestinationCidrBlock, in.DestinationIpv6CidrBlock, in.DestinationPrefixListId)
	if err != nil {
		return nil, err
	}
	others := otherTargets(in)
	if err := exactlyOne(oneTarget, in.GatewayId != nil, in.NatGatewayId != nil, len(others) == 1, len(others) > 1, len(others) > 1); err != nil {
		return nil, err
	}
	if len(others) > 0 {
		return nil, notBuilt("CreateRoute", others[0])
	}
	err = a.changeRoutes(scopeOf(ctx), in.RouteTableId, func(tx *state.Tx, t *ec2.RouteTable) error {
		r := ec2.Route{Destination: to, Gateway: aws.ToString(in.GatewayId), NATGateway: aws.ToString(in.NatGatewayId)}
		if err := leads(tx, t, r); err != nil {
			return err
		}
		switch i := routeTo(t, to); {
		case i < 0:
			t.Routes = append(t.Routes, r)
		case t.Routes[i] != r:
			return refuse("RouteAlreadyExists", "The route identified by %s already exists.", to)
		}
		return nil
	})
	return &sdk.CreateRouteOutput{Return: aws.Bool(err == nil)}, err
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

// ReplaceRoute has a route lead to something else.
func (a *API) ReplaceRoute(ctx context.Context, in *sdk.ReplaceRouteInput) (*sdk.ReplaceRouteOutput, error) {
	to, err := destination("ReplaceRoute", in.DestinationCidrBlock, in.DestinationIpv6CidrBlock, in.DestinationPrefixListId)
	if err != nil {
		return nil, err
	}
	others := otherTargets(&sdk.CreateRouteInput{
		CarrierGatewayId: in.CarrierGatewayId, CoreNetworkArn: in.CoreNetworkArn, EgressOnlyInternetGatewayId: in.EgressOnlyInternetGatewayId,
		InstanceId: in.InstanceId, LocalGatewayId: in.LocalGatewayId, NetworkInterfaceId: in.NetworkInterfaceId, OdbNetworkArn: in.OdbNetworkArn,
		TransitGatewayId: in.TransitGatewayId, VpcEndpointId: in.VpcEndpointId, VpcPeeringConnectionId: in.VpcPeeringConnectionId,
	})
	toVPC := aws.ToBool(in.LocalTarget)
	err = exactlyOne(oneTarget+", or must have localTarget set to true",
		in.GatewayId != nil, in.NatGatewayId != nil, toVPC, len(others) == 1, len(others) > 1, len(others) > 1)
	if err != nil {
		return nil, err
	}
	if len(others) > 0 {
		return nil, notBuilt("ReplaceRoute", others[0])
	}
	err = a.changeRoutes(scopeOf(ctx), in.RouteTableId, func(tx *state.Tx, t *ec2.RouteTable) error {
		if toVPC { // which a local route always does here
			if tx.VPC(t.Scope, t.VPC).CIDR != to {
				return refuse("InvalidParameterValue", "local-target only allowed with network local destination CIDRs")
			}
			return nil
		}
		r := ec2.Route{Destination: to, Gateway: aws.ToString(in.GatewayId), NATGateway: aws.ToString(in.NatGatewayId)}
		if err := leads(tx, t, r); err != nil {
			return err
		}
		i := routeTo(t, to)
		if i < 0 {
			return refuse("InvalidParameterValue", "There is no route defined for '%s' in the route table. Use CreateRoute instead.", to)
		}
		t.Routes[i] = r
		return nil
	})
	return &sdk.ReplaceRouteOutput{}, err
}

// DeleteRoute removes a route that somebody made.
func (a *API) DeleteRoute(ctx context.Context, in *sdk.DeleteRouteInput) (*sdk.DeleteRouteOutput, error) {
	to, err := destination("DeleteRoute", in.DestinationCidrBlock, in.DestinationIpv6CidrBlock, in.DestinationPrefixListId)
	if err != nil {
		return nil, err
	}
	err = a.changeRoutes(scopeOf(ctx), in.RouteTableId, func(tx *state.Tx, t *ec2.RouteTable) error {
		if tx.VPC(t.Scope, t.VPC).CIDR == to {
			return refuse("InvalidParameterValue", "cannot remove local route %s in route table %s", to, t.ID)
		}
		i := routeTo(t, to)
		if i < 0 {
			parameter := "destination-cidr-block"
			if in.DestinationIpv6CidrBlock != nil {
				parameter = "destination-ipv6-cidr-block"
			}
			return refuse("InvalidRoute.NotFound", "no route with %s %s in route table %s", parameter, to, t.ID)
		}
		t.Routes = slices.Delete(t.Routes, i, i+1)
		return nil
	})
	return &sdk.DeleteRouteOutput{}, err
}

// changeRoutes changes a copy of a route table, whose routes may be changed in place.
func (a *API) changeRoutes(scope arn.Scope, id *string, change func(tx *state.Tx, t *ec2.RouteTable) error) error {
	return a.store.Update(func(tx *state.Tx) error {
		t, err := named(tx, scope, "routeTableId", id, "rtb-", ec2.FindRouteTable)
		if err != nil {
			return err
		}
		changed := *t
		changed.Routes = slices.Clone(t.Routes)
		if err := change(tx, &changed); err != nil {
			return err
		}
		ec2.PutRouteTable(tx, &changed)
		return nil
	})
}

func routeTo(t *ec2.RouteTable, destination string) int {
	return slices.IndexFunc(t.Routes, func(r ec2.Route) bool { return r.Destination == destination })
}

// leads refuses a route to what is not there, is of another VPC, or is for addresses of the
// VPC itself.
func leads(tx *state.Tx, t *ec2.RouteTable, r ec2.Route) error {
	if r.NATGateway != "" {
		n := ec2.FindNATGateway(tx, t.Scope, r.NATGateway)
		if n == nil || !n.Lives() {
			return missing("nat-")(r.NATGateway) // source: field reports
		}
		if n.VPC != t.VPC {
			return otherNetworks(t.ID, "NAT gateway", n.ID) // the text is the emulator's
		}
	} else if err := leadsOut(tx, t, r.Gateway); err != nil {
		return err
	}
	to, within := netip.MustParsePrefix(r.Destination), netip.MustParsePrefix(tx.VPC(t.Scope, t.VPC).CIDR)
	if within.Contains(to.Addr()) && to.Bits() >= within.Bits() {
		return refuse("InvalidParameterValue", "The destination CIDR block %s is equal to or more specific than one of this VPC's CIDR blocks. "+
			"This route can target only an interface or an instance.", r.Destination)
	}
	return nil
}

// leadsOut refuses what is no internet gateway of a table's VPC.
func leadsOut(tx *state.Tx, t *ec2.RouteTable, id string) error {
	if strings.HasPrefix(id, "vgw-") || strings.HasPrefix(id, "vpce-") {
		return notBuilt("routes", "virtual private gateways and endpoints as GatewayId")
	}
	g := ec2.FindInternetGateway(tx, t.Scope, id)
	if g == nil {
		return noGateway(id)
	}
	if g.VPC != t.VPC {
		return otherNetworks(t.ID, "network gateway", g.ID)
	}
	return nil
}

func noGateway(id string) error {
	return refuse("InvalidGatewayID.NotFound", "The gateway ID '%s' does not exist", id)
}
