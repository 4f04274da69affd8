package ec2_test

import (
	"slices"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/types/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/types/typestest"
)

// parts are one of each type.
var parts = []typestest.Part{
	typestest.Of("VPC", "AWS::EC2::VPC", "{CidrBlock: 10.0.0.0/16, EnableDnsHostnames: true, Tags: [{Key: a, Value: b}]}", "{CidrBlock: 10.0.0.0/16, EnableDnsSupport: false, Tags: [{Key: c, Value: b}]}"),
	typestest.Of("Subnet", "AWS::EC2::Subnet", "{VpcId: '${VPC}', CidrBlock: 10.0.1.0/24, AvailabilityZone: eu-west-1b, MapPublicIpOnLaunch: true}", "{VpcId: '${VPC}', CidrBlock: 10.0.1.0/24, AvailabilityZone: eu-west-1b, PrivateDnsNameOptionsOnLaunch: {HostnameType: resource-name}}"),
	typestest.Of("Gateway", "AWS::EC2::InternetGateway", "{}", "{Tags: [{Key: c, Value: d}]}"),
	typestest.Of("Other", "AWS::EC2::InternetGateway", "{}", "{}"),
	typestest.Of("Attachment", "AWS::EC2::VPCGatewayAttachment", "{VpcId: '${VPC}', InternetGatewayId: '${Gateway}'}", ""),
	typestest.Of("Table", "AWS::EC2::RouteTable", "{VpcId: '${VPC}'}", "{VpcId: '${VPC}', Tags: [{Key: c, Value: d}]}"),
	typestest.Of("Association", "AWS::EC2::SubnetRouteTableAssociation", "{SubnetId: '${Subnet}', RouteTableId: '${Table}'}", ""),
	typestest.Of("Route", "AWS::EC2::Route", "{RouteTableId: '${Table}', DestinationCidrBlock: 0.0.0.0/0, GatewayId: '${Gateway}'}", ""),
	typestest.Of("Group", "AWS::EC2::SecurityGroup", "{GroupDescription: one, VpcId: '${VPC}', SecurityGroupIngress: [{IpProtocol: tcp, FromPort: 80, ToPort: 80, CidrIp: 0.0.0.0/0}, {IpProtocol: 6, FromPort: 81, ToPort: 81, CidrIp: 10.1.2.3/8, Description: x}], SecurityGroupEgress: [{IpProtocol: -1, CidrIp: 10.0.0.0/8}]}",
		"{GroupDescription: one, VpcId: '${VPC}', SecurityGroupIngress: [{IpProtocol: 6, FromPort: 81, ToPort: 81, CidrIp: 10.1.2.3/8, Description: y}, {IpProtocol: udp, FromPort: 53, ToPort: 53, CidrIpv6: '::/0'}]}"),
	typestest.Of("Named", "AWS::EC2::SecurityGroup", "{GroupDescription: of the default VPC}", "{GroupDescription: of the default VPC, SecurityGroupIngress: [{IpProtocol: tcp, FromPort: 80, ToPort: 80, CidrIp: 0.0.0.0/0}], Tags: [{Key: c, Value: d}]}"),
	typestest.Of("Ingress", "AWS::EC2::SecurityGroupIngress", "{GroupId: '${Group}', IpProtocol: tcp, FromPort: 443, ToPort: 443, SourceSecurityGroupId: '${Group}', Description: a}", "{GroupId: '${Group}', IpProtocol: tcp, FromPort: 443, ToPort: 443, SourceSecurityGroupId: '${Group}', Description: b}"),
	typestest.Of("Egress", "AWS::EC2::SecurityGroupEgress", "{GroupId: '${Group}', IpProtocol: icmp, FromPort: -1, ToPort: -1, CidrIp: 0.0.0.0/0}", "{GroupId: '${Group}', IpProtocol: icmp, FromPort: -1, ToPort: -1, CidrIp: 0.0.0.0/0, Description: pings}"),
	typestest.Of("Address", "AWS::EC2::EIP", "{Domain: vpc}", "{Domain: vpc, Tags: [{Key: c, Value: d}]}"),
	typestest.Of("NAT", "AWS::EC2::NatGateway", "{SubnetId: '${Subnet}', AllocationId: '${Address.AllocationId}'}", "{SubnetId: '${Subnet}', AllocationId: '${Address.AllocationId}', Tags: [{Key: c, Value: d}]}"),
	typestest.Of("Endpoint", "AWS::EC2::VPCEndpoint", "{VpcId: '${VPC}', ServiceName: com.amazonaws.eu-west-1.s3, RouteTableIds: ['${Table}']}", "{VpcId: '${VPC}', ServiceName: com.amazonaws.eu-west-1.s3, PolicyDocument: {Version: 2012-10-17, Statement: []}}"),
	typestest.Of("ACL", "AWS::EC2::NetworkAcl", "{VpcId: '${VPC}'}", "{VpcId: '${VPC}', Tags: [{Key: c, Value: d}]}"),
	typestest.Of("Entry", "AWS::EC2::NetworkAclEntry", "{NetworkAclId: '${ACL}', RuleNumber: '100', Protocol: 6, RuleAction: allow, CidrBlock: 10.0.0.0/8, PortRange: {From: 80, To: '81'}}", "{NetworkAclId: '${ACL}', RuleNumber: '100', Protocol: -1, RuleAction: deny, CidrBlock: 10.0.0.0/9}"),
	typestest.Of("Pings", "AWS::EC2::NetworkAclEntry", "{NetworkAclId: '${ACL}', RuleNumber: 100, Egress: true, Protocol: 1, RuleAction: allow, CidrBlock: 10.0.0.0/8, Icmp: {Type: 8, Code: -1}}", ""),
	typestest.Of("Guard", "AWS::EC2::SubnetNetworkAclAssociation", "{NetworkAclId: '${ACL}', SubnetId: '${Subnet}'}", ""),
	typestest.Of("Options", "AWS::EC2::DHCPOptions", "{DomainName: example.com, DomainNameServers: [AmazonProvidedDNS], NetbiosNodeType: 2}", "{DomainName: example.com, DomainNameServers: [AmazonProvidedDNS], NetbiosNodeType: 2, Tags: [{Key: c, Value: d}]}"),
	typestest.Of("Configured", "AWS::EC2::VPCDHCPOptionsAssociation", "{DhcpOptionsId: '${Options}', VpcId: '${VPC}'}", ""),
	typestest.Of("Template", "AWS::EC2::LaunchTemplate", "{LaunchTemplateData: {InstanceType: t3.micro, UserData: IyEvYmluL3No, TagSpecifications: [{ResourceType: instance, Tags: [{Key: k, Value: v}]}]}, TagSpecifications: [{ResourceType: launch-template, Tags: [{Key: k, Value: v}]}]}",
		"{LaunchTemplateData: {InstanceType: t3.small}, VersionDescription: second, TagSpecifications: [{ResourceType: launch-template, Tags: [{Key: l, Value: v}]}]}"),
	typestest.Of("Instance", "AWS::EC2::Instance", "{ImageId: ami-0123456789abcdef0, SubnetId: '${Subnet}', SecurityGroupIds: ['${Group}'], LaunchTemplate: {LaunchTemplateId: '${Template}', Version: '${Template.LatestVersionNumber}'}}",
		"{ImageId: ami-0123456789abcdef0, SubnetId: '${Subnet}', SecurityGroupIds: ['${Group}'], LaunchTemplate: {LaunchTemplateId: '${Template}', Version: '${Template.LatestVersionNumber}'}, Tags: [{Key: c, Value: d}]}"),
}

