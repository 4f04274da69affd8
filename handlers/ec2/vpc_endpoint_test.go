package ec2_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

func endpointService(name string) *string {
	return aws.String("com.amazonaws." + scope.Region + "." + name)
}

func (s *server) endpoint(t *testing.T, in *sdk.CreateVpcEndpointInput) types.VpcEndpoint {
	t.Helper()
	return *must[*sdk.CreateVpcEndpointOutput](t)(s.CreateVpcEndpoint(ctx, in)).VpcEndpoint
}

func (s *server) endpointNow(t *testing.T, id string) types.VpcEndpoint {
	t.Helper()
	return must[*sdk.DescribeVpcEndpointsOutput](t)(s.DescribeVpcEndpoints(ctx, &sdk.DescribeVpcEndpointsInput{VpcEndpointIds: []string{id}})).VpcEndpoints[0]
}

// A gateway endpoint is in the route tables that it is told, each with a route to its service.
func TestAGatewayEndpoint(t *testing.T) {
	s := newServer(t)
	n := s.network(t, "10.0")
	first, second := s.table(t, n.vpc), s.table(t, n.vpc)
	in := &sdk.CreateVpcEndpointInput{
		VpcId: &n.vpc, ServiceName: endpointService("s3"), RouteTableIds: []string{first}, ClientToken: aws.String("once"),
		TagSpecifications: specification(types.ResourceTypeVpcEndpoint, "Name=s3"),
	}
	made := s.endpoint(t, in)
	id := *made.VpcEndpointId
	if again := s.endpoint(t, in); made.State != "available" || *again.VpcEndpointId != id || made.VpcEndpointType != types.VpcEndpointTypeGateway || *made.PrivateDnsEnabled {
		t.Errorf("made: %+v", made)
	}
	list := must[*sdk.DescribePrefixListsOutput](t)(s.DescribePrefixLists(ctx, &sdk.DescribePrefixListsInput{Filters: filter("prefix-list-name", *made.ServiceName)})).PrefixLists[0]
	if got, want := s.routes(t, first), "10.0.0.0/16 local active\n"+*list.PrefixListId+" "+id+" active\n"; got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	_, err := s.CreateVpcEndpoint(ctx, &sdk.CreateVpcEndpointInput{VpcId: &n.vpc, ServiceName: made.ServiceName, RouteTableIds: []string{first}})
	refused(t, err, "RouteAlreadyExists", "route table "+first+" already has a route with destination-prefix-list-id "+*list.PrefixListId)

	policy := `{"Statement":[{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*"}]}`
	must[*sdk.ModifyVpcEndpointOutput](t)(s.ModifyVpcEndpoint(ctx, &sdk.ModifyVpcEndpointInput{
		VpcEndpointId: &id, AddRouteTableIds: []string{second}, RemoveRouteTableIds: []string{first}, PolicyDocument: &policy,
	}))
	if now := s.endpointNow(t, id); *now.PolicyDocument != policy || strings.Join(now.RouteTableIds, " ") != second {
		t.Errorf("changed: %+v", now)
	}
	must[*sdk.ModifyVpcEndpointOutput](t)(s.ModifyVpcEndpoint(ctx, &sdk.ModifyVpcEndpointInput{VpcEndpointId: &id, ResetPolicy: aws.Bool(true)}))
	must[*sdk.DeleteRouteTableOutput](t)(s.DeleteRouteTable(ctx, &sdk.DeleteRouteTableInput{RouteTableId: &second}))
	if now := s.endpointNow(t, id); !strings.Contains(*now.PolicyDocument, `"Allow"`) || len(now.RouteTableIds) > 0 {
		t.Errorf("reset: %+v", now)
	}
	out := must[*sdk.DeleteVpcEndpointsOutput](t)(s.DeleteVpcEndpoints(ctx, &sdk.DeleteVpcEndpointsInput{VpcEndpointIds: []string{"vpce-1", id}}))
	if len(out.Unsuccessful) != 1 || *out.Unsuccessful[0].Error.Code != "InvalidVpcEndpointId.NotFound" {
		t.Errorf("deleted: %+v", out.Unsuccessful)
	}
	_, err = s.DescribeVpcEndpoints(ctx, &sdk.DescribeVpcEndpointsInput{VpcEndpointIds: []string{id}})
	refused(t, err, "InvalidVpcEndpointId.NotFound", "The Vpc Endpoint Id '"+id+"' does not exist")
}

