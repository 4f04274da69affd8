package routing

import (
	"context"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/ecs-emulator/ecs-emulator/handlers/ec2/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

func routeTableValues(t *types.RouteTable, filter string) ([]string, bool) {
	switch filter {
	case "route-table-id":
		return kit.One(t.RouteTableId)
	case "vpc-id":
		return kit.One(t.VpcId)
	case "owner-id":
		return kit.One(t.OwnerId)
	case "association.main":
		return kit.Each(t.Associations, func(a *types.RouteTableAssociation) string { return strconv.FormatBool(*a.Main) })
	case "association.route-table-association-id":
		return kit.Each(t.Associations, func(a *types.RouteTableAssociation) string { return *a.RouteTableAssociationId })
	case "association.route-table-id":
		return kit.Each(t.Associations, func(a *types.RouteTableAssociation) string { return *a.RouteTableId })
	case "association.subnet-id":
		return kit.Each(t.Associations, func(a *types.RouteTableAssociation) string { return aws.ToString(a.SubnetId) })
	case "association.gateway-id":
		return kit.Each(t.Associations, func(a *types.RouteTableAssociation) string { return aws.ToString(a.GatewayId) })
	case "route.destination-cidr-block":
		return kit.Each(t.Routes, func(r *types.Route) string { return aws.ToString(r.DestinationCidrBlock) })
	case "route.destination-ipv6-cidr-block":
		return kit.Each(t.Routes, func(r *types.Route) string { return aws.ToString(r.DestinationIpv6CidrBlock) })
	case "route.destination-prefix-list-id":
		return kit.Each(t.Routes, func(r *types.Route) string { return aws.ToString(r.DestinationPrefixListId) })
	case "route.gateway-id":
		return kit.Each(t.Routes, func(r *types.Route) string { return aws.ToString(r.GatewayId) })
	case "route.nat-gateway-id":
		return kit.Each(t.Routes, func(r *types.Route) string { return aws.ToString(r.NatGatewayId) })
	case "route.origin":
		return kit.Each(t.Routes, func(r *types.Route) string { return string(r.Origin) })
	case "route.state":
		return kit.Each(t.Routes, func(r *types.Route) string { return string(r.State) })
	case "route.egress-only-internet-gateway-id", "route.instance-id", "route.transit-gateway-id", "route.vpc-peering-connection-id":
		return nil, true
	}
	return kit.TagValues(t.Tags, filter)
}

var associated = &types.RouteTableAssociationState{State: types.RouteTableAssociationStateCodeAssociated}

func routeTable(tx *store.Tx, t *ec2.RouteTable) types.RouteTable {
	described := types.RouteTable{
		RouteTableId: &t.ID, VpcId: &t.VPC, OwnerId: &t.Scope.Account, Routes: routesOf(tx, t),
		Associations: []types.RouteTableAssociation{}, PropagatingVgws: []types.PropagatingVgw{}, Tags: kit.TagsOf(tx, t.Scope, t.ID),
	}
	if t.Main != "" {
		described.Associations = append(described.Associations, types.RouteTableAssociation{
			Main: aws.Bool(true), RouteTableAssociationId: &t.Main, RouteTableId: &t.ID, AssociationState: associated,
		})
	}
	for _, a := range t.Associations {
		described.Associations = append(described.Associations, types.RouteTableAssociation{
			Main: aws.Bool(false), RouteTableAssociationId: &a.ID, RouteTableId: &t.ID, AssociationState: associated,
			SubnetId: kit.Optional(a.Subnet), GatewayId: kit.Optional(a.Gateway),
		})
	}
	return described
}

// DescribeRouteTables answers route tables by id.
func (a *API) DescribeRouteTables(ctx context.Context, in *sdk.DescribeRouteTablesInput) (*sdk.DescribeRouteTablesOutput, error) {
	scope, tx := kit.Scope(ctx), a.Store.Read()
	var rows []types.RouteTable
	for _, t := range ec2.RouteTables(tx, scope) {
		rows = append(rows, routeTable(tx, t))
	}
	found, err := kit.Describe(rows, in.Filters, in.RouteTableIds, "route-table-id", routeTableValues, kit.MissingOrMalformed("rtb-"))
	if err != nil {
		return nil, err
	}
	found, next, err := kit.PageOf(found, func(t types.RouteTable) string { return *t.RouteTableId }, "routeTableIdSet", in.RouteTableIds, in.MaxResults, in.NextToken)
	return &sdk.DescribeRouteTablesOutput{RouteTables: found, NextToken: next}, err
}

// CreateRouteTable makes a route table with the local routes of its VPC.
func (a *API) CreateRouteTable(ctx context.Context, in *sdk.CreateRouteTableInput) (*sdk.CreateRouteTableOutput, error) {
	tags, err := kit.TagsFor(types.ResourceTypeRouteTable, in.TagSpecifications)
	if err != nil {
		return nil, err
	}
	scope := kit.Scope(ctx)
	again, err := kit.NewOnce(ctx, in.ClientToken, kit.LongestToken, in, kit.WrongArguments(in.ClientToken))
	if err != nil {
		return nil, err
	}
	out := &sdk.CreateRouteTableOutput{ClientToken: kit.TokenOf(in.ClientToken)}
	err = a.Store.Update(func(tx *store.Tx) error {
		v, err := kit.NamedVPC(tx, scope, in.VpcId)
		if err != nil {
			return err
		}
		t, err := kit.MadeBefore(tx, again, scope, ec2.FindRouteTable)
		if err != nil {
			return err
		}
		if t == nil {
			t = &ec2.RouteTable{Scope: scope, ID: ec2.NewID("rtb-"), VPC: v.ID}
			ec2.PutRouteTable(tx, t)
			ec2network.SetTags(tx, scope, t.ID, tags)
			again.Remember(tx, a.Now(), t.ID)
		}
		described := routeTable(tx, t)
		out.RouteTable = &described
		return nil
	})
	return out, err
}

// DeleteRouteTable removes a route table that nothing is associated with.
func (a *API) DeleteRouteTable(ctx context.Context, in *sdk.DeleteRouteTableInput) (*sdk.DeleteRouteTableOutput, error) {
	err := a.Store.Update(func(tx *store.Tx) error {
		t, err := kit.Named(tx, kit.Scope(ctx), "routeTableId", in.RouteTableId, "rtb-", ec2.FindRouteTable)
		if err != nil {
			return err
		}
		if t.Main != "" || len(t.Associations) > 0 {
			return kit.InUse("routeTable", t.ID)
		}
		ec2.DeleteRouteTable(tx, t)
		return nil
	})
	return &sdk.DeleteRouteTableOutput{}, err
}
