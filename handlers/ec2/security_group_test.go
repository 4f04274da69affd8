package ec2_test

import (
	"fmt"
	"reflect"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
)

func (s *server) group(t *testing.T, vpc, name string) string {
	t.Helper()
	return *must[*sdk.CreateSecurityGroupOutput](t)(s.CreateSecurityGroup(ctx, &sdk.CreateSecurityGroupInput{
		VpcId: &vpc, GroupName: &name, Description: aws.String("of a test"),
	})).GroupId
}

// tcp is a permission for a port.
func tcp(port int32, cidrs ...string) types.IpPermission {
	p := types.IpPermission{IpProtocol: aws.String("tcp"), FromPort: &port, ToPort: &port}
	for _, cidr := range cidrs {
		p.IpRanges = append(p.IpRanges, types.IpRange{CidrIp: aws.String(cidr)})
	}
	return p
}

// from is a permission for a port and a group.
func from(port int32, group string) types.IpPermission {
	p := tcp(port)
	p.UserIdGroupPairs = []types.UserIdGroupPair{{GroupId: &group}}
	return p
}

func (s *server) allow(t *testing.T, group string, permissions ...types.IpPermission) []types.SecurityGroupRule {
	t.Helper()
	return must[*sdk.AuthorizeSecurityGroupIngressOutput](t)(s.AuthorizeSecurityGroupIngress(ctx, &sdk.AuthorizeSecurityGroupIngressInput{
		GroupId: &group, IpPermissions: permissions,
	})).SecurityGroupRules
}

func (s *server) describeGroup(t *testing.T, id string) types.SecurityGroup {
	t.Helper()
	return must[*sdk.DescribeSecurityGroupsOutput](t)(s.DescribeSecurityGroups(ctx, &sdk.DescribeSecurityGroupsInput{GroupIds: []string{id}})).SecurityGroups[0]
}

func TestASecurityGroupIsMadeAndDeleted(t *testing.T) {
	s := newServer(t)
	vpc := s.vpc(t, "10.0.0.0/16")
	made := must[*sdk.CreateSecurityGroupOutput](t)(s.CreateSecurityGroup(ctx, &sdk.CreateSecurityGroupInput{
		VpcId: &vpc, GroupName: aws.String("web"), Description: aws.String("public"),
		TagSpecifications: []types.TagSpecification{{ResourceType: types.ResourceTypeSecurityGroup, Tags: []types.Tag{{Key: aws.String("Tier"), Value: aws.String("front")}}}},
	}))
	if *made.SecurityGroupArn != "arn:aws:ec2:eu-west-1:123456789012:security-group/"+*made.GroupId || *made.Tags[0].Value != "front" {
		t.Errorf("got %+v", made)
	}
	g := s.describeGroup(t, *made.GroupId)
	if *g.VpcId != vpc || *g.Description != "public" || len(g.IpPermissions) != 0 || *g.IpPermissionsEgress[0].IpProtocol != "-1" || *g.IpPermissionsEgress[0].IpRanges[0].CidrIp != "0.0.0.0/0" {
		t.Errorf("got %+v", g)
	}
	_, err := s.CreateSecurityGroup(ctx, &sdk.CreateSecurityGroupInput{VpcId: &vpc, GroupName: aws.String("web"), Description: aws.String("x")})
	refused(t, err, "InvalidGroup.Duplicate", "The security group 'web' already exists for VPC '"+vpc+"'")
	s.group(t, ec2network.DefaultVPC, "web") // each VPC has its own names

	end := s.runTask(t, s.subnet(t, vpc, "10.0.1.0/24"), *made.GroupId)
	gone := func() error {
		_, err := s.DeleteSecurityGroup(ctx, &sdk.DeleteSecurityGroupInput{GroupId: made.GroupId})
		return err
	}
	refused(t, gone(), "DependencyViolation", "resource "+*made.GroupId+" has a dependent object")
	end()
	db := s.group(t, vpc, "db")
	s.allow(t, db, from(5432, *made.GroupId))
	refused(t, gone(), "DependencyViolation", "resource "+*made.GroupId+" has a dependent object")
	must[*sdk.RevokeSecurityGroupIngressOutput](t)(s.RevokeSecurityGroupIngress(ctx, &sdk.RevokeSecurityGroupIngressInput{
		GroupId: &db, IpPermissions: []types.IpPermission{from(5432, *made.GroupId)},
	}))
	s.allow(t, *made.GroupId, from(80, *made.GroupId)) // a rule about itself keeps it not
	if err := gone(); err != nil {
		t.Fatal(err)
	}
	refused(t, gone(), "InvalidGroup.NotFound", "The security group '"+*made.GroupId+"' does not exist")
}

