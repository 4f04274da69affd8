package ec2_test

import (
	"testing"

	sdk "github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
)

func TestAttributesOfTheDefaultVPC(t *testing.T) {
	s := newServer(t)
	ask := func(id string, attribute types.VpcAttributeName) (*sdk.DescribeVpcAttributeOutput, error) {
		return s.DescribeVpcAttribute(ctx, &sdk.DescribeVpcAttributeInput{VpcId: &id, Attribute: attribute})
	}
	out := must[*sdk.DescribeVpcAttributeOutput](t)(ask(ec2network.DefaultVPC, types.VpcAttributeNameEnableDnsHostnames))
	if *out.VpcId != ec2network.DefaultVPC || !*out.EnableDnsHostnames.Value || out.EnableDnsSupport != nil {
		t.Errorf("got %+v", out)
	}
	if out := must[*sdk.DescribeVpcAttributeOutput](t)(ask(ec2network.DefaultVPC, types.VpcAttributeNameEnableDnsSupport)); !*out.EnableDnsSupport.Value {
		t.Errorf("got %+v", out)
	}
	out = must[*sdk.DescribeVpcAttributeOutput](t)(ask(ec2network.DefaultVPC, types.VpcAttributeNameEnableNetworkAddressUsageMetrics))
	if *out.EnableNetworkAddressUsageMetrics.Value {
		t.Errorf("got %+v", out)
	}
	_, err := ask("vpc-0", types.VpcAttributeNameEnableDnsSupport)
	refused(t, err, "InvalidVpcID.NotFound", "The vpc ID 'vpc-0' does not exist")
	_, err = ask(ec2network.DefaultVPC, "colour")
	refused(t, err, "InvalidParameterValue", "Value (colour) for parameter attribute is invalid. Unknown attribute")
}

func TestTheMainRouteTableLeadsToTheInternetGateway(t *testing.T) {
	s := newServer(t)
	gateways := must[*sdk.DescribeInternetGatewaysOutput](t)(s.DescribeInternetGateways(ctx, &sdk.DescribeInternetGatewaysInput{
		Filters: filter("attachment.vpc-id", ec2network.DefaultVPC),
	})).InternetGateways
	if len(gateways) != 1 || gateways[0].Attachments[0].State != "available" {
		t.Fatalf("got %+v", gateways)
	}
	tables := must[*sdk.DescribeRouteTablesOutput](t)(s.DescribeRouteTables(ctx, &sdk.DescribeRouteTablesInput{
		Filters: append(filter("association.main", "true"), filter("route.gateway-id", *gateways[0].InternetGatewayId)...),
	})).RouteTables
	if len(tables) != 1 {
		t.Fatalf("got %+v", tables)
	}
	table := tables[0]
	if !*table.Associations[0].Main || table.Associations[0].AssociationState.State != types.RouteTableAssociationStateCodeAssociated ||
		*table.Routes[0].GatewayId != "local" || *table.Routes[0].DestinationCidrBlock != "172.31.0.0/16" ||
		*table.Routes[1].DestinationCidrBlock != "0.0.0.0/0" || *table.Routes[1].GatewayId != *gateways[0].InternetGatewayId {
		t.Errorf("got %+v", table)
	}
	_, err := s.DescribeRouteTables(ctx, &sdk.DescribeRouteTablesInput{RouteTableIds: []string{"rtb-1"}})
	refused(t, err, "InvalidRouteTableID.NotFound", "The routeTable ID 'rtb-1' does not exist")
	_, err = s.DescribeInternetGateways(ctx, &sdk.DescribeInternetGatewaysInput{InternetGatewayIds: []string{"igw-1"}})
	refused(t, err, "InvalidInternetGatewayID.NotFound", "The internetGateway ID 'igw-1' does not exist")
}

func TestTheNetworkACLLetsEverythingPass(t *testing.T) {
	s := newServer(t)
	acls := must[*sdk.DescribeNetworkAclsOutput](t)(s.DescribeNetworkAcls(ctx, &sdk.DescribeNetworkAclsInput{
		Filters: append(filter("default", "true"), filter("vpc-id", ec2network.DefaultVPC)...),
	})).NetworkAcls
	if len(acls) != 1 || len(acls[0].Associations) != 3 || len(acls[0].Entries) != 4 {
		t.Fatalf("got %+v", acls)
	}
	for i, entry := range acls[0].Entries {
		allow := i%2 == 0
		if *entry.Egress != (i < 2) || (entry.RuleAction == types.RuleActionAllow) != allow || (*entry.RuleNumber == 100) != allow ||
			*entry.Protocol != "-1" || *entry.CidrBlock != "0.0.0.0/0" {
			t.Errorf("entry %d: %+v", i, entry)
		}
	}
	_, err := s.DescribeNetworkAcls(ctx, &sdk.DescribeNetworkAclsInput{NetworkAclIds: []string{"acl-1"}})
	refused(t, err, "InvalidNetworkAclID.NotFound", "The networkAcl ID 'acl-1' does not exist")
}

func TestGroupsHaveARuleInAndARuleOut(t *testing.T) {
	s := newServer(t)
	for _, group := range []string{ec2network.DefaultSecurityGroup, madeUpGroup} {
		rules := must[*sdk.DescribeSecurityGroupRulesOutput](t)(s.DescribeSecurityGroupRules(ctx, &sdk.DescribeSecurityGroupRulesInput{
			Filters: filter("group-id", group),
		})).SecurityGroupRules
		if len(rules) != 2 || *rules[0].IsEgress || !*rules[1].IsEgress || *rules[0].SecurityGroupRuleId == *rules[1].SecurityGroupRuleId {
			t.Fatalf("got %+v", rules)
		}
		if r := rules[1]; *r.GroupId != group || *r.CidrIpv4 != "0.0.0.0/0" || *r.IpProtocol != "-1" || *r.FromPort != -1 || *r.ToPort != -1 {
			t.Errorf("got %+v", r)
		}
	}
	_, err := s.DescribeSecurityGroupRules(ctx, &sdk.DescribeSecurityGroupRulesInput{SecurityGroupRuleIds: []string{"sgr-1"}})
	refused(t, err, "InvalidSecurityGroupRuleId.NotFound", "The security group rule ID 'sgr-1' does not exist")
}

// A filter that is none is refused also where there is nothing to filter.
func TestUnknownFilterOfNothing(t *testing.T) {
	s := newServer(t)
	_, err := s.DescribeNetworkInterfaces(ctx, &sdk.DescribeNetworkInterfacesInput{Filters: filter("colour", "red")})
	refused(t, err, "InvalidParameterValue", "The filter 'colour' is invalid")
	none := must[*sdk.DescribeNetworkInterfacesOutput](t)(s.DescribeNetworkInterfaces(ctx, &sdk.DescribeNetworkInterfacesInput{
		Filters: filter("association.public-ip", "*"),
	}))
	if none.NetworkInterfaces == nil || len(none.NetworkInterfaces) > 0 {
		t.Errorf("got %+v", none.NetworkInterfaces)
	}
	_, err = s.DescribeNetworkInterfaces(ctx, &sdk.DescribeNetworkInterfacesInput{NetworkInterfaceIds: []string{"eni-1"}})
	refused(t, err, "InvalidNetworkInterfaceID.NotFound", "The networkInterface ID 'eni-1' does not exist")
}
