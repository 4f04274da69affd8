package ec2_test

import (
	"fmt"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

func (s *server) acl(t *testing.T, filters ...types.Filter) types.NetworkAcl {
	t.Helper()
	found := must[*sdk.DescribeNetworkAclsOutput](t)(s.DescribeNetworkAcls(ctx, &sdk.DescribeNetworkAclsInput{Filters: filters})).NetworkAcls
	if len(found) != 1 {
		t.Fatalf("found %+v", found)
	}
	return found[0]
}

func entries(n types.NetworkAcl) string {
	text := ""
	for _, e := range n.Entries {
		text += fmt.Sprintf("%t %d %s %s %s%s", *e.Egress, *e.RuleNumber, e.RuleAction, *e.Protocol, aws.ToString(e.CidrBlock), aws.ToString(e.Ipv6CidrBlock))
		if e.PortRange != nil && e.PortRange.From != nil {
			text += fmt.Sprintf(" %d-%d", *e.PortRange.From, *e.PortRange.To)
		}
		if e.IcmpTypeCode != nil && e.IcmpTypeCode.Type != nil {
			text += fmt.Sprintf(" %d/%d", *e.IcmpTypeCode.Type, *e.IcmpTypeCode.Code)
		}
		text += "\n"
	}
	return text
}

// Entries of the default network ACL are replaced, as Terraform does; the last ones stay.
func TestEntriesOfANetworkACL(t *testing.T) {
	s := newServer(t)
	n := s.network(t, "10.0")
	id := s.acl(t, append(filter("vpc-id", n.vpc), filter("default", "true")...)...).NetworkAclId
	for _, egress := range []*bool{aws.Bool(true), aws.Bool(false)} {
		must[*sdk.DeleteNetworkAclEntryOutput](t)(s.DeleteNetworkAclEntry(ctx, &sdk.DeleteNetworkAclEntryInput{NetworkAclId: id, RuleNumber: aws.Int32(100), Egress: egress}))
	}
	entry := func(number int32, protocol, block string) *sdk.CreateNetworkAclEntryInput {
		return &sdk.CreateNetworkAclEntryInput{
			NetworkAclId: id, RuleNumber: &number, Egress: aws.Bool(false), Protocol: &protocol, RuleAction: types.RuleActionAllow, CidrBlock: &block,
		}
	}
	web, ping, all6 := entry(200, "tcp", "10.0.3.7/16"), entry(110, "1", "0.0.0.0/0"), entry(101, "-1", "")
	web.PortRange = &types.PortRange{From: aws.Int32(80), To: aws.Int32(443)}
	ping.IcmpTypeCode = &types.IcmpTypeCode{Type: aws.Int32(8), Code: aws.Int32(-1)}
	all6.CidrBlock, all6.Ipv6CidrBlock = nil, aws.String("::/0")
	for _, in := range []*sdk.CreateNetworkAclEntryInput{web, ping, all6, web} {
		must[*sdk.CreateNetworkAclEntryOutput](t)(s.CreateNetworkAclEntry(ctx, in))
	}
	must[*sdk.ReplaceNetworkAclEntryOutput](t)(s.ReplaceNetworkAclEntry(ctx, &sdk.ReplaceNetworkAclEntryInput{
		NetworkAclId: id, RuleNumber: aws.Int32(101), Egress: aws.Bool(false), Protocol: aws.String("-1"), RuleAction: types.RuleActionDeny, Ipv6CidrBlock: aws.String("::/0"),
	}))
	want := "true 32767 deny -1 0.0.0.0/0\nfalse 101 deny -1 ::/0\nfalse 110 allow 1 0.0.0.0/0 8/-1\nfalse 200 allow 6 10.0.0.0/16 80-443\nfalse 32767 deny -1 0.0.0.0/0\n"
	if got := entries(s.acl(t, filter("network-acl-id", *id)...)); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	s.acl(t, append(filter("entry.port-range.to", "443"), filter("entry.icmp.type", "8")...)...)

	changed := *web
	changed.RuleAction = types.RuleActionDeny
	_, err := s.CreateNetworkAclEntry(ctx, &changed)
	refused(t, err, "NetworkAclEntryAlreadyExists", "The network acl entry identified by 200 already exists.")
	_, err = s.DeleteNetworkAclEntry(ctx, &sdk.DeleteNetworkAclEntryInput{NetworkAclId: id, RuleNumber: aws.Int32(7), Egress: aws.Bool(true)})
	refused(t, err, "InvalidNetworkAclEntry.NotFound", "The egress entry with rule number 7 does not exist in network ACL "+*id)
	for _, c := range []struct {
		change        func(in *sdk.CreateNetworkAclEntryInput)
		code, message string
	}{
		{func(in *sdk.CreateNetworkAclEntryInput) { in.RuleNumber = aws.Int32(32767) }, "InvalidParameterValue", "Value (32767) for parameter ruleNumber is invalid. Rulenumber must be in range 1..32766"},
		{func(in *sdk.CreateNetworkAclEntryInput) { in.RuleAction = "log" }, "InvalidParameterValue", "Value (log) for parameter ruleAction is invalid."},
		{func(in *sdk.CreateNetworkAclEntryInput) { in.CidrBlock = nil }, "MissingParameter", "The request must contain exactly one of: cidrBlock, ipv6CidrBlock"},
		{func(in *sdk.CreateNetworkAclEntryInput) { in.CidrBlock = aws.String("::/0") }, "InvalidParameterValue", "Value (::/0) for parameter cidrBlock is invalid. This is not a valid CIDR block."},
		{func(in *sdk.CreateNetworkAclEntryInput) { in.PortRange = nil }, "MissingParameter", "The request must contain the parameter portRange"},
		{func(in *sdk.CreateNetworkAclEntryInput) { in.PortRange.To = aws.Int32(1) }, "InvalidParameterValue", "Invalid TCP/UDP port range (80:1)"},
		{func(in *sdk.CreateNetworkAclEntryInput) { in.Protocol = aws.String("carrier pigeon") }, "InvalidParameterValue", "Invalid value 'carrier pigeon' for IP protocol. Unknown protocol."},
		{func(in *sdk.CreateNetworkAclEntryInput) { in.Protocol = aws.String("icmp") }, "MissingParameter", "The request must contain the parameter icmpTypeCode"},
		{func(in *sdk.CreateNetworkAclEntryInput) { in.NetworkAclId = aws.String("acl-1") }, "InvalidNetworkAclID.NotFound", "The networkAcl ID 'acl-1' does not exist"},
	} {
		in := *entry(300, "tcp", "0.0.0.0/0")
		in.PortRange = &types.PortRange{From: aws.Int32(80), To: aws.Int32(80)}
		c.change(&in)
		_, err := s.CreateNetworkAclEntry(ctx, &in)
		refused(t, err, c.code, c.message)
	}
}

// A subnet has the default network ACL, or another one, and then not the default one.
func TestNetworkACLsOfSubnets(t *testing.T) {
	s := newServer(t)
	n := s.network(t, "10.0")
	first := s.acl(t, filter("vpc-id", n.vpc)...)
	if len(first.Associations) != 2 {
		t.Fatalf("associations: %+v", first.Associations)
	}
	made := must[*sdk.CreateNetworkAclOutput](t)(s.CreateNetworkAcl(ctx, &sdk.CreateNetworkAclInput{
		VpcId: &n.vpc, TagSpecifications: specification(types.ResourceTypeNetworkAcl, "Name=strict"),
	})).NetworkAcl
	if got, want := entries(*made), "true 32767 deny -1 0.0.0.0/0\nfalse 32767 deny -1 0.0.0.0/0\n"; got != want {
		t.Errorf("got %s", got)
	}
	replace := func(association, acl string) (*sdk.ReplaceNetworkAclAssociationOutput, error) {
		return s.ReplaceNetworkAclAssociation(ctx, &sdk.ReplaceNetworkAclAssociationInput{AssociationId: &association, NetworkAclId: &acl})
	}
	moved := must[*sdk.ReplaceNetworkAclAssociationOutput](t)(replace(*first.Associations[0].NetworkAclAssociationId, *made.NetworkAclId))
	subnet := *first.Associations[0].SubnetId
	if now := s.acl(t, filter("association.subnet-id", subnet)...); *now.NetworkAclId != *made.NetworkAclId {
		t.Errorf("it has %s", *now.NetworkAclId)
	}
	_, err := s.DeleteNetworkAcl(ctx, &sdk.DeleteNetworkAclInput{NetworkAclId: made.NetworkAclId})
	refused(t, err, "DependencyViolation", "The networkAcl '"+*made.NetworkAclId+"' has dependencies and cannot be deleted.")
	_, err = replace("aclassoc-1", *made.NetworkAclId)
	refused(t, err, "InvalidAssociationID.NotFound", "The association ID 'aclassoc-1' does not exist")
	back := must[*sdk.ReplaceNetworkAclAssociationOutput](t)(replace(*moved.NewAssociationId, *first.NetworkAclId))
	if now := s.acl(t, filter("association.association-id", *back.NewAssociationId)...); !*now.IsDefault || len(now.Associations) != 2 {
		t.Errorf("back: %+v", now.Associations)
	}
	must[*sdk.DeleteNetworkAclOutput](t)(s.DeleteNetworkAcl(ctx, &sdk.DeleteNetworkAclInput{NetworkAclId: made.NetworkAclId}))
	_, err = s.DeleteNetworkAcl(ctx, &sdk.DeleteNetworkAclInput{NetworkAclId: first.NetworkAclId})
	refused(t, err, "InvalidParameterValue", "cannot delete default network ACL "+*first.NetworkAclId)
}