func TestSecurityGroupsThatAreRefused(t *testing.T) {
	s := newServer(t)
	for _, c := range []struct{ vpc, name, description, code, message string }{
		{"", "", "x", "MissingParameter", "The request must contain the parameter GroupName"},
		{"", "web", "", "MissingParameter", "The request must contain the parameter GroupDescription"},
		{"", "default", "x", "InvalidParameterValue", "Cannot use reserved security group name: default"},
		{"", "sg-web", "x", "InvalidParameterValue", "Value (sg-web) for parameter GroupName is invalid. Group names may not be in the format sg-*."},
		{"vpc-1", "web", "x", "InvalidVpcID.NotFound", "The vpc ID 'vpc-1' does not exist"},
	} {
		_, err := s.CreateSecurityGroup(ctx, &sdk.CreateSecurityGroupInput{VpcId: &c.vpc, GroupName: &c.name, Description: &c.description})
		refused(t, err, c.code, c.message)
	}
	for _, c := range []struct{ id, name, code, message string }{
		{"", "", "MissingParameter", "The request must contain the parameter groupName or groupId"},
		{"web", "", "InvalidGroupId.Malformed", `Invalid id: "web" (expecting "sg-...")`},
		{"", "web", "InvalidGroup.NotFound", "The security group 'web' does not exist in default VPC '" + ec2network.DefaultVPC + "'"},
		{ec2network.DefaultSecurityGroup, "", "CannotDelete", `the specified group: "` + ec2network.DefaultSecurityGroup + `" name: "default" cannot be deleted by a user`},
		{madeUpGroup, "", "CannotDelete", `the specified group: "` + madeUpGroup + `" is made up: it is there for who names it`},
	} {
		_, err := s.DeleteSecurityGroup(ctx, &sdk.DeleteSecurityGroupInput{GroupId: &c.id, GroupName: &c.name})
		refused(t, err, c.code, c.message)
	}
}

