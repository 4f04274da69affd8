package ec2

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/handler"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/input"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ec2"
)

func natGateway() *handler.Type {
	return &handler.Type{
		Name: "AWS::EC2::NatGateway",
		Refused: []string{
			"AvailabilityZoneAddresses", "SecondaryAllocationIds", "SecondaryPrivateIpAddressCount", "SecondaryPrivateIpAddresses", "VpcId",
		},
		Inert:    []string{"MaxDrainDurationSeconds"}, // how long secondary addresses drain, which there are not
		Identity: handler.ByTags,
		Find: func(t *handler.Turn) ([]handler.Found, error) {
			var out sdk.DescribeNatGatewaysOutput
			ask := append(ownTags(t), filter("state", string(types.NatGatewayStatePending), string(types.NatGatewayStateAvailable), string(types.NatGatewayStateFailed)))
			err := t.Call(operation("DescribeNatGateways"), &sdk.DescribeNatGatewaysInput{Filter: ask}, &out)
			return foundIDs(out.NatGateways, func(g types.NatGateway) *string { return g.NatGatewayId }), err
		},
		Create: func(t *handler.Turn) error {
			in := sdk.CreateNatGatewayInput{ClientToken: t.Token(), TagSpecifications: tagsFor(t, types.ResourceTypeNatgateway)}
			if err := t.Fill(&in, input.Skipped("MaxDrainDurationSeconds"), input.Skipped("Tags")); err != nil {
				return err
			}
			out := sdk.CreateNatGatewayOutput{NatGateway: &types.NatGateway{}}
			if err := t.Call(operation("CreateNatGateway"), &in, &out); err != nil {
				return err
			}
			t.ID = aws.ToString(out.NatGateway.NatGatewayId)
			return nil
		},
		Read: func(t *handler.Turn) (bool, error) {
			g, err := natGatewayNow(t)
			if err != nil || g == nil {
				return false, err
			}
			t.Set("NatGatewayId", &t.ID)
			if len(g.NatGatewayAddresses) > 0 {
				t.Set("EniId", g.NatGatewayAddresses[0].NetworkInterfaceId)
			}
			if g.State == types.NatGatewayStateFailed && g.FailureMessage != nil { // the text is from public reports
				return false, handler.Failed(handler.NotStabilized,
					"NatGateway %s is in state failed and hence failed to stabilize. Detailed failure message: %s", t.ID, *g.FailureMessage)
			}
			return g.State == types.NatGatewayStateAvailable, nil
		},
		Delete: func(t *handler.Turn) error {
			return t.Call(operation("DeleteNatGateway"), &sdk.DeleteNatGatewayInput{NatGatewayId: &t.ID}, nil)
		},
		Gone: func(t *handler.Turn) (bool, error) {
			g, err := natGatewayNow(t)
			return err == nil && (g == nil || g.State == types.NatGatewayStateDeleted), err
		},
		Tagging: tagging(physicalID),
	}
}

func natGatewayNow(t *handler.Turn) (*types.NatGateway, error) {
	var out sdk.DescribeNatGatewaysOutput
	err := t.Call(operation("DescribeNatGateways"), &sdk.DescribeNatGatewaysInput{NatGatewayIds: []string{t.ID}}, &out)
	if err != nil || len(out.NatGateways) == 0 {
		return nil, err
	}
	return &out.NatGateways[0], nil
}