// An interface endpoint has a network interface in each of its subnets, and names.
func TestAnInterfaceEndpoint(t *testing.T) {
	s := newServer(t)
	n := s.network(t, "10.0")
	group := must[*sdk.CreateSecurityGroupOutput](t)(s.CreateSecurityGroup(ctx, &sdk.CreateSecurityGroupInput{VpcId: &n.vpc, GroupName: aws.String("endpoints"), Description: aws.String("x")})).GroupId
	in := &sdk.CreateVpcEndpointInput{
		VpcId: &n.vpc, ServiceName: endpointService("ecr.api"), VpcEndpointType: types.VpcEndpointTypeInterface,
		SubnetIds: n.subnets[:1], SecurityGroupIds: []string{*group}, PrivateDnsEnabled: aws.Bool(true),
		SubnetConfigurations: []types.SubnetConfiguration{{SubnetId: &n.subnets[0], Ipv4: aws.String("10.0.0.77")}},
	}
	_, err := s.CreateVpcEndpoint(ctx, in)
	refused(t, err, "InvalidParameter", "Enabling private DNS requires both enableDnsSupport and enableDnsHostnames VPC attributes set to true for "+n.vpc)
	must[*sdk.ModifyVpcAttributeOutput](t)(s.ModifyVpcAttribute(ctx, &sdk.ModifyVpcAttributeInput{VpcId: &n.vpc, EnableDnsHostnames: &types.AttributeBooleanValue{Value: aws.Bool(true)}}))
	made := s.endpoint(t, in)
	id := *made.VpcEndpointId
	if now := s.endpointNow(t, id); made.State != "pending" || now.State != "available" || *now.Groups[0].GroupId != *group || len(now.NetworkInterfaceIds) != 1 ||
		!strings.HasPrefix(*now.DnsEntries[0].DnsName, id) || *now.DnsEntries[2].DnsName != "api.ecr."+scope.Region+".amazonaws.com" {
		t.Errorf("made: %+v", now)
	}
	_, err = s.CreateVpcEndpoint(ctx, in)
	refused(t, err, "InvalidIPAddress.InUse", "Address 10.0.0.77 is in use.")
	in.SubnetConfigurations = nil
	_, err = s.CreateVpcEndpoint(ctx, in)
	refused(t, err, "InvalidParameter", "private-dns-enabled cannot be set because there is already a conflicting DNS domain for api.ecr."+scope.Region+".amazonaws.com in the VPC "+n.vpc)

	must[*sdk.ModifyVpcEndpointOutput](t)(s.ModifyVpcEndpoint(ctx, &sdk.ModifyVpcEndpointInput{
		VpcEndpointId: &id, AddSubnetIds: n.subnets[1:], RemoveSubnetIds: n.subnets[:1], PrivateDnsEnabled: aws.Bool(false),
	}))
	now := s.endpointNow(t, id)
	if len(now.SubnetIds) != 1 || now.SubnetIds[0] != n.subnets[1] || len(now.DnsEntries) != 2 {
		t.Errorf("changed: %+v", now)
	}
	card := must[*sdk.DescribeNetworkInterfacesOutput](t)(s.DescribeNetworkInterfaces(ctx, &sdk.DescribeNetworkInterfacesInput{Filters: filter("group-id", *group)})).NetworkInterfaces
	if len(card) != 1 || *card[0].PrivateIpAddress != "10.0.1.254" || *card[0].Description != "VPC Endpoint Interface "+id || *card[0].AvailabilityZone != scope.Region+"b" {
		t.Errorf("its network interface: %+v", card)
	}
	_, err = s.DeleteSecurityGroup(ctx, &sdk.DeleteSecurityGroupInput{GroupId: group})
	refused(t, err, "DependencyViolation", "resource "+*group+" has a dependent object")
	third := must[*sdk.CreateSubnetOutput](t)(s.CreateSubnet(ctx, &sdk.CreateSubnetInput{VpcId: &n.vpc, CidrBlock: aws.String("10.0.9.0/24"), AvailabilityZone: aws.String(scope.Region + "b")})).Subnet.SubnetId
	_, err = s.ModifyVpcEndpoint(ctx, &sdk.ModifyVpcEndpointInput{VpcEndpointId: &id, AddSubnetIds: []string{*third}})
	refused(t, err, "DuplicateSubnetsInSameZone", "Found another VPC endpoint subnet in the availability zone of "+*third)
	must[*sdk.DeleteVpcEndpointsOutput](t)(s.DeleteVpcEndpoints(ctx, &sdk.DeleteVpcEndpointsInput{VpcEndpointIds: []string{id}}))
	must[*sdk.DeleteSecurityGroupOutput](t)(s.DeleteSecurityGroup(ctx, &sdk.DeleteSecurityGroupInput{GroupId: group}))
}

