package ec2

import (
	"cmp"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/handler"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ec2"
)

// route has RouteTableId|CidrBlock for an id, which is what identifies it in AWS's schema.
func route() *handler.Type {
	return &handler.Type{
		Name: "AWS::EC2::Route",
		Refused: []string{
			"CarrierGatewayId", "CoreNetworkArn", "DestinationPrefixListId", "EgressOnlyInternetGatewayId", "InstanceId", "LocalGatewayId",
			"NetworkInterfaceId", "TransitGatewayId", "VpcEndpointId", "VpcPeeringConnectionId",
		},
		Identity: handler.ByTags, // what is there before is not the stack's; there are no tags
		Find: func(t *handler.Turn) (list []handler.Found, err error) {
			var out sdk.DescribeRouteTablesOutput
			ask := sdk.DescribeRouteTablesInput{RouteTableIds: []string{t.Text("RouteTableId")}}
			if err := t.Call(operation("DescribeRouteTables"), &ask, &out); handler.IsGone(err) {
				return nil, nil
			} else if err != nil {
				return nil, err
			}
			for _, table := range out.RouteTables {
				for _, r := range table.Routes {
					if isTo(r, destination(t)) {
						list = append(list, handler.Found{ID: routeID(t)})
					}
				}
			}
			return list, nil
		},
		Create: func(t *handler.Turn) error {
			if len(t.Known) > 0 { // EC2 takes the same route twice
				return alreadyThere("AWS::EC2::Route", routeID(t))
			}
			var in sdk.CreateRouteInput
			if err := t.Fill(&in); err != nil {
				return err
			}
			if err := t.Call(operation("CreateRoute"), &in, nil); err != nil {
				return err
			}
			t.ID = routeID(t)
			return nil
		},
		Read: func(t *handler.Turn) (bool, error) {
			t.Set("CidrBlock", wish(destination(t)))
			return true, nil
		},
		Update: func(t *handler.Turn) error {
			var in sdk.ReplaceRouteInput
			if err := t.Fill(&in); err != nil {
				return err
			}
			return t.Call(operation("ReplaceRoute"), &in, nil)
		},
		Delete: func(t *handler.Turn) error {
			table, _, _ := strings.Cut(t.ID, "|")
			return t.Call(operation("DeleteRoute"), &sdk.DeleteRouteInput{
				RouteTableId: &table, DestinationCidrBlock: wish(t.Text("DestinationCidrBlock")), DestinationIpv6CidrBlock: wish(t.Text("DestinationIpv6CidrBlock")),
			}, nil)
		},
	}
}

func routeID(t *handler.Turn) string { return t.Text("RouteTableId") + "|" + destination(t) }

func destination(t *handler.Turn) string {
	return cmp.Or(t.Text("DestinationCidrBlock"), t.Text("DestinationIpv6CidrBlock"))
}

// isTo compares destinations as EC2 writes them.
func isTo(r types.Route, to string) bool {
	for _, have := range []*string{r.DestinationCidrBlock, r.DestinationIpv6CidrBlock} {
		if have != nil && *have == shortest(to) {
			return true
		}
	}
	return false
}
