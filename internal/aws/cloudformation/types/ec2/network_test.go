package ec2_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/handler"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/types/typestest"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ec2"
)

func TestWhatRefAndGetAttAre(t *testing.T) {
	s := newNetwork(t)
	for _, p := range parts {
		s.Has(p.Name, p.Kind, p.Properties)
	}
	for _, want := range []struct{ name, attribute, begins string }{
		{"VPC", "VpcId", "vpc-"}, {"VPC", "CidrBlock", "10.0.0.0/16"}, {"VPC", "DefaultSecurityGroup", "sg-"}, {"VPC", "DefaultNetworkAcl", "acl-"},
		{"VPC", "CidrBlockAssociations", "vpc-cidr-assoc-"}, {"VPC", "Ipv6CidrBlocks", ""},
		{"Subnet", "AvailabilityZone", "eu-west-1b"}, {"Subnet", "VpcId", "vpc-"}, {"Subnet", "NetworkAclAssociationId", "aclassoc-"},
		{"Attachment", "AttachmentType", "IGW"}, {"Route", "CidrBlock", "0.0.0.0/0"}, {"Group", "GroupId", "sg-"}, {"Group", "VpcId", "vpc-"},
		{"Ingress", "Id", "sgr-"}, {"Address", "AllocationId", "eipalloc-"}, {"NAT", "EniId", "eni-"}, {"Endpoint", "CreationTimestamp", "2026-01-01T"},
	} {
		if got := s.GetAtt(want.name, want.attribute); !strings.HasPrefix(got, want.begins) {
			t.Errorf("%s of %s is %q", want.attribute, want.name, got)
		}
	}
	for name, want := range map[string]string{
		"Address": s.GetAtt("Address", "PublicIp"), "Route": s.Ref("Table") + "|0.0.0.0/0", "Attachment": "IGW|" + s.Ref("VPC"),
		"Group": s.GetAtt("Group", "GroupId"), "NAT": s.GetAtt("NAT", "NatGatewayId"), "Ingress": s.GetAtt("Ingress", "Id"),
	} {
		if got := s.Ref(name); got != want {
			t.Errorf("Ref of %s is %q, want %q", name, got, want)
		}
	}
}

// rules are all groups', in words.
func (s *network) rules() (list []string) {
	for _, line := range s.inventory() {
		if strings.HasPrefix(line, "rule ") {
			list = append(list, line)
		}
	}
	return list
}

