package routing

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/ecs-emulator/ecs-emulator/handlers/ec2/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// natGateways are shown in the states that they have now.
func (a *API) natGateways() *kit.Resource[ec2.NATGateway, types.NatGateway] {
	return &kit.Resource[ec2.NATGateway, types.NatGateway]{
		Rows: ec2.NATGateways, Prefix: "nat-", Noun: "natGateway",
		Show: func(tx *store.Tx, g *ec2.NATGateway) types.NatGateway {
			return a.natGateway(tx, g, g.State(a.Now(), a.nat))
		},
		Listing: kit.Listing[types.NatGateway]{
			ID: "nat-gateway-id", Set: "natGatewayIdSet", Missing: noNATGateway, Values: natGatewayValues,
		},
	}
}

var natGatewayValues = kit.Values[types.NatGateway](kit.Filters{Named: []string{"nat-gateway-id", "state", "subnet-id", "vpc-id"}})

// natGateway describes a NAT gateway in a state. One that is gone has no addresses any more.
func (a *API) natGateway(tx *store.Tx, g *ec2.NATGateway, in types.NatGatewayState) types.NatGateway {
	described := types.NatGateway{
		NatGatewayId: &g.ID, VpcId: &g.VPC, SubnetId: &g.Subnet, ConnectivityType: g.Type, AvailabilityMode: types.AvailabilityModeZonal,
		CreateTime: &g.CreatedAt, State: in, NatGatewayAddresses: []types.NatGatewayAddress{}, Tags: kit.TagsOf(tx, g.Scope, g.ID),
	}
	if !g.DeletedAt.IsZero() {
		described.DeleteTime = &g.DeletedAt
	}
	if in == types.NatGatewayStateFailed {
		described.FailureCode, described.FailureMessage = &g.Failure.Code, &g.Failure.Message
	}
	status := types.NatGatewayAddressStatusSucceeded
	if in == types.NatGatewayStateFailed {
		status = types.NatGatewayAddressStatusFailed
	}
	for i, address := range g.Addresses {
		described.NatGatewayAddresses = append(described.NatGatewayAddresses, types.NatGatewayAddress{
			NetworkInterfaceId: kit.Optional(g.Interface), PrivateIp: kit.Optional(address.PrivateIP), IsPrimary: aws.Bool(i == 0), Status: status,
			AllocationId: kit.Optional(address.Allocation), AssociationId: kit.Optional(address.Association), PublicIp: kit.Optional(address.PublicIP),
		})
	}
	return described
}

// DescribeNatGateways answers NAT gateways by id.
func (a *API) DescribeNatGateways(ctx context.Context, in *sdk.DescribeNatGatewaysInput) (*sdk.DescribeNatGatewaysOutput, error) {
	found, next, err := a.natGateways().Describe(ctx, &a.Base, kit.Ask(in.Filter, in.NatGatewayIds, in.MaxResults, in.NextToken))
	return &sdk.DescribeNatGatewaysOutput{NatGateways: found, NextToken: next}, err
}

// noNATGateway is the error of operations about NAT gateways; routes have another one.
// Source: EC2 API reference, error codes; field reports for the texts.
func noNATGateway(id string) error {
	if len(id) < len("nat-") || id[:len("nat-")] != "nat-" {
		return kit.Refuse("NatGatewayMalformed", "NatGateway id %q is malformed", id)
	}
	return kit.Refuse("NatGatewayNotFound", "NatGateway %s was not found", id)
}

// CreateNatGateway makes a NAT gateway. Where it cannot have its address it fails, and does
// not say so at once. Source: EC2 API reference, NatGateway, for why.
func (a *API) CreateNatGateway(ctx context.Context, in *sdk.CreateNatGatewayInput) (*sdk.CreateNatGatewayOutput, error) {
	var s *ec2network.Subnet
	made, err := a.natGateways().Create(ctx, &a.Base, kit.Creation[ec2.NATGateway, types.NatGateway]{
		Tags: in.TagSpecifications, Token: in.ClientToken, Request: in,
		Check: func() error { return checkNATGateway(in) },
		Place: func(tx *store.Tx) (err error) { s, err = a.NamedSubnet(tx, kit.Scope(ctx), in.SubnetId); return err },
		Make: func(tx *store.Tx) (*ec2.NATGateway, error) {
			g := &ec2.NATGateway{
				Scope: kit.Scope(ctx), ID: ec2.NewID("nat-"), VPC: s.VPC, Subnet: s.ID, Type: connectivity(in), CreatedAt: a.Now(),
			}
			return g, setNATAddress(tx, g, s, in)
		},
		Show: func(tx *store.Tx, g *ec2.NATGateway) types.NatGateway {
			return a.natGateway(tx, g, types.NatGatewayStatePending)
		},
	})
	return &sdk.CreateNatGatewayOutput{ClientToken: in.ClientToken, NatGateway: made}, err
}