func TestRulesOfASecurityGroup(t *testing.T) {
	s := newServer(t)
	vpc := s.vpc(t, "10.0.0.0/16")
	web, db := s.group(t, vpc, "web"), s.group(t, vpc, "db")
	rules := s.allow(t, web, types.IpPermission{
		IpProtocol: aws.String("6"), FromPort: aws.Int32(80), ToPort: aws.Int32(443),
		IpRanges:   []types.IpRange{{CidrIp: aws.String("100.68.0.18/18"), Description: aws.String("office")}},
		Ipv6Ranges: []types.Ipv6Range{{CidrIpv6: aws.String("2001:DB8::1/32")}}, PrefixListIds: []types.PrefixListId{{PrefixListId: aws.String("pl-63a5400a")}},
		UserIdGroupPairs: []types.UserIdGroupPair{{GroupId: &db, UserId: aws.String(scope.Account)}, {GroupId: &web}},
	})
	if len(rules) != 5 || *rules[0].CidrIpv4 != "100.68.0.0/18" || *rules[0].Description != "office" || *rules[1].CidrIpv6 != "2001:db8::/32" ||
		*rules[2].PrefixListId != "pl-63a5400a" || *rules[3].ReferencedGroupInfo.GroupId != db || *rules[4].ReferencedGroupInfo.GroupId != web || *rules[0].IsEgress {
		t.Fatalf("got %+v", rules)
	}
	s.allow(t, web, tcp(22, "10.0.0.0/16", "10.1.0.0/16"))
	s.allow(t, web, types.IpPermission{IpProtocol: aws.String("icmp"), FromPort: aws.Int32(8), ToPort: aws.Int32(-1), IpRanges: []types.IpRange{{CidrIp: aws.String("0.0.0.0/0")}}})
	s.allow(t, web, types.IpPermission{IpProtocol: aws.String("50"), IpRanges: []types.IpRange{{CidrIp: aws.String("0.0.0.0/0")}}})
	g := s.describeGroup(t, web)
	if len(g.IpPermissions) != 4 || len(g.IpPermissions[0].UserIdGroupPairs) != 2 || len(g.IpPermissions[1].IpRanges) != 2 ||
		*g.IpPermissions[2].FromPort != 8 || g.IpPermissions[3].FromPort != nil || *g.IpPermissions[0].IpProtocol != "tcp" {
		t.Errorf("got %+v", g.IpPermissions)
	}
	for name, value := range map[string]string{
		"ip-permission.cidr": "10.1.0.0/16", "ip-permission.from-port": "22", "ip-permission.to-port": "443", "ip-permission.group-id": db,
		"ip-permission.ipv6-cidr": "2001:db8::/32", "ip-permission.prefix-list-id": "pl-*", "ip-permission.protocol": "icmp", "ip-permission.user-id": scope.Account,
	} {
		found := must[*sdk.DescribeSecurityGroupsOutput](t)(s.DescribeSecurityGroups(ctx, &sdk.DescribeSecurityGroupsInput{
			Filters: append(filter(name, value), filter("group-name", "web")...),
		})).SecurityGroups
		if len(found) != 1 {
			t.Errorf("%s %s: got %d groups", name, value, len(found))
		}
	}
	all := must[*sdk.DescribeSecurityGroupRulesOutput](t)(s.DescribeSecurityGroupRules(ctx, &sdk.DescribeSecurityGroupRulesInput{
		Filters: filter("group-id", web), MaxResults: aws.Int32(5),
	}))
	rest := must[*sdk.DescribeSecurityGroupRulesOutput](t)(s.DescribeSecurityGroupRules(ctx, &sdk.DescribeSecurityGroupRulesInput{
		Filters: filter("group-id", web), NextToken: all.NextToken,
	}))
	if len(all.SecurityGroupRules) != 5 || len(rest.SecurityGroupRules) != 5 {
		t.Errorf("got %d and %d rules", len(all.SecurityGroupRules), len(rest.SecurityGroupRules))
	}
}