// TestRulesSideBySide: a group's own rules change, and the ones of other resources and clients stay.
func TestRulesSideBySide(t *testing.T) {
	s := newNetwork(t)
	s.Has("VPC", "AWS::EC2::VPC", "{CidrBlock: 10.0.0.0/16}")
	others := s.rules()
	own := func() (list []string) {
		list = s.rules()
		for _, o := range others {
			i := slices.Index(list, o)
			list = slices.Delete(list, i, i+1)
		}
		return list
	}
	check := func(when string, want ...string) {
		t.Helper()
		if got := own(); !slices.Equal(got, want) {
			t.Errorf("%s the group has %q, want %q", when, got, want)
		}
	}
	const all = `rule out true -1 -1--1 0.0.0.0/0 ""`
	s.Has("Group", "AWS::EC2::SecurityGroup", "{GroupDescription: d, VpcId: '${VPC}', SecurityGroupIngress: [{IpProtocol: tcp, FromPort: '80', ToPort: '80', CidrIp: 10.0.0.0/8}]}")
	check("at first", `rule out false tcp 80-80 10.0.0.0/8 ""`, all)
	s.Has("Rule", "AWS::EC2::SecurityGroupIngress", "{GroupId: '${Group}', IpProtocol: tcp, FromPort: 22, ToPort: 22, CidrIp: 10.0.0.0/8}")
	s.Has("Out", "AWS::EC2::SecurityGroupEgress", "{GroupId: '${Group}', IpProtocol: tcp, FromPort: 22, ToPort: 22, CidrIp: 10.0.0.0/8}")
	if failure := s.Update("Group", "{GroupDescription: d, VpcId: '${VPC}', SecurityGroupEgress: [{IpProtocol: -1, CidrIp: 10.0.0.0/8}]}"); failure != nil {
		t.Fatal(failure.Message)
	}
	check("with egress of its own", `rule out false tcp 22-22 10.0.0.0/8 ""`, `rule out true -1 -1--1 10.0.0.0/8 ""`, `rule out true tcp 22-22 10.0.0.0/8 ""`)
	if failure := s.Update("Group", "{GroupDescription: d, VpcId: '${VPC}'}"); failure != nil {
		t.Fatal(failure.Message)
	}
	check("without rules", `rule out false tcp 22-22 10.0.0.0/8 ""`, all, `rule out true tcp 22-22 10.0.0.0/8 ""`)
	if failure := s.Create("Twice", "AWS::EC2::SecurityGroupIngress", "{GroupId: '${Group}', IpProtocol: 6, FromPort: 22, ToPort: 22, CidrIp: 10.1.0.0/8}"); failure == nil || failure.Code != handler.AlreadyExists {
		t.Errorf("a rule that is there: %+v", failure)
	}
	if failure := s.Delete("Twice"); failure != nil {
		t.Error(failure.Message)
	}
	check("after one that failed", `rule out false tcp 22-22 10.0.0.0/8 ""`, all, `rule out true tcp 22-22 10.0.0.0/8 ""`)
}

// TestGroupsOfTheDefaultVPC: without VpcId a group is there, and rules name groups there.
func TestGroupsOfTheDefaultVPC(t *testing.T) {
	s := newNetwork(t)
	s.Has("Group", "AWS::EC2::SecurityGroup", "{GroupDescription: d, GroupName: web}")
	s.Has("Rule", "AWS::EC2::SecurityGroupIngress", "{GroupName: web, IpProtocol: tcp, FromPort: 22, ToPort: 22, SourceSecurityGroupName: web}")
	if got := s.GetAtt("Group", "VpcId"); !strings.HasPrefix(got, "vpc-") {
		t.Errorf("it is in %q", got)
	}
	if ref, id := s.Ref("Group"), s.GetAtt("Group", "GroupId"); ref != "web" || !strings.HasPrefix(id, "sg-") {
		t.Errorf("Ref of it is %q, and its id %q", ref, id)
	}
	s.Has("Instance", "AWS::EC2::Instance", "{ImageId: ami-0123456789abcdef0, InstanceType: t3.micro, SecurityGroups: ['${Group}']}")
	if failure := s.Update("Group", "{GroupDescription: d, GroupName: web, SecurityGroupIngress: [{IpProtocol: tcp, FromPort: 80, ToPort: 80, CidrIp: 10.0.0.0/8}], Tags: [{Key: a, Value: b}]}"); failure != nil {
		t.Error(failure.Message)
	}
	if !slices.Contains(s.rules(), `rule out false tcp 80-80 10.0.0.0/8 ""`) {
		t.Errorf("the group has %q", s.rules())
	}
	if failure := s.Delete("Instance"); failure != nil {
		t.Error(failure.Message)
	}
	for of, properties := range map[string]string{
		"names no group": "{IpProtocol: tcp, FromPort: 22, ToPort: 22, CidrIp: 10.0.0.0/8}", "names one that is not there": "{GroupName: none, IpProtocol: tcp}",
		"has two other sides": "{GroupName: web, IpProtocol: tcp, FromPort: 1, ToPort: 1, CidrIp: 10.0.0.0/8, CidrIpv6: '::/0'}",
	} {
		if failure := s.Create("Wrong", "AWS::EC2::SecurityGroupIngress", properties); failure == nil {
			t.Errorf("a rule that %s is made", of)
		}
	}
	if failure := s.Create("Second", "AWS::EC2::SecurityGroup", "{GroupDescription: d, GroupName: web}"); failure == nil || failure.Code != handler.AlreadyExists {
		t.Errorf("a second group of the name: %+v", failure)
	}
	s.Delete("Second")
	if failure := s.Delete("Rule"); failure != nil {
		t.Error(failure.Message)
	}
	if failure := s.Delete("Group"); failure != nil {
		t.Error(failure.Message)
	}
}

