package ec2_test

import (
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	elbtypes "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	elbv2 "github.com/ecs-emulator/ecs-emulator/internal/aws/elasticloadbalancingv2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// A load balancer has a network interface in each of its subnets, which is there when it has
// its address (ELB0003). Its security groups and subnets are in use before.
func TestNetworkInterfacesOfLoadBalancers(t *testing.T) {
	s := start(t, false)
	group := ec2network.NewSecurityGroup(ec2network.DefaultVPC, "web", "web")
	group.Scope = scope
	subnets := ec2network.DefaultSubnets(s.store.Read(), scope)
	b := elbv2.LoadBalancer{
		Scope: scope, Name: "web", ARN: elbv2.NewLoadBalancerARN(scope, elbtypes.LoadBalancerTypeEnumApplication, "web"), VPC: ec2network.DefaultVPC,
		Type: elbtypes.LoadBalancerTypeEnumApplication, SecurityGroups: []string{group.ID},
		Zones: []elbv2.Zone{
			{Name: subnets[0].Zone, Subnet: subnets[0].ID, Interface: "eni-0123456789abcdef0"}, {Name: subnets[1].Zone, Subnet: subnets[1].ID, Interface: "eni-0123456789abcdef1"},
		},
	}
	put := func(b *elbv2.LoadBalancer) {
		t.Helper()
		if err := s.store.Update(func(tx *store.Tx) error {
			elbv2.PutLoadBalancer(tx, b)
			ec2network.PutSecurityGroup(tx, group)
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	put(&b)
	describe := func(filters ...types.Filter) []types.NetworkInterface {
		t.Helper()
		in := &sdk.DescribeNetworkInterfacesInput{Filters: append(filters, filter("group-id", group.ID)...)}
		return must[*sdk.DescribeNetworkInterfacesOutput](t)(s.DescribeNetworkInterfaces(ctx, in)).NetworkInterfaces
	}
	if shown := describe(); len(shown) != 0 {
		t.Errorf("shown without an address: %+v", shown)
	}
	_, err := s.DeleteSecurityGroup(ctx, &sdk.DeleteSecurityGroupInput{GroupId: &group.ID})
	refused(t, err, "DependencyViolation", "resource "+group.ID+" has a dependent object")
	active := b
	active.Addresses = map[string]string{subnets[0].ID: "172.31.0.200", subnets[1].ID: "172.31.16.200"}
	put(&active)
	shown := describe(slices.Concat(filter("attachment.instance-owner-id", "amazon-elb"), filter("attachment.device-index", "1"),
		filter("attachment.delete-on-termination", "false"), filter("requester-id", "amazon-elb"))...)
	if len(shown) != 2 {
		t.Fatalf("%+v", shown)
	}
	n := shown[0]
	if *n.NetworkInterfaceId != "eni-0123456789abcdef0" || *n.Description != "ELB "+b.Resource() || *n.RequesterId != "amazon-elb" || !*n.RequesterManaged ||
		*n.Attachment.DeviceIndex != 1 || aws.ToBool(n.Attachment.DeleteOnTermination) || n.InterfaceType != "interface" || !*n.SourceDestCheck ||
		*n.PrivateIpAddress != "172.31.0.200" || *n.Groups[0].GroupId != group.ID || *n.SubnetId != subnets[0].ID || *n.AvailabilityZone != subnets[0].Zone {
		t.Errorf("%+v", n)
	}
}

// The public address of a load balancer holds the internet gateway.
func TestALoadBalancerHoldsTheInternetGateway(t *testing.T) {
	s := start(t, false)
	subnet := ec2network.DefaultSubnets(s.store.Read(), scope)[0]
	b := &elbv2.LoadBalancer{
		Scope: scope, Name: "web", ARN: elbv2.NewLoadBalancerARN(scope, elbtypes.LoadBalancerTypeEnumApplication, "web"), VPC: ec2network.DefaultVPC,
		Type: elbtypes.LoadBalancerTypeEnumApplication, Addresses: map[string]string{subnet.ID: "172.31.0.200"},
		Zones: []elbv2.Zone{{Name: subnet.Zone, Subnet: subnet.ID, Interface: "eni-0123456789abcdef0"}},
	}
	update := func(change func(tx *store.Tx)) {
		t.Helper()
		if err := s.store.Update(func(tx *store.Tx) error { change(tx); return nil }); err != nil {
			t.Fatal(err)
		}
	}
	var public string
	update(func(tx *store.Tx) {
		elbv2.PutLoadBalancer(tx, b)
		public = ec2network.TakePublicAddress(tx, b.Zones[0].Interface, "web").String()
	})
	shown := must[*sdk.DescribeNetworkInterfacesOutput](t)(s.DescribeNetworkInterfaces(ctx, &sdk.DescribeNetworkInterfacesInput{
		Filters: filter("association.public-ip", public),
	})).NetworkInterfaces
	if len(shown) != 1 || *shown[0].NetworkInterfaceId != b.Zones[0].Interface || *shown[0].Association.IpOwnerId != "amazon" {
		t.Errorf("%+v", shown)
	}
	gateway := must[*sdk.DescribeInternetGatewaysOutput](t)(s.DescribeInternetGateways(ctx, &sdk.DescribeInternetGatewaysInput{})).InternetGateways[0]
	detach := &sdk.DetachInternetGatewayInput{InternetGatewayId: gateway.InternetGatewayId, VpcId: aws.String(ec2network.DefaultVPC)}
	_, err := s.DetachInternetGateway(ctx, detach)
	refused(t, err, "DependencyViolation", "Network "+ec2network.DefaultVPC+" has some mapped public address(es). Please unmap those public address(es) before detaching the gateway.")
	update(func(tx *store.Tx) { elbv2.DeleteLoadBalancer(tx, b) })
	must[*sdk.DetachInternetGatewayOutput](t)(s.DetachInternetGateway(ctx, detach))
}
