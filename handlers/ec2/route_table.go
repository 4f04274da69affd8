package ec2

import (
	"context"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/ecs-emulator/ecs-emulator/emulator/arn"
	"github.com/ecs-emulator/ecs-emulator/emulator/state"
)

func routeTableValues(t *types.RouteTable, filter string) ([]string, bool) {
	switch filter {
	case "route-table-id":
		return one(t.RouteTableId)
	case "vpc-id":
		return one(t.VpcId)
	case "owner-id":
		return one(t.OwnerId)
	case "association.main":
		return each(t.Associations, func(a *types.RouteTableAssociation) string { return strconv.FormatBool(*a.Main) })
	case "association.route-table-association-id":
		return each(t.Associations, func(a *types.RouteTableAssociation) string { return *a.RouteTableAssociationId })
	case "association.route-table-id":
		return each(t.Associations, func(a *types.RouteTableAssociation) string { return *a.RouteTableId })
	case "route.destination-cidr-block":
		return each(t.Routes, func(r *types.Route) string { return *r.DestinationCidrBlock })
	case "route.gateway-id":
		return each(t.Routes, func(r *types.Route) string { return *r.GatewayId })
	case "route.origin":
		return each(t.Routes, func(r *types.Route) string { return string(r.Origin) })
	case "route.state":
		return each(t.Routes, func(r *types.Route) string { return string(r.State) })
	case "association.subnet-id", "association.gateway-id", "route.destination-ipv6-cidr-block", "route.destination-prefix-list-id",
		"route.egress-only-internet-gateway-id", "route.instance-id", "route.nat-gateway-id", "route.transit-gateway-id",
		"route.vpc-peering-connection-id":
		return nil, true
	}
	return tagValues(t.Tags, filter)
}

// DescribeRouteTables answers the main route table of the default VPC, which leads to
// its internet gateway. Source: VPC user guide, default VPCs.
func (a *API) DescribeRouteTables(ctx context.Context, in *ec2.DescribeRouteTablesInput) (*ec2.DescribeRouteTablesOutput, error) {
	rows := []types.RouteTable{defaultRouteTable(a.store.Read(), scopeOf(ctx))}
	found, err := describe(rows, in.Filters, in.RouteTableIds, "route-table-id", routeTableValues, missing("rtb-"))
	if err != nil {
		return nil, err
	}
	return &ec2.DescribeRouteTablesOutput{RouteTables: found}, nil
}

func defaultRouteTable(tx *state.Tx, scope arn.Scope) types.RouteTable {
	return types.RouteTable{
		RouteTableId: &mainRouteTable, VpcId: aws.String(state.DefaultVPC), OwnerId: &scope.Account,
		Associations: []types.RouteTableAssociation{{
			Main: aws.Bool(true), RouteTableAssociationId: aws.String("rtbassoc-" + suffix(mainRouteTable)), RouteTableId: &mainRouteTable,
			AssociationState: &types.RouteTableAssociationState{State: types.RouteTableAssociationStateCodeAssociated},
		}},
		Routes: []types.Route{
			{
				DestinationCidrBlock: aws.String(tx.NetworkCIDR().String()), GatewayId: aws.String("local"),
				Origin: types.RouteOriginCreateRouteTable, State: types.RouteStateActive,
			},
			{
				DestinationCidrBlock: aws.String(anywhere), GatewayId: &internetGateway,
				Origin: types.RouteOriginCreateRoute, State: types.RouteStateActive,
			},
		},
		PropagatingVgws: []types.PropagatingVgw{}, Tags: tagsOf(tx, scope, mainRouteTable),
	}
}