func connectivity(in *sdk.CreateNatGatewayInput) types.ConnectivityType {
	if in.ConnectivityType == "" {
		return types.ConnectivityTypePublic
	}
	return in.ConnectivityType
}

// checkNATGateway refuses what cannot be asked for together, or here. The texts are the
// emulator's.
func checkNATGateway(in *sdk.CreateNatGatewayInput) error {
	public := connectivity(in) == types.ConnectivityTypePublic
	switch {
	case in.AvailabilityMode != "" && in.AvailabilityMode != types.AvailabilityModeZonal || len(in.AvailabilityZoneAddresses) > 0 || in.VpcId != nil:
		return kit.NotBuilt("CreateNatGateway", "regional NAT gateways")
	case len(in.SecondaryAllocationIds) > 0 || len(in.SecondaryPrivateIpAddresses) > 0 || aws.ToInt32(in.SecondaryPrivateIpAddressCount) > 0:
		return kit.NotBuilt("CreateNatGateway", "secondary addresses")
	case !slices.Contains(in.ConnectivityType.Values(), connectivity(in)):
		return kit.Refuse("InvalidParameterValue", "Value (%s) for parameter connectivityType is invalid.", in.ConnectivityType)
	case public && aws.ToString(in.AllocationId) == "":
		return kit.MissingParameter("allocationId")
	case !public && in.AllocationId != nil:
		return kit.Refuse("InvalidParameterCombination", "The parameter allocationId cannot be used with the connectivity type private")
	}
	return nil
}

// setNATAddress gives a NAT gateway its addresses, or a failure.
func setNATAddress(tx *store.Tx, g *ec2.NATGateway, s *ec2network.Subnet, in *sdk.CreateNatGatewayInput) error {
	var with ec2.NATAddress
	if g.Type == types.ConnectivityTypePublic {
		row, err := kit.Named(tx, g.Scope, "allocationId", in.AllocationId, "eipalloc-", ec2.Addresses.Find)
		if err != nil {
			return err
		}
		with = ec2.NATAddress{Allocation: row.ID, PublicIP: row.PublicIP, Association: ec2.NewID("eipassoc-")}
		if other, _ := natGatewayWith(tx, g.Scope, row.ID); other != nil || row.Holder(tx) != nil {
			g.Failure = &ec2.Error{Code: "Resource.AlreadyAssociated", Message: "Elastic IP address " + row.ID + " is already associated"}
		} else if ec2.AttachedInternetGateway(tx, g.Scope, g.VPC) == nil {
			g.Failure = &ec2.Error{Code: "Gateway.NotAttached", Message: "Network " + g.VPC + " has no Internet gateway attached"}
		}
	}
	if g.Failure != nil {
		with.Association, with.PublicIP = "", ""
		g.Addresses = []ec2.NATAddress{with}
		return nil
	}
	ip, err := kit.PrivateAddress(tx, g.Scope, s, in.PrivateIpAddress)
	if err != nil {
		return err
	}
	if ip == "" {
		g.Failure = &ec2.Error{Code: "InsufficientFreeAddressesInSubnet", Message: "Subnet has insufficient free addresses to create this NAT gateway"}
		g.Addresses = []ec2.NATAddress{{Allocation: with.Allocation}}
		return nil
	}
	with.PrivateIP, g.Interface = ip, ec2.NewID("eni-")
	g.Addresses = []ec2.NATAddress{with}
	return nil
}

// DeleteNatGateway ends a NAT gateway, and leaves its Elastic IP address free. Routes that
// lead to it stay, as black holes. Source: VPC user guide, delete a NAT gateway.
func (a *API) DeleteNatGateway(ctx context.Context, in *sdk.DeleteNatGatewayInput) (*sdk.DeleteNatGatewayOutput, error) {
	if aws.ToString(in.NatGatewayId) == "" {
		return nil, kit.MissingParameter("natGatewayId")
	}
	err := a.Store.Update(func(tx *store.Tx) error {
		g := ec2.NATGateways.Find(tx, kit.Scope(ctx), *in.NatGatewayId)
		if g == nil {
			return noNATGateway(*in.NatGatewayId)
		}
		ec2.EndNATGateway(tx, g, a.Now())
		return nil
	})
	return &sdk.DeleteNatGatewayOutput{NatGatewayId: in.NatGatewayId}, err
}
