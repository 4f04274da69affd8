package ec2_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

// instance launches one of a subnet, which runs.
func (s *server) instance(t *testing.T, subnet string) string {
	t.Helper()
	in := run(1)
	if subnet != "" {
		in.SubnetId = &subnet
	}
	id := *s.run(t, in).Instances[0].InstanceId
	s.settle(t)
	return id
}

func (s *server) associate(t *testing.T, in *sdk.AssociateAddressInput) string {
	t.Helper()
	return *must[*sdk.AssociateAddressOutput](t)(s.AssociateAddress(ctx, in)).AssociationId
}

func (s *server) addresses(t *testing.T, filters ...types.Filter) []types.Address {
	t.Helper()
	return must[*sdk.DescribeAddressesOutput](t)(s.DescribeAddresses(ctx, &sdk.DescribeAddressesInput{Filters: filters})).Addresses
}

// An Elastic IP address is an instance's until it is disassociated, over stop and start.
func TestAnInstanceHasAnElasticIPAddress(t *testing.T) {
	s := newServer(t)
	id, eip := s.instance(t, ""), s.elasticIP(t)
	card := *s.one(t, id).NetworkInterfaces[0].NetworkInterfaceId
	association := s.associate(t, &sdk.AssociateAddressInput{AllocationId: eip.AllocationId, InstanceId: &id, AllowReassociation: aws.Bool(false)})
	for name, value := range map[string]string{
		"instance-id": id, "association-id": association, "network-interface-id": card, "private-ip-address": "172.31.0.4", "network-interface-owner-id": scope.Account,
	} {
		if found := s.addresses(t, filter(name, value)...); len(found) != 1 || *found[0].AllocationId != *eip.AllocationId || *found[0].InstanceId != id {
			t.Errorf("by %s: %+v", name, found)
		}
	}
	check := func(when string) {
		t.Helper()
		i := s.one(t, id)
		if aws.ToString(i.PublicIpAddress) != *eip.PublicIp || *i.PublicDnsName != "ec2-198-51-100-1.eu-west-1.compute.amazonaws.com" ||
			*i.NetworkInterfaces[0].Association.IpOwnerId != scope.Account || *i.NetworkInterfaces[0].PrivateIpAddresses[0].Association.PublicIp != *eip.PublicIp {
			t.Errorf("%s: %+v", when, i)
		}
	}
	check("associated")
	if found := must[*sdk.DescribeInstancesOutput](t)(s.DescribeInstances(ctx, &sdk.DescribeInstancesInput{Filters: filter("ip-address", *eip.PublicIp)})).Reservations; len(found) != 1 {
		t.Errorf("found %+v", found)
	}
	if again := s.associate(t, &sdk.AssociateAddressInput{PublicIp: eip.PublicIp, NetworkInterfaceId: &card, AllowReassociation: aws.Bool(false)}); again != association {
		t.Errorf("associated again: %s, not %s", again, association)
	}
	must[*sdk.StopInstancesOutput](t)(s.StopInstances(ctx, &sdk.StopInstancesInput{InstanceIds: []string{id}}))
	s.settle(t)
	check("stopped")

	_, err := s.ReleaseAddress(ctx, &sdk.ReleaseAddressInput{AllocationId: eip.AllocationId})
	refused(t, err, "InvalidIPAddress.InUse", "Address "+*eip.PublicIp+" is in use.")
	must[*sdk.DisassociateAddressOutput](t)(s.DisassociateAddress(ctx, &sdk.DisassociateAddressInput{AssociationId: &association}))
	if i, a := s.one(t, id), s.addresses(t)[0]; i.PublicIpAddress != nil || a.InstanceId != nil || a.AssociationId != nil || a.NetworkInterfaceId != nil {
		t.Errorf("disassociated: %+v %+v", i, a)
	}
	_, err = s.DisassociateAddress(ctx, &sdk.DisassociateAddressInput{AssociationId: &association})
	refused(t, err, "InvalidAssociationID.NotFound", "The association ID '"+association+"' does not exist")
	must[*sdk.ReleaseAddressOutput](t)(s.ReleaseAddress(ctx, &sdk.ReleaseAddressInput{AllocationId: eip.AllocationId}))
}

