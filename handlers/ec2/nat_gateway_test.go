package ec2_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

func (s *server) nat(t *testing.T, in *sdk.CreateNatGatewayInput) types.NatGateway {
	t.Helper()
	return *must[*sdk.CreateNatGatewayOutput](t)(s.CreateNatGateway(ctx, in)).NatGateway
}

func (s *server) natNow(t *testing.T, id string) types.NatGateway {
	t.Helper()
	return must[*sdk.DescribeNatGatewaysOutput](t)(s.DescribeNatGateways(ctx, &sdk.DescribeNatGatewaysInput{NatGatewayIds: []string{id}})).NatGateways[0]
}

func (s *server) elasticIP(t *testing.T) *sdk.AllocateAddressOutput {
	t.Helper()
	return must[*sdk.AllocateAddressOutput](t)(s.AllocateAddress(ctx, &sdk.AllocateAddressInput{Domain: types.DomainTypeVpc}))
}

// A public NAT gateway has an Elastic IP address and one of its subnet until it is deleted.
func TestTheLifeOfANATGateway(t *testing.T) {
	s := newServer(t)
	n := s.network(t, "10.0")
	eip := s.elasticIP(t)
	in := &sdk.CreateNatGatewayInput{
		SubnetId: &n.subnets[0], AllocationId: eip.AllocationId, ClientToken: aws.String("once"), TagSpecifications: specification(types.ResourceTypeNatgateway, "Name=out"),
	}
	made := s.nat(t, in)
	id := *made.NatGatewayId
	if made.State != types.NatGatewayStatePending || *made.VpcId != n.vpc || made.ConnectivityType != types.ConnectivityTypePublic || *made.Tags[0].Value != "out" {
		t.Errorf("made: %+v", made)
	}
	if again := s.nat(t, in); *again.NatGatewayId != id || again.State != types.NatGatewayStateAvailable {
		t.Errorf("made again: %+v", again)
	}
	now := s.natNow(t, id)
	address := now.NatGatewayAddresses[0]
	if now.State != types.NatGatewayStateAvailable || *address.AllocationId != *eip.AllocationId || *address.PublicIp != *eip.PublicIp ||
		*address.PrivateIp != "10.0.0.254" || !*address.IsPrimary || address.Status != types.NatGatewayAddressStatusSucceeded {
		t.Errorf("available: %+v", now)
	}
	known := must[*sdk.DescribeAddressesOutput](t)(s.DescribeAddresses(ctx, &sdk.DescribeAddressesInput{Filters: filter("association-id", *address.AssociationId)})).Addresses
	if len(known) != 1 || *known[0].NetworkInterfaceId != *address.NetworkInterfaceId || *known[0].PrivateIpAddress != "10.0.0.254" {
		t.Errorf("its address: %+v", known)
	}
	card := must[*sdk.DescribeNetworkInterfacesOutput](t)(s.DescribeNetworkInterfaces(ctx, &sdk.DescribeNetworkInterfacesInput{
		NetworkInterfaceIds: []string{*address.NetworkInterfaceId}, Filters: filter("association.public-ip", *eip.PublicIp),
	})).NetworkInterfaces[0]
	if card.InterfaceType != ec2.NATGatewayInterface || *card.Description != "Interface for NAT Gateway "+id || *card.PrivateIpAddress != "10.0.0.254" || *card.VpcId != n.vpc {
		t.Errorf("its network interface: %+v", card)
	}
	s.tag(t, *address.NetworkInterfaceId)
	subnet := must[*sdk.DescribeSubnetsOutput](t)(s.DescribeSubnets(ctx, &sdk.DescribeSubnetsInput{SubnetIds: n.subnets[:1]})).Subnets[0]
	if *subnet.AvailableIpAddressCount != 250 {
		t.Errorf("the subnet has %d addresses left", *subnet.AvailableIpAddressCount)
	}

	_, err := s.ReleaseAddress(ctx, &sdk.ReleaseAddressInput{AllocationId: eip.AllocationId})
	refused(t, err, "InvalidIPAddress.InUse", "Address "+*eip.PublicIp+" is in use.")
	_, err = s.DisassociateAddress(ctx, &sdk.DisassociateAddressInput{AssociationId: address.AssociationId})
	refused(t, err, "AuthFailure", "You do not have permission to access the specified resource.")
	_, err = s.DetachInternetGateway(ctx, &sdk.DetachInternetGatewayInput{InternetGatewayId: &n.gateway, VpcId: &n.vpc})
	refused(t, err, "DependencyViolation", "Network "+n.vpc+" has some mapped public address(es). Please unmap those public address(es) before detaching the gateway.")
	_, err = s.DeleteSubnet(ctx, &sdk.DeleteSubnetInput{SubnetId: &n.subnets[0]})
	refused(t, err, "DependencyViolation", "The subnet '"+n.subnets[0]+"' has dependencies and cannot be deleted.")

	must[*sdk.DeleteNatGatewayOutput](t)(s.DeleteNatGateway(ctx, &sdk.DeleteNatGatewayInput{NatGatewayId: &id}))
	if gone := s.natNow(t, id); gone.State != types.NatGatewayStateDeleted || gone.DeleteTime == nil {
		t.Errorf("deleted: %+v", gone)
	}
	_, err = s.DisassociateAddress(ctx, &sdk.DisassociateAddressInput{AssociationId: address.AssociationId})
	refused(t, err, "InvalidAssociationID.NotFound", "The association ID '"+*address.AssociationId+"' does not exist")
	must[*sdk.DisassociateAddressOutput](t)(s.DisassociateAddress(ctx, &sdk.DisassociateAddressInput{PublicIp: eip.PublicIp}))
	must[*sdk.ReleaseAddressOutput](t)(s.ReleaseAddress(ctx, &sdk.ReleaseAddressInput{AllocationId: eip.AllocationId}))
	must[*sdk.DeleteSubnetOutput](t)(s.DeleteSubnet(ctx, &sdk.DeleteSubnetInput{SubnetId: &n.subnets[0]}))
	if err := s.store.Update(func(tx *store.Tx) error { ec2.ForgetNATGateways(tx, time.Now().Add(time.Minute)); return nil }); err != nil {
		t.Fatal(err)
	}
	_, err = s.DeleteNatGateway(ctx, &sdk.DeleteNatGatewayInput{NatGatewayId: &id})
	refused(t, err, "NatGatewayNotFound", "NatGateway "+id+" was not found")
}