func TestRulesThatAreRefused(t *testing.T) {
	s := newServer(t)
	vpc := s.vpc(t, "10.0.0.0/16")
	web, other := s.group(t, vpc, "web"), s.group(t, ec2network.DefaultVPC, "other")
	s.allow(t, web, tcp(22, "10.0.0.0/16"))
	protocol := func(name string) types.IpPermission {
		return types.IpPermission{IpProtocol: &name, IpRanges: []types.IpRange{{CidrIp: aws.String("0.0.0.0/0")}}}
	}
	ports := func(name string, first, last int32) types.IpPermission {
		p := protocol(name)
		p.FromPort, p.ToPort = &first, &last
		return p
	}
	described := tcp(80, "0.0.0.0/0")
	described.IpRanges[0].Description = aws.String("ü")
	for _, c := range []struct {
		permissions   []types.IpPermission
		code, message string
	}{
		{nil, "MissingParameter", "The request must contain the parameter ipPermissions"},
		{[]types.IpPermission{tcp(22, "10.0.0.0/16")}, "InvalidPermission.Duplicate", `the specified rule "peer: 10.0.0.0/16, TCP, from port: 22, to port: 22, ALLOW" already exists`},
		{[]types.IpPermission{tcp(80, "10.0.0.0/16"), tcp(80, "10.0.1.1/16")}, "InvalidParameterValue", "The same permission must not appear multiple times"},
		{[]types.IpPermission{tcp(80)}, "MissingParameter", "The request must contain a range, a prefix list or a security group for each permission"},
		{[]types.IpPermission{tcp(80, "10.0.0.0")}, "InvalidParameterValue", "CIDR block 10.0.0.0 is malformed"},
		{[]types.IpPermission{tcp(80, "2001:db8::/32")}, "InvalidParameterValue", "CIDR block 2001:db8::/32 is malformed"},
		{[]types.IpPermission{tcp(65536, "0.0.0.0/0")}, "InvalidParameterValue", "TCP/UDP (from) port (65536) out of range"},
		{[]types.IpPermission{tcp(-1, "0.0.0.0/0")}, "InvalidParameterValue", "TCP/UDP (from) port (-1) out of range"},
		{[]types.IpPermission{ports("tcp", 65535, 65534)}, "InvalidParameterValue", "Invalid TCP/UDP port range(65535:65534)"},
		{[]types.IpPermission{ports("udp", 80, 65536)}, "InvalidParameterValue", "TCP/UDP port (65536) out of range"},
		{[]types.IpPermission{ports("icmp", 256, 0)}, "InvalidParameterValue", "ICMP type (256) out of range"},
		{[]types.IpPermission{ports("icmp", 8, -2)}, "InvalidParameterValue", "ICMP code (-2) out of range"},
		{[]types.IpPermission{protocol("tcp")}, "InvalidParameterValue", "Invalid value 'Must specify both from and to ports with TCP/UDP.' for portRange."},
		{[]types.IpPermission{protocol("gopher")}, "InvalidParameterValue", "Invalid value 'gopher' for IP protocol. Unknown protocol."},
		{[]types.IpPermission{protocol("")}, "MissingParameter", "The request must contain the parameter ipProtocol"},
		{[]types.IpPermission{from(80, "sg-1")}, "InvalidGroup.NotFound", "The security group 'sg-1' does not exist"},
		{[]types.IpPermission{from(80, other)}, "InvalidGroup.NotFound", "You have specified two resources that belong to different networks."},
		{[]types.IpPermission{described}, "InvalidParameterValue", "Invalid rule description. Valid descriptions are strings less than 256 characters from the following set: a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*"},
	} {
		_, err := s.AuthorizeSecurityGroupIngress(ctx, &sdk.AuthorizeSecurityGroupIngressInput{GroupId: &web, IpPermissions: c.permissions})
		refused(t, err, c.code, c.message)
	}
	many := tcp(443)
	for n := range 60 {
		many.IpRanges = append(many.IpRanges, types.IpRange{CidrIp: aws.String(fmt.Sprintf("192.0.2.%d/32", n))})
	}
	_, err := s.AuthorizeSecurityGroupIngress(ctx, &sdk.AuthorizeSecurityGroupIngressInput{GroupId: &web, IpPermissions: []types.IpPermission{many}})
	refused(t, err, "RulesPerSecurityGroupLimitExceeded", "The maximum number of rules per security group has been reached.")
	if g := s.describeGroup(t, web); len(g.IpPermissions) != 1 {
		t.Errorf("got %+v, of which only the first was accepted", g.IpPermissions)
	}
}