// TestWhatIsThereIsNotTheStacks: routes and associations that others have made fail a create, and stay when that is taken back.
func TestWhatIsThereIsNotTheStacks(t *testing.T) {
	s := newNetwork(t)
	for _, p := range parts[:8] {
		s.Has(p.Name, p.Kind, p.Properties)
	}
	before := s.inventory()
	for name, kind := range map[string]string{"Route": "AWS::EC2::Route", "Association": "AWS::EC2::SubnetRouteTableAssociation", "Attachment": "AWS::EC2::VPCGatewayAttachment"} {
		i := slices.IndexFunc(parts, func(p typestest.Part) bool { return p.Name == name })
		if failure := s.Create("Second", kind, parts[i].Properties); failure == nil {
			t.Errorf("a second %s is made", name)
		}
		if failure := s.Delete("Second"); failure != nil {
			t.Error(failure.Message)
		}
	}
	if after := s.inventory(); !slices.Equal(before, after) {
		t.Errorf("there was %q, and now %q", before, after)
	}
}

// TestChangesInPlace: where a route leads, and which gateway a VPC has.
func TestChangesInPlace(t *testing.T) {
	s := newNetwork(t)
	for _, p := range parts {
		s.Has(p.Name, p.Kind, p.Properties)
	}
	if failure := s.Update("Route", "{RouteTableId: '${Table}', DestinationCidrBlock: 0.0.0.0/0, NatGatewayId: '${NAT}'}"); failure != nil {
		t.Fatal(failure.Message)
	}
	if !slices.Contains(s.inventory(), "route to 0.0.0.0/0 by nat") {
		t.Errorf("the route does not lead to the NAT gateway: %q", s.inventory())
	}
	for _, name := range []string{"NAT", "Address"} { // a gateway with public addresses stays
		if failure := s.Delete(name); failure != nil {
			t.Fatal(failure.Message)
		}
	}
	if failure := s.Update("Attachment", "{VpcId: '${VPC}', InternetGatewayId: '${Other}'}"); failure != nil {
		t.Fatal(failure.Message)
	}
	var out sdk.DescribeInternetGatewaysOutput
	s.ask("DescribeInternetGateways", &sdk.DescribeInternetGatewaysInput{InternetGatewayIds: []string{s.Ref("Other")}}, &out)
	if len(out.InternetGateways[0].Attachments) != 1 {
		t.Error("the other gateway is not attached")
	}
	s.Has("Interface", "AWS::EC2::VPCEndpoint", "{VpcId: '${VPC}', VpcEndpointType: Interface, ServiceName: com.amazonaws.eu-west-1.ecr.api, SubnetIds: ['${Subnet}'], SecurityGroupIds: ['${Group}'], PrivateDnsEnabled: true}")
	if len(s.GetAtt("Interface", "DnsEntries")) == 0 || !strings.HasPrefix(s.GetAtt("Interface", "NetworkInterfaceIds"), "eni-") {
		t.Error("the endpoint has no names or interfaces")
	}
	if failure := s.Update("Interface", "{VpcId: '${VPC}', VpcEndpointType: Interface, ServiceName: com.amazonaws.eu-west-1.ecr.api, SubnetIds: ['${Subnet}'], SecurityGroupIds: ['${VPC.DefaultSecurityGroup}']}"); failure != nil {
		t.Fatal(failure.Message)
	}
	if !slices.Contains(s.inventory(), "endpoint com.amazonaws.eu-west-1.ecr.api tables 0 groups 1") {
		t.Errorf("the endpoint has another number of groups: %q", s.inventory())
	}
}