func TestRefusedEndpoints(t *testing.T) {
	s := newServer(t)
	n, other := s.network(t, "10.0"), s.network(t, "10.9")
	elsewhere := s.table(t, other.vpc)
	for _, c := range []struct {
		in            sdk.CreateVpcEndpointInput
		code, message string
	}{
		{sdk.CreateVpcEndpointInput{ServiceName: endpointService("teapot")}, "InvalidServiceName", "The Vpc Endpoint Service '" + *endpointService("teapot") + "' does not exist"},
		{sdk.CreateVpcEndpointInput{ServiceName: endpointService("ecr.api")}, "InvalidParameter", "Endpoint type (Gateway) does not match available service types ([Interface])."},
		{sdk.CreateVpcEndpointInput{ServiceName: endpointService("s3"), RouteTableIds: []string{elsewhere}}, "InvalidParameter", "Route table " + elsewhere + " does not belong to VPC " + n.vpc + "."},
		{sdk.CreateVpcEndpointInput{ServiceName: endpointService("s3"), RouteTableIds: []string{"rtb-1"}}, "InvalidRouteTableID.NotFound", "The routeTable ID 'rtb-1' does not exist"},
		{sdk.CreateVpcEndpointInput{ServiceName: endpointService("s3"), SubnetIds: n.subnets[:]}, "InvalidParameter", "Subnet IDs are only supported for Interface and GatewayLoadBalancer type VPC Endpoints."},
		{sdk.CreateVpcEndpointInput{ServiceName: endpointService("s3"), SecurityGroupIds: []string{"sg-1"}}, "InvalidParameter", "Gateway endpoints have no security groups and private DNS names."},
		{sdk.CreateVpcEndpointInput{ServiceName: endpointService("ecs"), VpcEndpointType: types.VpcEndpointTypeInterface, RouteTableIds: []string{elsewhere}}, "InvalidParameter", "Route table IDs are only supported for Gateway type VPC Endpoint."},
		{sdk.CreateVpcEndpointInput{ServiceName: endpointService("s3"), PolicyDocument: aws.String("{")}, "InvalidPolicyDocument", "The policy document is not valid JSON."},
		{sdk.CreateVpcEndpointInput{ServiceName: endpointService("ecs"), VpcEndpointType: types.VpcEndpointTypeInterface, SubnetIds: other.subnets[:1]}, "InvalidParameter", "Subnet " + other.subnets[0] + " does not belong to VPC " + n.vpc + "."},
		{sdk.CreateVpcEndpointInput{ServiceName: endpointService("ecs"), VpcEndpointType: types.VpcEndpointTypeGatewayLoadBalancer}, "UnsupportedOperation", "ecs-emulator does not support endpoints of type GatewayLoadBalancer of CreateVpcEndpoint"},
		{sdk.CreateVpcEndpointInput{ServiceName: endpointService("ecs"), VpcEndpointType: types.VpcEndpointTypeInterface, IpAddressType: types.IpAddressTypeDualstack}, "UnsupportedOperation", "ecs-emulator does not support IPv6 addresses of CreateVpcEndpoint"},
	} {
		c.in.VpcId = &n.vpc
		_, err := s.CreateVpcEndpoint(ctx, &c.in)
		refused(t, err, c.code, c.message)
	}
}

// S3 is two services, and has a prefix list.
func TestEndpointServices(t *testing.T) {
	s := newServer(t)
	find := func(name string, filters ...types.Filter) (*sdk.DescribeVpcEndpointServicesOutput, error) {
		return s.DescribeVpcEndpointServices(ctx, &sdk.DescribeVpcEndpointServicesInput{ServiceNames: []string{*endpointService(name)}, Filters: filters})
	}
	both := must[*sdk.DescribeVpcEndpointServicesOutput](t)(find("s3"))
	if len(both.ServiceDetails) != 2 || len(both.ServiceNames) != 1 || *both.ServiceDetails[0].ServiceId == *both.ServiceDetails[1].ServiceId {
		t.Errorf("S3: %+v", both)
	}
	one := must[*sdk.DescribeVpcEndpointServicesOutput](t)(find("ecr.dkr", filter("service-type", "Interface")...)).ServiceDetails
	if len(one) != 1 || *one[0].PrivateDnsName != "*.dkr.ecr."+scope.Region+".amazonaws.com" || len(one[0].AvailabilityZones) != 3 {
		t.Errorf("ECR: %+v", one)
	}
	_, err := find("teapot")
	refused(t, err, "InvalidServiceName", "The Vpc Endpoint Service '"+*endpointService("teapot")+"' does not exist")
}

func TestDHCPOptions(t *testing.T) {
	s := newServer(t)
	vpc := s.vpc(t, "10.0.0.0/16")
	id := must[*sdk.DescribeVpcsOutput](t)(s.DescribeVpcs(ctx, &sdk.DescribeVpcsInput{VpcIds: []string{vpc}})).Vpcs[0].DhcpOptionsId
	out := must[*sdk.DescribeDhcpOptionsOutput](t)(s.DescribeDhcpOptions(ctx, &sdk.DescribeDhcpOptionsInput{DhcpOptionsIds: []string{*id}, Filters: filter("key", "domain-name")}))
	if c := out.DhcpOptions[0].DhcpConfigurations; *c[0].Values[0].Value != scope.Region+".compute.internal" || *c[1].Values[0].Value != "AmazonProvidedDNS" {
		t.Errorf("got %+v", c)
	}
	_, err := s.DescribeDhcpOptions(ctx, &sdk.DescribeDhcpOptionsInput{DhcpOptionsIds: []string{"none"}})
	refused(t, err, "InvalidDhcpOptionsId.Malformed", `Invalid id: "none" (expecting "dopt-...")`)
}
