package routing

import (
	"context"
	"net/netip"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/ecs-emulator/ecs-emulator/handlers/ec2/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// local is the target of the routes within a VPC.
const local = "local"

// routesOf are the local routes of a table, one for each range of the VPC, those of CreateRoute, and those of gateway
// endpoints. Source: VPC user guide, route tables; recorded answers (EC20010).
func routesOf(tx *store.Tx, t *ec2.RouteTable) []types.Route {
	var routes []types.Route
	for _, within := range ec2network.FindVPC(tx, t.Scope, t.VPC).Ranges() {
		routes = append(routes, types.Route{
			DestinationCidrBlock: aws.String(within.String()), GatewayId: aws.String(local),
			Origin: types.RouteOriginCreateRouteTable, State: types.RouteStateActive,
		})
	}
	for _, r := range t.Routes {
		route := types.Route{
			GatewayId: kit.Optional(r.Gateway), NatGatewayId: kit.Optional(r.NATGateway), Origin: types.RouteOriginCreateRoute, State: routeState(tx, t, r),
		}
		if strings.Contains(r.Destination, ":") {
			route.DestinationIpv6CidrBlock = &r.Destination
		} else {
			route.DestinationCidrBlock = &r.Destination
		}
		routes = append(routes, route)
	}
	for _, e := range ec2.VPCEndpoints.List(tx, t.Scope) {
		if slices.Contains(e.RouteTables, t.ID) {
			list := kit.AWSPrefixListOf(t.Scope, e.Service)
			routes = append(routes, types.Route{
				DestinationPrefixListId: list.PrefixListId, GatewayId: &e.ID, Origin: types.RouteOriginCreateRoute, State: types.RouteStateActive,
			})
		}
	}
	return routes
}

// routeState is a black hole where what a route leads to is not there (EC20010).
func routeState(tx *store.Tx, t *ec2.RouteTable, r ec2.Route) types.RouteState {
	active := false
	if r.NATGateway != "" {
		n := ec2.NATGateways.Find(tx, t.Scope, r.NATGateway)
		active = n != nil && n.Lives()
	} else {
		g := ec2.InternetGateways.Find(tx, t.Scope, r.Gateway)
		active = g != nil && g.VPC == t.VPC
	}
	if active {
		return types.RouteStateActive
	}
	return types.RouteStateBlackhole
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
		return nil, kit.NotBuilt("CreateRoute", others[0])
	}
	err = a.changeRoutes(ctx, in.RouteTableId, func(tx *store.Tx, t *ec2.RouteTable) error {
		r := ec2.Route{Destination: to, Gateway: aws.ToString(in.GatewayId), NATGateway: aws.ToString(in.NatGatewayId)}
		if err := leads(tx, t, r); err != nil {
			return err
		}
		switch i := routeTo(t, to); {
		case i < 0:
			t.Routes = append(t.Routes, r)
		case t.Routes[i] != r:
			return kit.Refuse("RouteAlreadyExists", "The route identified by %s already exists.", to)
		}
		return nil
	})
	return &sdk.CreateRouteOutput{Return: aws.Bool(err == nil)}, err
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
		return nil, kit.NotBuilt("ReplaceRoute", others[0])
	}
	err = a.changeRoutes(ctx, in.RouteTableId, func(tx *store.Tx, t *ec2.RouteTable) error {
		if toVPC { // which a local route always does here
			if !isLocal(tx, t, to) {
				return kit.Refuse("InvalidParameterValue", "local-target only allowed with network local destination CIDRs")
			}
			return nil
		}
		r := ec2.Route{Destination: to, Gateway: aws.ToString(in.GatewayId), NATGateway: aws.ToString(in.NatGatewayId)}
		if err := leads(tx, t, r); err != nil {
			return err
		}
		i := routeTo(t, to)
		if i < 0 {
			return kit.Refuse("InvalidParameterValue", "There is no route defined for '%s' in the route table. Use CreateRoute instead.", to)
		}
		t.Routes[i] = r
		return nil
	})
	return &sdk.ReplaceRouteOutput{}, err
}

// DeleteRoute removes a route that CreateRoute made.
func (a *API) DeleteRoute(ctx context.Context, in *sdk.DeleteRouteInput) (*sdk.DeleteRouteOutput, error) {
	to, err := destination("DeleteRoute", in.DestinationCidrBlock, in.DestinationIpv6CidrBlock, in.DestinationPrefixListId)
	if err != nil {
		return nil, err
	}
	err = a.changeRoutes(ctx, in.RouteTableId, func(tx *store.Tx, t *ec2.RouteTable) error {
		if isLocal(tx, t, to) {
			return kit.Refuse("InvalidParameterValue", "cannot remove local route %s in route table %s", to, t.ID)
		}
		i := routeTo(t, to)
		if i < 0 {
			parameter := "destination-cidr-block"
			if in.DestinationIpv6CidrBlock != nil {
				parameter = "destination-ipv6-cidr-block"
			}
			return kit.Refuse("InvalidRoute.NotFound", "no route with %s %s in route table %s", parameter, to, t.ID)
		}
		t.Routes = slices.Delete(t.Routes, i, i+1)
		return nil
	})
	return &sdk.DeleteRouteOutput{}, err
}

// changeRoutes changes a copy of a route table, whose routes may be changed in place.
func (a *API) changeRoutes(ctx context.Context, id *string, change func(tx *store.Tx, t *ec2.RouteTable) error) error {
	return routeTables.Change(ctx, &a.Base, id, func(tx *store.Tx, t *ec2.RouteTable) error {
		t.Routes = slices.Clone(t.Routes)
		return change(tx, t)
	})
}

// isLocal reports whether a destination is that of a local route.
func isLocal(tx *store.Tx, t *ec2.RouteTable, destination string) bool {
	return slices.ContainsFunc(ec2network.FindVPC(tx, t.Scope, t.VPC).Ranges(), func(r netip.Prefix) bool { return r.String() == destination })
}

func routeTo(t *ec2.RouteTable, destination string) int {
	return slices.IndexFunc(t.Routes, func(r ec2.Route) bool { return r.Destination == destination })
}