// A NAT gateway that cannot have its address is made, and fails.
func TestNATGatewaysThatFail(t *testing.T) {
	s := newServer(t)
	n := s.network(t, "10.0")
	eip, other := s.elasticIP(t), s.elasticIP(t)
	s.nat(t, &sdk.CreateNatGatewayInput{SubnetId: &n.subnets[0], AllocationId: eip.AllocationId})
	closed := s.vpc(t, "10.5.0.0/16")
	inside := must[*sdk.CreateSubnetOutput](t)(s.CreateSubnet(ctx, &sdk.CreateSubnetInput{VpcId: &closed, CidrBlock: aws.String("10.5.0.0/28")})).Subnet.SubnetId
	for _, c := range []struct {
		in            sdk.CreateNatGatewayInput
		code, message string
	}{
		{sdk.CreateNatGatewayInput{SubnetId: &n.subnets[1], AllocationId: eip.AllocationId}, "Resource.AlreadyAssociated", "Elastic IP address " + *eip.AllocationId + " is already associated"},
		{sdk.CreateNatGatewayInput{SubnetId: inside, AllocationId: other.AllocationId}, "Gateway.NotAttached", "Network " + closed + " has no Internet gateway attached"},
	} {
		failed := s.natNow(t, *s.nat(t, &c.in).NatGatewayId)
		if failed.State != types.NatGatewayStateFailed || *failed.FailureCode != c.code || *failed.FailureMessage != c.message || failed.NatGatewayAddresses[0].PublicIp != nil {
			t.Errorf("got %+v", failed)
		}
	}
	private := types.ConnectivityTypePrivate
	for range 11 { // all that a /28 has
		if g := s.nat(t, &sdk.CreateNatGatewayInput{SubnetId: inside, ConnectivityType: private}); s.natNow(t, *g.NatGatewayId).State != types.NatGatewayStateAvailable {
			t.Fatalf("got %+v", g)
		}
	}
	full := s.natNow(t, *s.nat(t, &sdk.CreateNatGatewayInput{SubnetId: inside, ConnectivityType: private}).NatGatewayId)
	if full.State != types.NatGatewayStateFailed || *full.FailureCode != "InsufficientFreeAddressesInSubnet" {
		t.Errorf("got %+v", full)
	}
	for _, c := range []struct {
		in            sdk.CreateNatGatewayInput
		code, message string
	}{
		{sdk.CreateNatGatewayInput{SubnetId: &n.subnets[0]}, "MissingParameter", "The request must contain the parameter allocationId"},
		{sdk.CreateNatGatewayInput{AllocationId: eip.AllocationId}, "MissingParameter", "The request must contain the parameter subnetId"},
		{sdk.CreateNatGatewayInput{SubnetId: aws.String("subnet-1"), AllocationId: eip.AllocationId}, "InvalidSubnetID.NotFound", "The subnet ID 'subnet-1' does not exist"},
		{sdk.CreateNatGatewayInput{SubnetId: &n.subnets[0], AllocationId: aws.String("eipalloc-1")}, "InvalidAllocationID.NotFound", "The allocation ID 'eipalloc-1' does not exist"},
		{sdk.CreateNatGatewayInput{SubnetId: &n.subnets[0], ConnectivityType: private, AllocationId: eip.AllocationId}, "InvalidParameterCombination", "The parameter allocationId cannot be used with the connectivity type private"},
		{sdk.CreateNatGatewayInput{SubnetId: &n.subnets[0], ConnectivityType: "open"}, "InvalidParameterValue", "Value (open) for parameter connectivityType is invalid."},
		{sdk.CreateNatGatewayInput{SubnetId: &n.subnets[0], ConnectivityType: private, PrivateIpAddress: aws.String("10.0.0.2")}, "InvalidParameterValue", "Address 10.0.0.2 does not fall within the subnet's address range"},
		{sdk.CreateNatGatewayInput{SubnetId: &n.subnets[0], ConnectivityType: private, PrivateIpAddress: aws.String("10.0.0.254")}, "InvalidIPAddress.InUse", "Address 10.0.0.254 is in use."},
		{sdk.CreateNatGatewayInput{SubnetId: &n.subnets[0], AllocationId: eip.AllocationId, SecondaryAllocationIds: []string{"eipalloc-1"}}, "UnsupportedOperation", "ecs-emulator does not support secondary addresses of CreateNatGateway"},
	} {
		_, err := s.CreateNatGateway(ctx, &c.in)
		refused(t, err, c.code, c.message)
	}
	_, err := s.DescribeNatGateways(ctx, &sdk.DescribeNatGatewaysInput{NatGatewayIds: []string{"nat-1"}})
	refused(t, err, "NatGatewayNotFound", "NatGateway nat-1 was not found")
}

