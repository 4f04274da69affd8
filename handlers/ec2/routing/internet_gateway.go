package routing

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/ecs-emulator/ecs-emulator/handlers/ec2/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

var internetGateways = kit.Resource[ec2.InternetGateway, types.InternetGateway]{
	Rows: ec2.InternetGateways, Prefix: "igw-", Noun: "internetGateway", Show: internetGateway,
	Listing: kit.Listing[types.InternetGateway]{
		ID: "internet-gateway-id", Set: "internetGatewaySet", Missing: kit.MissingOrMalformed("igw-"),
		Values: kit.Values[types.InternetGateway](kit.Filters{
			Named: []string{"internet-gateway-id", "owner-id", "attachment.state", "attachment.vpc-id"},
		}),
	},
}

// attached is the state of a gateway's attachment; the SDK knows only the states of
// other attachments. Source: EC2 API reference, InternetGatewayAttachment.
const attached types.AttachmentStatus = "available"

func internetGateway(tx *store.Tx, g *ec2.InternetGateway) types.InternetGateway {
	described := types.InternetGateway{
		InternetGatewayId: &g.ID, OwnerId: &g.Scope.Account, Attachments: []types.InternetGatewayAttachment{}, Tags: kit.TagsOf(tx, g.Scope, g.ID),
	}
	if g.VPC != "" {
		described.Attachments = append(described.Attachments, types.InternetGatewayAttachment{State: attached, VpcId: &g.VPC})
	}
	return described
}

// DescribeInternetGateways answers internet gateways by id.
func (a *API) DescribeInternetGateways(ctx context.Context, in *sdk.DescribeInternetGatewaysInput) (*sdk.DescribeInternetGatewaysOutput, error) {
	found, next, err := internetGateways.Describe(ctx, &a.Base, kit.Ask(in.Filters, in.InternetGatewayIds, in.MaxResults, in.NextToken))
	return &sdk.DescribeInternetGatewaysOutput{InternetGateways: found, NextToken: next}, err
}

// CreateInternetGateway makes an internet gateway, which is attached to nothing.
func (a *API) CreateInternetGateway(ctx context.Context, in *sdk.CreateInternetGatewayInput) (*sdk.CreateInternetGatewayOutput, error) {
	made, err := internetGateways.Create(ctx, &a.Base, kit.Creation[ec2.InternetGateway, types.InternetGateway]{
		Tags: in.TagSpecifications,
		Make: func(*store.Tx) (*ec2.InternetGateway, error) {
			return &ec2.InternetGateway{Scope: kit.Scope(ctx), ID: ec2.NewID("igw-")}, nil
		},
	})
	return &sdk.CreateInternetGatewayOutput{InternetGateway: made}, err
}

// Source of the refusals about internet gateways: recorded answers (EC20010).

// AttachInternetGateway attaches a gateway to a VPC; routes that lead to it act again.
func (a *API) AttachInternetGateway(ctx context.Context, in *sdk.AttachInternetGatewayInput) (*sdk.AttachInternetGatewayOutput, error) {
	err := a.changeAttachment(ctx, in.InternetGatewayId, in.VpcId, func(tx *store.Tx, g *ec2.InternetGateway, vpc string) error {
		if g.VPC != "" {
			return kit.Refuse("Resource.AlreadyAssociated", "resource %s is already attached to network %s", g.ID, g.VPC)
		}
		if ec2.AttachedInternetGateway(tx, g.Scope, vpc) != nil {
			return kit.Refuse("InvalidParameterValue", "Network %s already has an internet gateway attached", vpc)
		}
		g.VPC = vpc
		return nil
	})
	return &sdk.AttachInternetGatewayOutput{}, err
}

// DetachInternetGateway detaches a gateway from a VPC in which nothing has an Elastic IP
// address. Routes that lead to it stay, as black holes (EC20010).
func (a *API) DetachInternetGateway(ctx context.Context, in *sdk.DetachInternetGatewayInput) (*sdk.DetachInternetGatewayOutput, error) {
	err := a.changeAttachment(ctx, in.InternetGatewayId, in.VpcId, func(tx *store.Tx, g *ec2.InternetGateway, vpc string) error {
		if g.VPC != vpc {
			return kit.Refuse("Gateway.NotAttached", "resource %s is not attached to network %s", g.ID, vpc)
		}
		for _, n := range ec2.NATGateways.List(tx, g.Scope) {
			if n.VPC == vpc && n.Type == types.ConnectivityTypePublic && n.Lives() {
				return hasPublicAddresses(vpc)
			}
		}
		for _, o := range ec2.OwnedInterfaces(tx, g.Scope) {
			if o.VPC == vpc && ec2network.FindPublicAddress(tx, o.ID).IsValid() {
				return hasPublicAddresses(vpc)
			}
		}
		for _, i := range ec2.Instances(tx, g.Scope) {
			if i.VPC == vpc && (i.ElasticIP(tx) != nil || ec2network.FindPublicAddress(tx, i.Key()).IsValid()) {
				return hasPublicAddresses(vpc)
			}
		}
		g.VPC = ""
		return nil
	})
	return &sdk.DetachInternetGatewayOutput{}, err
}

// changeAttachment changes a gateway with regard to the VPC that the request names.
func (a *API) changeAttachment(
	ctx context.Context, gateway, vpc *string, change func(tx *store.Tx, g *ec2.InternetGateway, vpc string) error,
) error {
	return internetGateways.Change(ctx, &a.Base, gateway, func(tx *store.Tx, g *ec2.InternetGateway) error {
		if _, err := kit.NamedVPC(tx, g.Scope, vpc); err != nil {
			return err
		}
		return change(tx, g, *vpc)
	})
}

func hasPublicAddresses(vpc string) error {
	return kit.Refuse("DependencyViolation", "Network %s has some mapped public address(es). Please unmap those public address(es) before detaching the gateway.", vpc)
}

// DeleteInternetGateway removes a gateway that is attached to nothing.
func (a *API) DeleteInternetGateway(ctx context.Context, in *sdk.DeleteInternetGatewayInput) (*sdk.DeleteInternetGatewayOutput, error) {
	err := internetGateways.Delete(ctx, &a.Base, in.InternetGatewayId, func(_ *store.Tx, g *ec2.InternetGateway) error {
		return internetGateways.Unless(g.VPC != "", g.ID)
	})
	return &sdk.DeleteInternetGatewayOutput{}, err
}