// An address goes to another instance unless the request forbids it, and the one that the
// instance had is free then. An instance that terminates lets go of its own.
func TestElasticIPAddressesMove(t *testing.T) {
	s := newServer(t)
	one, other := s.instance(t, ""), s.instance(t, "")
	eip, second := s.elasticIP(t), s.elasticIP(t)
	first := s.associate(t, &sdk.AssociateAddressInput{AllocationId: eip.AllocationId, InstanceId: &one})
	s.associate(t, &sdk.AssociateAddressInput{AllocationId: second.AllocationId, InstanceId: &other})
	_, err := s.AssociateAddress(ctx, &sdk.AssociateAddressInput{AllocationId: eip.AllocationId, InstanceId: &other, AllowReassociation: aws.Bool(false)})
	refused(t, err, "Resource.AlreadyAssociated", "resource "+*eip.AllocationId+" is already associated with associate-id "+first)
	if moved := s.associate(t, &sdk.AssociateAddressInput{AllocationId: eip.AllocationId, InstanceId: &other}); moved == first {
		t.Error("it has the same association")
	}
	if i := s.one(t, one); i.PublicIpAddress == nil || *i.PublicIpAddress == *eip.PublicIp || *i.PublicIpAddress == *second.PublicIp || *i.NetworkInterfaces[0].Association.IpOwnerId != "amazon" {
		t.Errorf("the first has none of its own again: %+v", i)
	}
	if held := s.addresses(t, filter("instance-id", other)...); len(held) != 1 || *held[0].PublicIp != *eip.PublicIp {
		t.Errorf("the second has %+v", held)
	}
	must[*sdk.TerminateInstancesOutput](t)(s.TerminateInstances(ctx, &sdk.TerminateInstancesInput{InstanceIds: []string{other}}))
	if held := s.addresses(t, filter("instance-id", other)...); len(held) > 0 {
		t.Errorf("after its end it has %+v", held)
	}
	must[*sdk.ReleaseAddressOutput](t)(s.ReleaseAddress(ctx, &sdk.ReleaseAddressInput{AllocationId: eip.AllocationId}))
}

func TestWhatCannotHaveAnElasticIPAddress(t *testing.T) {
	s := newServer(t)
	n := s.network(t, "10.0")
	closed := s.vpc(t, "10.5.0.0/16")
	inside := must[*sdk.CreateSubnetOutput](t)(s.CreateSubnet(ctx, &sdk.CreateSubnetInput{VpcId: &closed, CidrBlock: aws.String("10.5.0.0/28")})).Subnet.SubnetId
	gone, shut, id := s.instance(t, ""), s.instance(t, *inside), s.instance(t, n.subnets[0])
	must[*sdk.TerminateInstancesOutput](t)(s.TerminateInstances(ctx, &sdk.TerminateInstancesInput{InstanceIds: []string{gone}}))
	s.settle(t)
	pending := *s.run(t, run(1)).Instances[0].InstanceId
	eip, nats := s.elasticIP(t), s.elasticIP(t)
	nat := s.natNow(t, *s.nat(t, &sdk.CreateNatGatewayInput{SubnetId: &n.subnets[0], AllocationId: nats.AllocationId}).NatGatewayId).NatGatewayAddresses[0]
	lost := "i-00000001"
	for _, c := range []struct {
		in            sdk.AssociateAddressInput
		code, message string
	}{
		{sdk.AssociateAddressInput{InstanceId: &id}, "MissingParameter", "The request must contain the parameter allocationId"},
		{sdk.AssociateAddressInput{AllocationId: eip.AllocationId}, "MissingParameter", "Either instanceId or networkInterfaceId must be specified"},
		{sdk.AssociateAddressInput{AllocationId: eip.AllocationId, InstanceId: &id, NetworkInterfaceId: aws.String("eni-1")}, "InvalidParameterCombination", "instanceId and networkInterfaceId may not be specified on the same request"},
		{sdk.AssociateAddressInput{AllocationId: aws.String("eipalloc-1"), InstanceId: &id}, "InvalidAllocationID.NotFound", "The allocation ID 'eipalloc-1' does not exist"},
		{sdk.AssociateAddressInput{AllocationId: eip.AllocationId, InstanceId: &lost}, "InvalidInstanceID.NotFound", "The instance ID '" + lost + "' does not exist"},
		{sdk.AssociateAddressInput{AllocationId: eip.AllocationId, NetworkInterfaceId: aws.String("eni-1")}, "InvalidNetworkInterfaceID.NotFound", "The networkInterface ID 'eni-1' does not exist"},
		{sdk.AssociateAddressInput{AllocationId: eip.AllocationId, NetworkInterfaceId: nat.NetworkInterfaceId}, "AuthFailure", "You do not have permission to access the specified resource."},
		{sdk.AssociateAddressInput{AllocationId: nats.AllocationId, InstanceId: &id}, "AuthFailure", "You do not have permission to access the specified resource."},
		{sdk.AssociateAddressInput{AllocationId: nats.AllocationId, InstanceId: &id, AllowReassociation: aws.Bool(false)}, "Resource.AlreadyAssociated", "resource " + *nats.AllocationId + " is already associated with associate-id " + *nat.AssociationId},
		{sdk.AssociateAddressInput{AllocationId: eip.AllocationId, InstanceId: &shut}, "Gateway.NotAttached", "Network " + closed + " is not attached to any internet gateway"},
		{sdk.AssociateAddressInput{AllocationId: eip.AllocationId, InstanceId: &pending}, "InvalidInstanceID", "The pending instance '" + pending + "' is not in a valid state for this operation."},
		{sdk.AssociateAddressInput{AllocationId: eip.AllocationId, InstanceId: &gone}, "InvalidInstanceID", "The terminated instance '" + gone + "' is not in a valid state for this operation."},
	} {
		_, err := s.AssociateAddress(ctx, &c.in)
		refused(t, err, c.code, c.message)
	}
	_, err := s.DisassociateAddress(ctx, &sdk.DisassociateAddressInput{})
	refused(t, err, "MissingParameter", "The request must contain the parameter associationId")

	s.associate(t, &sdk.AssociateAddressInput{AllocationId: eip.AllocationId, InstanceId: &id, PrivateIpAddress: aws.String("172.31.0.4")})
	if failed := s.natNow(t, *s.nat(t, &sdk.CreateNatGatewayInput{SubnetId: &n.subnets[0], AllocationId: eip.AllocationId}).NatGatewayId); *failed.FailureCode != "Resource.AlreadyAssociated" {
		t.Errorf("a NAT gateway has it as well: %+v", failed)
	}
	other := s.network(t, "10.9")
	there := s.instance(t, other.subnets[0])
	s.associate(t, &sdk.AssociateAddressInput{AllocationId: eip.AllocationId, InstanceId: &there})
	_, err = s.DetachInternetGateway(ctx, &sdk.DetachInternetGatewayInput{InternetGatewayId: &other.gateway, VpcId: &other.vpc})
	refused(t, err, "DependencyViolation", "Network "+other.vpc+" has some mapped public address(es). Please unmap those public address(es) before detaching the gateway.")
}