func TestRulesGo(t *testing.T) {
	s := newServer(t)
	web := s.group(t, s.vpc(t, "10.0.0.0/16"), "web")
	rules := s.allow(t, web, tcp(80, "0.0.0.0/0"), tcp(443, "0.0.0.0/0"))
	out := must[*sdk.RevokeSecurityGroupIngressOutput](t)(s.RevokeSecurityGroupIngress(ctx, &sdk.RevokeSecurityGroupIngressInput{
		GroupId: &web, SecurityGroupRuleIds: []string{*rules[0].SecurityGroupRuleId},
	}))
	if len(out.RevokedSecurityGroupRules) != 1 || *out.RevokedSecurityGroupRules[0].FromPort != 80 || !*out.Return {
		t.Errorf("got %+v", out)
	}
	_, err := s.RevokeSecurityGroupIngress(ctx, &sdk.RevokeSecurityGroupIngressInput{GroupId: &web, SecurityGroupRuleIds: []string{*rules[0].SecurityGroupRuleId}})
	refused(t, err, "InvalidSecurityGroupRuleId.NotFound", "The security group rule ID '"+*rules[0].SecurityGroupRuleId+"' does not exist")
	_, err = s.RevokeSecurityGroupIngress(ctx, &sdk.RevokeSecurityGroupIngressInput{GroupId: &web, IpPermissions: []types.IpPermission{tcp(443, "0.0.0.0/0"), tcp(80, "0.0.0.0/0")}})
	refused(t, err, "InvalidPermission.NotFound", "The specified rule does not exist in this security group.")
	if g := s.describeGroup(t, web); len(g.IpPermissions) != 1 {
		t.Errorf("got %+v", g.IpPermissions)
	}
	everything := []types.IpPermission{{IpProtocol: aws.String("-1"), FromPort: aws.Int32(0), ToPort: aws.Int32(0), IpRanges: []types.IpRange{{CidrIp: aws.String("0.0.0.0/0")}}}}
	must[*sdk.RevokeSecurityGroupEgressOutput](t)(s.RevokeSecurityGroupEgress(ctx, &sdk.RevokeSecurityGroupEgressInput{GroupId: &web, IpPermissions: everything}))
	must[*sdk.AuthorizeSecurityGroupEgressOutput](t)(s.AuthorizeSecurityGroupEgress(ctx, &sdk.AuthorizeSecurityGroupEgressInput{GroupId: &web, IpPermissions: everything}))
	_, err = s.AuthorizeSecurityGroupEgress(ctx, &sdk.AuthorizeSecurityGroupEgressInput{GroupId: &web, IpPermissions: everything})
	refused(t, err, "InvalidPermission.Duplicate", `the specified rule "peer: 0.0.0.0/0, ALL, ALLOW" already exists`)

	// A group that is missing in the default VPC is named, not refused.
	unknown := must[*sdk.RevokeSecurityGroupIngressOutput](t)(s.RevokeSecurityGroupIngress(ctx, &sdk.RevokeSecurityGroupIngressInput{
		GroupName: aws.String("default"), IpProtocol: aws.String("tcp"), FromPort: aws.Int32(80), ToPort: aws.Int32(80), CidrIp: aws.String("0.0.0.0/0"),
	}))
	if len(unknown.UnknownIpPermissions) != 1 || len(unknown.RevokedSecurityGroupRules) != 0 {
		t.Errorf("got %+v", unknown)
	}
}

