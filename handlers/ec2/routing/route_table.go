package routing

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/ecs-emulator/ecs-emulator/handlers/ec2/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

var routeTables = kit.Resource[ec2.RouteTable, types.RouteTable]{
	Rows: ec2.RouteTables, Prefix: "rtb-", Noun: "routeTable", Show: routeTable,
	Listing: kit.Listing[types.RouteTable]{
		ID: "route-table-id", Set: "routeTableIdSet", Missing: kit.MissingOrMalformed("rtb-"),
		Values: kit.Values[types.RouteTable](kit.Filters{
			Named: []string{
				"route-table-id", "vpc-id", "owner-id",
				"association.main", "association.route-table-association-id", "association.route-table-id", "association.subnet-id",
				"association.gateway-id",
				"route.destination-cidr-block", "route.destination-ipv6-cidr-block", "route.destination-prefix-list-id",
				"route.gateway-id", "route.nat-gateway-id", "route.origin", "route.state",
			},
			Unused: []string{
				"route.egress-only-internet-gateway-id", "route.instance-id", "route.transit-gateway-id",
				"route.vpc-peering-connection-id",
			},
		}),
	},
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
	found, next, err := routeTables.Describe(ctx, &a.Base, kit.Ask(in.Filters, in.RouteTableIds, in.MaxResults, in.NextToken))
	return &sdk.DescribeRouteTablesOutput{RouteTables: found, NextToken: next}, err
}

// CreateRouteTable makes a route table with the local routes of its VPC.
func (a *API) CreateRouteTable(ctx context.Context, in *sdk.CreateRouteTableInput) (*sdk.CreateRouteTableOutput, error) {
	token := kit.TokenOf(in.ClientToken)
	made, err := routeTables.Create(ctx, &a.Base, kit.Creation[ec2.RouteTable, types.RouteTable]{
		Tags: in.TagSpecifications, Token: in.ClientToken, Request: in,
		Place: func(tx *store.Tx) error { _, err := kit.NamedVPC(tx, kit.Scope(ctx), in.VpcId); return err },
		Make: func(*store.Tx) (*ec2.RouteTable, error) {
			return &ec2.RouteTable{Scope: kit.Scope(ctx), ID: ec2.NewID("rtb-"), VPC: *in.VpcId}, nil
		},
	})
	return &sdk.CreateRouteTableOutput{ClientToken: token, RouteTable: made}, err
}

// DeleteRouteTable removes a route table that nothing is associated with.
func (a *API) DeleteRouteTable(ctx context.Context, in *sdk.DeleteRouteTableInput) (*sdk.DeleteRouteTableOutput, error) {
	err := routeTables.Delete(ctx, &a.Base, in.RouteTableId, func(_ *store.Tx, t *ec2.RouteTable) error {
		return routeTables.Unless(t.Main != "" || len(t.Associations) > 0, t.ID)
	})
	return &sdk.DeleteRouteTableOutput{}, err
}