// TestNATGatewayThatFails says why.
func TestNATGatewayThatFails(t *testing.T) {
	s := newNetwork(t)
	for _, p := range parts[:2] { // without an internet gateway
		s.Has(p.Name, p.Kind, p.Properties)
	}
	s.Has("Address", "AWS::EC2::EIP", "{Domain: vpc}")
	failure := s.Create("NAT", "AWS::EC2::NatGateway", "{SubnetId: '${Subnet}', AllocationId: '${Address.AllocationId}'}")
	if failure == nil || failure.Code != handler.NotStabilized || !strings.Contains(failure.Message, "is in state failed and hence failed to stabilize") {
		t.Errorf("it says %+v", failure)
	}
	if failure := s.Delete("NAT"); failure != nil {
		t.Error(failure.Message)
	}
}

// TestAddressOfAnInstance: the address goes to an instance, to another one, and to none.
func TestAddressOfAnInstance(t *testing.T) {
	s := newNetwork(t)
	for _, p := range parts[:5] {
		s.Has(p.Name, p.Kind, p.Properties)
	}
	launch := func() string {
		one, subnet := int32(1), s.Ref("Subnet")
		var out sdk.RunInstancesOutput
		s.ask("RunInstances", &sdk.RunInstancesInput{ImageId: aws.String("ami-0123456789abcdef0"), InstanceType: "t3.micro", MinCount: &one, MaxCount: &one, SubnetId: &subnet}, &out)
		return *out.Instances[0].InstanceId
	}
	has := func(instance string) {
		t.Helper()
		var out sdk.DescribeAddressesOutput
		s.ask("DescribeAddresses", &sdk.DescribeAddressesInput{}, &out)
		if len(out.Addresses) != 1 || aws.ToString(out.Addresses[0].InstanceId) != instance {
			t.Errorf("the addresses are %+v, want one of %q", out.Addresses, instance)
		}
	}
	first, second := launch(), launch()
	s.settle()
	s.Has("Address", "AWS::EC2::EIP", "{InstanceId: "+first+"}")
	has(first)
	for _, step := range []struct{ properties, instance string }{{"{InstanceId: " + second + "}", second}, {"{}", ""}, {"{InstanceId: " + first + "}", first}} {
		if failure := s.Update("Address", step.properties); failure != nil {
			t.Fatal(failure.Message)
		}
		has(step.instance)
	}
	if failure := s.Delete("Address"); failure != nil {
		t.Error(failure.Message)
	}
	s.Has("Other address", "AWS::EC2::EIP", "{}")
	associations := []typestest.Part{
		typestest.Of("Given", "AWS::EC2::EIPAssociation", "{AllocationId: '${Other address.AllocationId}', InstanceId: "+second+"}", ""),
	}
	s.LoseAnswers(associations, s.inventory)
	has(second)
	if failure := s.Create("Again", "AWS::EC2::EIPAssociation", "{EIP: '${Other address}', InstanceId: "+second+"}"); failure == nil || failure.Code != handler.AlreadyExists {
		t.Errorf("a second association: %+v", failure)
	}
	if failure := s.Delete("Given"); failure != nil {
		t.Error(failure.Message)
	}
	has("")
}

func TestRefusedProperties(t *testing.T) {
	s := newNetwork(t)
	failure := s.Create("VPC", "AWS::EC2::VPC", "{Ipv4IpamPoolId: pool}")
	if failure == nil || !strings.Contains(failure.Message, "Property Ipv4IpamPoolId of AWS::EC2::VPC is not built") {
		t.Errorf("it says %+v", failure)
	}
	if failure := s.Create("Subnet", "AWS::EC2::Subnet", "{VpcId: vpc-1, CidrBlock: 10.0.0.0/24, AssignIpv6AddressOnCreation: true}"); failure == nil {
		t.Error("IPv6 is taken")
	}
}