func TestRulesChange(t *testing.T) {
	s := newServer(t)
	web := s.group(t, s.vpc(t, "10.0.0.0/16"), "web")
	rules := must[*sdk.AuthorizeSecurityGroupIngressOutput](t)(s.AuthorizeSecurityGroupIngress(ctx, &sdk.AuthorizeSecurityGroupIngressInput{
		GroupId: &web, IpPermissions: []types.IpPermission{tcp(80, "0.0.0.0/0"), tcp(443, "0.0.0.0/0")},
		TagSpecifications: []types.TagSpecification{{ResourceType: types.ResourceTypeSecurityGroupRule, Tags: []types.Tag{{Key: aws.String("by"), Value: aws.String("test")}}}},
	})).SecurityGroupRules
	id := rules[0].SecurityGroupRuleId
	modify := func(to types.SecurityGroupRuleRequest) error {
		_, err := s.ModifySecurityGroupRules(ctx, &sdk.ModifySecurityGroupRulesInput{
			GroupId: &web, SecurityGroupRules: []types.SecurityGroupRuleUpdate{{SecurityGroupRuleId: id, SecurityGroupRule: &to}},
		})
		return err
	}
	if err := modify(types.SecurityGroupRuleRequest{
		IpProtocol: aws.String("udp"), FromPort: aws.Int32(53), ToPort: aws.Int32(53), CidrIpv4: aws.String("10.0.0.0/16"), Description: aws.String("names"),
	}); err != nil {
		t.Fatal(err)
	}
	described := func() types.SecurityGroupRule {
		return must[*sdk.DescribeSecurityGroupRulesOutput](t)(s.DescribeSecurityGroupRules(ctx, &sdk.DescribeSecurityGroupRulesInput{SecurityGroupRuleIds: []string{*id}})).SecurityGroupRules[0]
	}
	if r := described(); *r.IpProtocol != "udp" || *r.FromPort != 53 || *r.CidrIpv4 != "10.0.0.0/16" || *r.Description != "names" || *r.Tags[0].Value != "test" {
		t.Errorf("got %+v", r)
	}
	refused(t, modify(types.SecurityGroupRuleRequest{IpProtocol: aws.String("tcp"), FromPort: aws.Int32(443), ToPort: aws.Int32(443), CidrIpv4: aws.String("0.0.0.0/0")}),
		"InvalidPermission.Duplicate", `the specified rule "peer: 0.0.0.0/0, TCP, from port: 443, to port: 443, ALLOW" already exists`)
	refused(t, modify(types.SecurityGroupRuleRequest{IpProtocol: aws.String("-1"), CidrIpv4: aws.String("0.0.0.0/0"), CidrIpv6: aws.String("::/0")}),
		"InvalidParameterCombination", "Only one of CidrIpv4, CidrIpv6, PrefixListId and ReferencedGroupId may be specified")
	refused(t, modify(types.SecurityGroupRuleRequest{IpProtocol: aws.String("-1"), ReferencedGroupId: &web}),
		"InvalidParameterValue", "The type of the source or destination of the rule '"+*id+"' cannot be changed")

	must[*sdk.UpdateSecurityGroupRuleDescriptionsIngressOutput](t)(s.UpdateSecurityGroupRuleDescriptionsIngress(ctx, &sdk.UpdateSecurityGroupRuleDescriptionsIngressInput{
		GroupId: &web, SecurityGroupRuleDescriptions: []types.SecurityGroupRuleDescription{{SecurityGroupRuleId: id, Description: aws.String("DNS")}},
	}))
	if r := described(); *r.Description != "DNS" {
		t.Errorf("got %+v", r)
	}
	must[*sdk.UpdateSecurityGroupRuleDescriptionsEgressOutput](t)(s.UpdateSecurityGroupRuleDescriptionsEgress(ctx, &sdk.UpdateSecurityGroupRuleDescriptionsEgressInput{
		GroupId: &web, IpPermissions: []types.IpPermission{{IpProtocol: aws.String("-1"), IpRanges: []types.IpRange{{CidrIp: aws.String("0.0.0.0/0"), Description: aws.String("out")}}}},
	}))
	if g := s.describeGroup(t, web); *g.IpPermissionsEgress[0].IpRanges[0].Description != "out" {
		t.Errorf("got %+v", g.IpPermissionsEgress)
	}
	_, err := s.UpdateSecurityGroupRuleDescriptionsEgress(ctx, &sdk.UpdateSecurityGroupRuleDescriptionsEgressInput{GroupId: &web, IpPermissions: []types.IpPermission{tcp(1, "0.0.0.0/0")}})
	refused(t, err, "InvalidPermission.NotFound", "The specified rule does not exist in this security group.")
}

func TestPrefixListsOfAWS(t *testing.T) {
	s := newServer(t)
	lists := must[*sdk.DescribePrefixListsOutput](t)(s.DescribePrefixLists(ctx, &sdk.DescribePrefixListsInput{Filters: filter("prefix-list-name", "com.amazonaws.eu-west-1.s3")})).PrefixLists
	managed := must[*sdk.DescribeManagedPrefixListsOutput](t)(s.DescribeManagedPrefixLists(ctx, &sdk.DescribeManagedPrefixListsInput{Filters: append(filter("owner-id", "AWS"), filter("prefix-list-name", "*.s3")...)})).PrefixLists
	if len(lists) != 1 || len(managed) != 1 || !reflect.DeepEqual(lists[0].PrefixListId, managed[0].PrefixListId) {
		t.Fatalf("got %+v and %+v", lists, managed)
	}
	strict := start(t, true)
	web := strict.group(t, ec2network.DefaultVPC, "web")
	p := tcp(443)
	p.PrefixListIds = []types.PrefixListId{{PrefixListId: aws.String("pl-63a5400a")}}
	_, err := strict.AuthorizeSecurityGroupIngress(ctx, &sdk.AuthorizeSecurityGroupIngressInput{GroupId: &web, IpPermissions: []types.IpPermission{p}})
	refused(t, err, "InvalidPrefixListID.NotFound", "The prefix list ID 'pl-63a5400a' does not exist")
	p.PrefixListIds[0].PrefixListId = lists[0].PrefixListId
	strict.allow(t, web, p)
}
