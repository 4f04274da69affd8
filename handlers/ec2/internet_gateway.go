package ec2

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/ecs-emulator/ecs-emulator/emulator/state"
)

func internetGatewayValues(g *types.InternetGateway, filter string) ([]string, bool) {
	switch filter {
	case "internet-gateway-id":
		return one(g.InternetGatewayId)
	case "owner-id":
		return one(g.OwnerId)
	case "attachment.state":
		return each(g.Attachments, func(a *types.InternetGatewayAttachment) string { return string(a.State) })
	case "attachment.vpc-id":
		return each(g.Attachments, func(a *types.InternetGatewayAttachment) string { return *a.VpcId })
	}
	return tagValues(g.Tags, filter)
}

// attached is the state of a gateway's attachment; the SDK knows only the states of
// other attachments. Source: EC2 API reference, InternetGatewayAttachment.
const attached types.AttachmentStatus = "available"

// DescribeInternetGateways answers that of the default VPC.
func (a *API) DescribeInternetGateways(ctx context.Context, in *ec2.DescribeInternetGatewaysInput) (*ec2.DescribeInternetGatewaysOutput, error) {
	scope := scopeOf(ctx)
	rows := []types.InternetGateway{{
		InternetGatewayId: &internetGateway, OwnerId: &scope.Account,
		Attachments: []types.InternetGatewayAttachment{{State: attached, VpcId: aws.String(state.DefaultVPC)}},
		Tags:        tagsOf(a.store.Read(), scope, internetGateway),
	}}
	found, err := describe(rows, in.Filters, in.InternetGatewayIds, "internet-gateway-id", internetGatewayValues, missing("igw-"))
	if err != nil {
		return nil, err
	}
	return &ec2.DescribeInternetGatewaysOutput{InternetGateways: found}, nil
}
