package ec2

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/handler"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ec2"
)

func routeTable() *handler.Type {
	return &handler.Type{
		Name:     "AWS::EC2::RouteTable",
		Identity: handler.ByTags,
		Find: func(t *handler.Turn) ([]handler.Found, error) {
			var out sdk.DescribeRouteTablesOutput
			err := t.Call(operation("DescribeRouteTables"), &sdk.DescribeRouteTablesInput{Filters: ownTags(t)}, &out)
			return foundIDs(out.RouteTables, func(t types.RouteTable) *string { return t.RouteTableId }), err
		},
		Create: func(t *handler.Turn) error {
			in := sdk.CreateRouteTableInput{VpcId: wish(t.Text("VpcId")), ClientToken: t.Token(), TagSpecifications: tagsFor(t, types.ResourceTypeRouteTable)}
			out := sdk.CreateRouteTableOutput{RouteTable: &types.RouteTable{}}
			if err := t.Call(operation("CreateRouteTable"), &in, &out); err != nil {
				return err
			}
			t.ID = aws.ToString(out.RouteTable.RouteTableId)
			return nil
		},
		Read: func(t *handler.Turn) (bool, error) {
			t.Set("RouteTableId", &t.ID)
			return true, nil
		},
		Delete: func(t *handler.Turn) error {
			return t.Call(operation("DeleteRouteTable"), &sdk.DeleteRouteTableInput{RouteTableId: &t.ID}, nil)
		},
		Tagging: tagging(physicalID),
	}
}

func subnetRouteTableAssociation() *handler.Type {
	return &handler.Type{
		Name:     "AWS::EC2::SubnetRouteTableAssociation",
		Identity: handler.ByTags, // what is there before is not the stack's; there are no tags
		Find: func(t *handler.Turn) (list []handler.Found, err error) {
			var out sdk.DescribeRouteTablesOutput
			ask := sdk.DescribeRouteTablesInput{Filters: []types.Filter{
				filter("association.subnet-id", t.Text("SubnetId")), filter("association.route-table-id", t.Text("RouteTableId")),
			}}
			if err := t.Call(operation("DescribeRouteTables"), &ask, &out); err != nil {
				return nil, err
			}
			for _, table := range out.RouteTables {
				for _, a := range table.Associations {
					if a.SubnetId != nil && aws.ToString(a.SubnetId) == t.Text("SubnetId") {
						list = append(list, handler.Found{ID: aws.ToString(a.RouteTableAssociationId)})
					}
				}
			}
			return list, nil
		},
		Create: func(t *handler.Turn) error {
			in := sdk.AssociateRouteTableInput{RouteTableId: wish(t.Text("RouteTableId")), SubnetId: wish(t.Text("SubnetId"))}
			var out sdk.AssociateRouteTableOutput
			if err := t.Call(operation("AssociateRouteTable"), &in, &out); err != nil {
				return err
			}
			t.ID = aws.ToString(out.AssociationId)
			return nil
		},
		Read: func(t *handler.Turn) (bool, error) {
			t.Set("Id", &t.ID)
			return true, nil
		},
		Delete: func(t *handler.Turn) error {
			return t.Call(operation("DisassociateRouteTable"), &sdk.DisassociateRouteTableInput{AssociationId: &t.ID}, nil)
		},
	}
}