func TestEachTypeLives(t *testing.T) {
	s := newNetwork(t)
	s.Live(parts, s.inventory,
		"AWS::EC2::Subnet.BlockPublicAccessStates", "AWS::EC2::Subnet.OutpostArn", // which are not built
		"AWS::EC2::Instance.PublicIp", "AWS::EC2::Instance.State", "AWS::EC2::NatGateway.AutoProvisionZones", "AWS::EC2::NatGateway.AutoScalingIps", "AWS::EC2::NatGateway.RouteTableId") // of regional ones
}

func TestEveryProperty(t *testing.T) {
	more := append(slices.Clip(parts),
		typestest.Of("", "AWS::EC2::SecurityGroup", "{GroupDescription: d, SecurityGroupEgress: [{IpProtocol: tcp}], SecurityGroupIngress: [{IpProtocol: tcp}]}", ""),
		typestest.Of("", "AWS::EC2::SecurityGroup", "{GroupDescription: d, SecurityGroupIngress: [{IpProtocol: tcp, SourceSecurityGroupId: g}]}", ""),
		typestest.Of("", "AWS::EC2::SecurityGroupIngress", "{IpProtocol: tcp}", ""), typestest.Of("", "AWS::EC2::SecurityGroupIngress", "{GroupId: g, IpProtocol: tcp}", ""),
		typestest.Of("", "AWS::EC2::SecurityGroupEgress", "{GroupId: g, IpProtocol: tcp}", ""), typestest.Of("", "AWS::EC2::EIPAssociation", "{}", ""),
	)
	typestest.EveryProperty(t, ec2.Types(), more,
		"AWS::EC2::EIP.Domain", // which can only be vpc
		"AWS::EC2::LaunchTemplate.LaunchTemplateData.InstanceRequirements.BaselinePerformanceFactors.Cpu.References") // of which the table has no members
}

func TestLostAnswers(t *testing.T) {
	s := newNetwork(t)
	s.LoseAnswers(parts, s.inventory)
}
