package routing

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/ecs-emulator/ecs-emulator/handlers/ec2/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

var addressValues = kit.Values[types.Address](kit.Filters{Named: []string{
	"allocation-id", "association-id", "domain", "instance-id", "network-border-group", "network-interface-id",
	"network-interface-owner-id", "private-ip-address", "public-ip", "public-ipv4-pool",
}})

// amazonPool is the pool of AWS's own addresses.
const amazonPool = "amazon"

func address(tx *store.Tx, a *ec2.Address) types.Address {
	described := types.Address{
		AllocationId: &a.ID, PublicIp: &a.PublicIP, Domain: types.DomainTypeVpc, PublicIpv4Pool: aws.String(amazonPool),
		NetworkBorderGroup: &a.Scope.Region, Tags: kit.TagsOf(tx, a.Scope, a.ID),
	}
	if n, with := natGatewayWith(tx, a.Scope, a.ID); n != nil {
		described.AssociationId, described.PrivateIpAddress = &with.Association, &with.PrivateIP
		described.NetworkInterfaceId, described.NetworkInterfaceOwnerId = &n.Interface, &a.Scope.Account
	}
	if i := a.Holder(tx); i != nil {
		described.AssociationId, described.PrivateIpAddress = &a.Association, kit.Optional(i.PrivateIP)
		described.NetworkInterfaceId, described.NetworkInterfaceOwnerId = kit.InterfaceID(i), &a.Scope.Account
		described.InstanceId = &i.ID
	}
	return described
}

// natGatewayWith finds the NAT gateway that has an Elastic IP address, or nil.
func natGatewayWith(tx *store.Tx, scope arn.Scope, allocation string) (*ec2.NATGateway, ec2.NATAddress) {
	for _, n := range ec2.NATGateways.List(tx, scope) {
		for _, with := range n.Addresses {
			if n.Lives() && with.Allocation == allocation {
				return n, with
			}
		}
	}
	return nil, ec2.NATAddress{}
}

// DescribeAddresses answers Elastic IP addresses by id.
func (a *API) DescribeAddresses(ctx context.Context, in *sdk.DescribeAddressesInput) (*sdk.DescribeAddressesOutput, error) {
	scope, tx := kit.Scope(ctx), a.Store.Read()
	var rows []types.Address
	for _, each := range ec2.Addresses.List(tx, scope) {
		rows = append(rows, address(tx, each))
	}
	byIP, err := kit.Describe(rows, nil, in.PublicIps, "public-ip", addressValues, noAddress)
	if err != nil {
		return nil, err
	}
	found, err := kit.Describe(byIP, in.Filters, in.AllocationIds, "allocation-id", addressValues, kit.MissingOrMalformed("eipalloc-"))
	return &sdk.DescribeAddressesOutput{Addresses: found}, err
}

// noAddress is the error for an address that is not allocated. Source: field reports.
func noAddress(ip string) error {
	return kit.Refuse("InvalidAddress.NotFound", "Address '%s' not found.", ip)
}

// AllocateAddress gives an address of a range for documentation, at which nothing is reached.
func (a *API) AllocateAddress(ctx context.Context, in *sdk.AllocateAddressInput) (*sdk.AllocateAddressOutput, error) {
	tags, err := kit.TagsFor(ctx, types.ResourceTypeElasticIp, in.TagSpecifications)
	if err != nil {
		return nil, err
	}
	scope := kit.Scope(ctx)
	switch {
	case in.Domain != "" && in.Domain != types.DomainTypeVpc:
		return nil, kit.Refuse("InvalidParameterValue", "Value (%s) for parameter domain is invalid.", in.Domain) // the text is the emulator's
	case in.NetworkBorderGroup != nil && *in.NetworkBorderGroup != scope.Region:
		return nil, kit.Refuse("InvalidParameterValue", "Invalid network border group.") // Source: recorded answers
	case in.Address != nil:
		return nil, kit.NotBuilt("AllocateAddress", "Address")
	case in.CustomerOwnedIpv4Pool != nil || in.IpamPoolId != nil || aws.ToString(in.PublicIpv4Pool) != "" && *in.PublicIpv4Pool != amazonPool:
		return nil, kit.NotBuilt("AllocateAddress", "pools of one's own")
	}
	out := &sdk.AllocateAddressOutput{Domain: types.DomainTypeVpc, PublicIpv4Pool: aws.String(amazonPool), NetworkBorderGroup: &scope.Region}
	err = a.Store.Update(func(tx *store.Tx) error {
		ip := ec2.FreePublicIP(tx)
		if !ip.IsValid() { // Source: EC2 API reference, error codes
			return kit.Refuse("InsufficientAddressCapacity", "Not enough available addresses to satisfy your minimum request.")
		}
		row := &ec2.Address{Scope: scope, ID: ec2.NewID("eipalloc-"), PublicIP: ip.String(), AllocatedAt: a.Now()}
		ec2.Addresses.Make(tx, row, tags)
		out.AllocationId, out.PublicIp = &row.ID, &row.PublicIP
		return nil
	})
	return out, err
}

// ReleaseAddress gives an address back that nothing has.
func (a *API) ReleaseAddress(ctx context.Context, in *sdk.ReleaseAddressInput) (*sdk.ReleaseAddressOutput, error) {
	scope := kit.Scope(ctx)
	if in.NetworkBorderGroup != nil && *in.NetworkBorderGroup != scope.Region {
		return nil, kit.Refuse("InvalidParameterValue", "Invalid network border group.")
	}
	err := a.Store.Update(func(tx *store.Tx) error {
		row, err := namedAddress(tx, scope, in.AllocationId, in.PublicIp)
		if err != nil {
			return err
		}
		if n, _ := natGatewayWith(tx, scope, row.ID); n != nil || row.Holder(tx) != nil { // Source: field reports
			return kit.Refuse("InvalidIPAddress.InUse", "Address %s is in use.", row.PublicIP)
		}
		ec2.ReleaseAddress(tx, row, a.Now())
		return nil
	})
	return &sdk.ReleaseAddressOutput{}, err
}

// namedAddress returns the address that a request names, by its allocation or as such.
func namedAddress(tx *store.Tx, scope arn.Scope, allocation, ip *string) (*ec2.Address, error) {
	if aws.ToString(allocation) != "" || aws.ToString(ip) == "" {
		return kit.Named(tx, scope, "allocationId", allocation, "eipalloc-", ec2.Addresses.Find)
	}
	for _, row := range ec2.Addresses.List(tx, scope) {
		if row.PublicIP == *ip {
			return row, nil
		}
	}
	return nil, noAddress(*ip)
}

// DescribeAddressesAttribute answers that no address has a name of its own.
func (a *API) DescribeAddressesAttribute(ctx context.Context, in *sdk.DescribeAddressesAttributeInput) (*sdk.DescribeAddressesAttributeOutput, error) {
	scope, tx := kit.Scope(ctx), a.Store.Read()
	if in.Attribute != "" && in.Attribute != types.AddressAttributeNameDomainName {
		return nil, kit.Refuse("InvalidParameterValue", "Value (%s) for parameter attribute is invalid.", in.Attribute) // the text is the emulator's
	}
	for _, id := range in.AllocationIds {
		if ec2.Addresses.Find(tx, scope, id) == nil {
			return nil, kit.MissingOrMalformed("eipalloc-")(id)
		}
	}
	return &sdk.DescribeAddressesAttributeOutput{Addresses: []types.AddressAttribute{}}, nil
}