// An instance has a public address if its launch says so, or else its subnet.
func TestPublicAddressesOfInstances(t *testing.T) {
	s := newServer(t)
	n := s.network(t, "10.0") // its subnets map none
	with := func(asked *bool, subnet string) types.Instance {
		in := run(1)
		in.NetworkInterfaces = []types.InstanceNetworkInterfaceSpecification{{DeviceIndex: aws.Int32(0), AssociatePublicIpAddress: asked}}
		if subnet != "" {
			in.NetworkInterfaces[0].SubnetId = &subnet
		}
		launched := s.run(t, in).Instances[0]
		if launched.PublicIpAddress != nil {
			t.Errorf("the launch answers %s", *launched.PublicIpAddress)
		}
		s.settle(t)
		return s.one(t, *launched.InstanceId)
	}
	for _, c := range []struct {
		asked  *bool
		subnet string
		public bool
	}{
		{nil, "", true}, {aws.Bool(false), "", false}, {nil, n.subnets[0], false}, {aws.Bool(true), n.subnets[0], true},
	} {
		i := with(c.asked, c.subnet)
		cards := must[*sdk.DescribeNetworkInterfacesOutput](t)(s.DescribeNetworkInterfaces(ctx, &sdk.DescribeNetworkInterfacesInput{
			Filters: filter("attachment.instance-id", *i.InstanceId),
		})).NetworkInterfaces
		if len(cards) != 1 || *cards[0].NetworkInterfaceId != *i.NetworkInterfaces[0].NetworkInterfaceId || (cards[0].Association != nil) != c.public || (i.PublicIpAddress != nil) != c.public {
			t.Fatalf("asked %v of %q: %+v, %+v", c.asked, c.subnet, i, cards)
		}
		if c.public && (*cards[0].Association.PublicIp != *i.PublicIpAddress || *cards[0].Association.PublicDnsName != *i.PublicDnsName) {
			t.Errorf("the interface has %+v, the instance %s", cards[0].Association, *i.PublicIpAddress)
		}
	}
	last := with(aws.Bool(true), n.subnets[0])
	if *last.PublicDnsName != "" {
		t.Errorf("in a VPC without DNS host names it has the name %s", *last.PublicDnsName)
	}
	_, err := s.DetachInternetGateway(ctx, &sdk.DetachInternetGatewayInput{InternetGatewayId: &n.gateway, VpcId: &n.vpc})
	refused(t, err, "DependencyViolation", "Network "+n.vpc+" has some mapped public address(es). Please unmap those public address(es) before detaching the gateway.")
}
