package routing

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/ecs-emulator/ecs-emulator/handlers/ec2/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

func internetGatewayValues(g *types.InternetGateway, filter string) ([]string, bool) {
	switch filter {
	case "internet-gateway-id":
		return kit.One(g.InternetGatewayId)
	case "owner-id":
		return kit.One(g.OwnerId)
	case "attachment.state":
		return kit.Each(g.Attachments, func(a *types.InternetGatewayAttachment) string { return string(a.State) })
	case "attachment.vpc-id":
		return kit.Each(g.Attachments, func(a *types.InternetGatewayAttachment) string { return *a.VpcId })
	}
	return kit.TagValues(g.Tags, filter)
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
	scope, tx := kit.Scope(ctx), a.Store.Read()
	var rows []types.InternetGateway
	for _, g := range ec2.InternetGateways(tx, scope) {
		rows = append(rows, internetGateway(tx, g))
	}
	found, err := kit.Describe(rows, in.Filters, in.InternetGatewayIds, "internet-gateway-id", internetGatewayValues, kit.MissingOrMalformed("igw-"))
	if err != nil {
		return nil, err
	}
	found, next, err := kit.PageOf(found, func(g types.InternetGateway) string { return *g.InternetGatewayId }, "internetGatewaySet", in.InternetGatewayIds, in.MaxResults, in.NextToken)
	return &sdk.DescribeInternetGatewaysOutput{InternetGateways: found, NextToken: next}, err
}

// CreateInternetGateway makes an internet gateway, which is attached to nothing.
func (a *API) CreateInternetGateway(ctx context.Context, in *sdk.CreateInternetGatewayInput) (*sdk.CreateInternetGatewayOutput, error) {
	tags, err := kit.TagsFor(types.ResourceTypeInternetGateway, in.TagSpecifications)
	if err != nil {
		return nil, err
	}
	out := &sdk.CreateInternetGatewayOutput{}
	err = a.Store.Update(func(tx *store.Tx) error {
		g := &ec2.InternetGateway{Scope: kit.Scope(ctx), ID: ec2.NewID("igw-")}
		ec2.PutInternetGateway(tx, g)
		ec2network.SetTags(tx, g.Scope, g.ID, tags)
		described := internetGateway(tx, g)
		out.InternetGateway = &described
		return nil
	})
	return out, err
}

// changeInternetGateway changes a gateway that a request names together with a VPC, which
// both are there. Source of the refusals about internet gateways: recorded answers (EC20010).
func (a *API) changeInternetGateway(scope arn.Scope, id, vpcID *string, change func(tx *store.Tx, g *ec2.InternetGateway) error) error {
	return a.Store.Update(func(tx *store.Tx) error {
		g, err := kit.Named(tx, scope, "internetGatewayId", id, "igw-", ec2.FindInternetGateway)
		if err != nil {
			return err
		}
		if _, err := kit.NamedVPC(tx, scope, vpcID); err != nil {
			return err
		}
		changed := *g
		if err := change(tx, &changed); err != nil {
			return err
		}
		ec2.PutInternetGateway(tx, &changed)
		return nil
	})
}

// AttachInternetGateway attaches a gateway to a VPC; routes that lead to it act again.
func (a *API) AttachInternetGateway(ctx context.Context, in *sdk.AttachInternetGatewayInput) (*sdk.AttachInternetGatewayOutput, error) {
	scope := kit.Scope(ctx)
	err := a.changeInternetGateway(scope, in.InternetGatewayId, in.VpcId, func(tx *store.Tx, g *ec2.InternetGateway) error {
		if g.VPC != "" {
			return kit.Refuse("Resource.AlreadyAssociated", "resource %s is already attached to network %s", g.ID, g.VPC)
		}
		if ec2.AttachedInternetGateway(tx, scope, *in.VpcId) != nil {
			return kit.Refuse("InvalidParameterValue", "Network %s already has an internet gateway attached", *in.VpcId)
		}
		g.VPC = *in.VpcId
		return nil
	})
	return &sdk.AttachInternetGatewayOutput{}, err
}

// DetachInternetGateway detaches a gateway from a VPC in which nothing has an Elastic IP
// address. Routes that lead to it stay, as black holes (EC20010).
func (a *API) DetachInternetGateway(ctx context.Context, in *sdk.DetachInternetGatewayInput) (*sdk.DetachInternetGatewayOutput, error) {
	scope := kit.Scope(ctx)
	err := a.changeInternetGateway(scope, in.InternetGatewayId, in.VpcId, func(tx *store.Tx, g *ec2.InternetGateway) error {
		if g.VPC != *in.VpcId {
			return kit.Refuse("Gateway.NotAttached", "resource %s is not attached to network %s", g.ID, *in.VpcId)
		}
		for _, n := range ec2.NATGateways(tx, scope) {
			if n.VPC == g.VPC && n.Type == types.ConnectivityTypePublic && n.Lives() {
				return hasPublicAddresses(g.VPC)
			}
		}
		for _, o := range ec2.OwnedInterfaces(tx, scope) {
			if o.VPC == g.VPC && ec2network.FindPublicAddress(tx, o.ID).IsValid() {
				return hasPublicAddresses(g.VPC)
			}
		}
		for _, i := range ec2.Instances(tx, scope) {
			if i.VPC == g.VPC && (i.ElasticIP(tx) != nil || ec2network.FindPublicAddress(tx, i.Key()).IsValid()) {
				return hasPublicAddresses(g.VPC)
			}
		}
		g.VPC = ""
		return nil
	})
	return &sdk.DetachInternetGatewayOutput{}, err
}

func hasPublicAddresses(vpc string) error {
	return kit.Refuse("DependencyViolation", "Network %s has some mapped public address(es). Please unmap those public address(es) before detaching the gateway.", vpc)
}

// DeleteInternetGateway removes a gateway that is attached to nothing.
func (a *API) DeleteInternetGateway(ctx context.Context, in *sdk.DeleteInternetGatewayInput) (*sdk.DeleteInternetGatewayOutput, error) {
	err := a.Store.Update(func(tx *store.Tx) error {
		g, err := kit.Named(tx, kit.Scope(ctx), "internetGatewayId", in.InternetGatewayId, "igw-", ec2.FindInternetGateway)
		if err != nil {
			return err
		}
		if g.VPC != "" {
			return kit.InUse("internetGateway", g.ID)
		}
		ec2.DeleteInternetGateway(tx, g)
		return nil
	})
	return &sdk.DeleteInternetGatewayOutput{}, err
}