// States take the time that they take on AWS, if that is asked for.
func TestStatesOfANATGatewayFollowTheTime(t *testing.T) {
	begin := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	delays := ec2.NATDelays{Create: 100 * time.Second, Delete: 50 * time.Second}
	g := &ec2.NATGateway{CreatedAt: begin}
	for seconds, want := range map[int]types.NatGatewayState{
		0: types.NatGatewayStatePending, 99: types.NatGatewayStatePending, 100: types.NatGatewayStateAvailable,
		200: types.NatGatewayStateDeleting, 249: types.NatGatewayStateDeleting, 250: types.NatGatewayStateDeleted,
	} {
		at := *g
		if seconds >= 200 {
			at.DeletedAt = begin.Add(200 * time.Second)
		}
		if got := at.State(begin.Add(time.Duration(seconds)*time.Second), delays); got != want {
			t.Errorf("after %d seconds: %s", seconds, got)
		}
	}
}

func TestElasticIPAddresses(t *testing.T) {
	s := newServer(t)
	made := must[*sdk.AllocateAddressOutput](t)(s.AllocateAddress(ctx, &sdk.AllocateAddressInput{TagSpecifications: specification(types.ResourceTypeElasticIp, "Name=nat")}))
	if *made.PublicIp != "198.51.100.1" || made.Domain != types.DomainTypeVpc || *made.PublicIpv4Pool != "amazon" || *made.NetworkBorderGroup != scope.Region {
		t.Errorf("made: %+v", made)
	}
	elsewhere := func(o *sdk.Options) { o.Region = "us-west-2" }
	if other := must[*sdk.AllocateAddressOutput](t)(s.AllocateAddress(ctx, &sdk.AllocateAddressInput{}, elsewhere)); *other.PublicIp == *made.PublicIp {
		t.Errorf("two regions have %s", *other.PublicIp)
	}
	found := must[*sdk.DescribeAddressesOutput](t)(s.DescribeAddresses(ctx, &sdk.DescribeAddressesInput{PublicIps: []string{*made.PublicIp}, Filters: filter("tag:Name", "nat")})).Addresses
	if len(found) != 1 || *found[0].AllocationId != *made.AllocationId || found[0].AssociationId != nil {
		t.Errorf("found: %+v", found)
	}
	names := must[*sdk.DescribeAddressesAttributeOutput](t)(s.DescribeAddressesAttribute(ctx, &sdk.DescribeAddressesAttributeInput{
		AllocationIds: []string{*made.AllocationId}, Attribute: types.AddressAttributeNameDomainName,
	}))
	if len(names.Addresses) > 0 {
		t.Errorf("it has a name: %+v", names.Addresses)
	}
	must[*sdk.ReleaseAddressOutput](t)(s.ReleaseAddress(ctx, &sdk.ReleaseAddressInput{PublicIp: made.PublicIp}))
	_, err := s.ReleaseAddress(ctx, &sdk.ReleaseAddressInput{AllocationId: made.AllocationId})
	refused(t, err, "InvalidAllocationID.NotFound", "The allocation ID '"+*made.AllocationId+"' does not exist")
	_, err = s.DescribeAddresses(ctx, &sdk.DescribeAddressesInput{PublicIps: []string{*made.PublicIp}})
	refused(t, err, "InvalidAddress.NotFound", "Address '"+*made.PublicIp+"' not found.")
	_, err = s.AllocateAddress(ctx, &sdk.AllocateAddressInput{NetworkBorderGroup: aws.String("us-west-2")})
	refused(t, err, "InvalidParameterValue", "Invalid network border group.")
	_, err = s.AllocateAddress(ctx, &sdk.AllocateAddressInput{IpamPoolId: aws.String("ipam-pool-1")})
	refused(t, err, "UnsupportedOperation", "ecs-emulator does not support pools of one's own of AllocateAddress")
	for range 253 {
		s.elasticIP(t)
	}
	_, err = s.AllocateAddress(ctx, &sdk.AllocateAddressInput{})
	refused(t, err, "InsufficientAddressCapacity", "Not enough available addresses to satisfy your minimum request.")
}
