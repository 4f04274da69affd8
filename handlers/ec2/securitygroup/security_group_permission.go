package securitygroup

import (
	"cmp"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/ecs-emulator/ecs-emulator/handlers/ec2/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// permissions are a group's rules of one direction as EC2 has shown them before rules had
// ids: those for the same protocol and ports in one.
func permissions(scope arn.Scope, g *ec2network.SecurityGroup, egress bool) []types.IpPermission {
	list := []types.IpPermission{}
	for _, r := range g.Rules {
		if r.Egress != egress {
			continue
		}
		i := slices.IndexFunc(list, func(p types.IpPermission) bool {
			return *p.IpProtocol == r.Protocol && (p.FromPort == nil || *p.FromPort == r.From && *p.ToPort == r.To)
		})
		if i < 0 {
			i = len(list)
			list = append(list, newPermission(r))
		}
		addPeer(scope, &list[i], r)
	}
	return list
}

// newPermission is one without ranges and groups.
func newPermission(r ec2network.SecurityGroupRule) types.IpPermission {
	p := types.IpPermission{
		IpProtocol: aws.String(r.Protocol), IpRanges: []types.IpRange{}, Ipv6Ranges: []types.Ipv6Range{},
		PrefixListIds: []types.PrefixListId{}, UserIdGroupPairs: []types.UserIdGroupPair{},
	}
	if hasPorts(r.Protocol) {
		p.FromPort, p.ToPort = aws.Int32(r.From), aws.Int32(r.To)
	}
	return p
}

func addPeer(scope arn.Scope, p *types.IpPermission, r ec2network.SecurityGroupRule) {
	description := kit.Optional(r.Description)
	switch {
	case r.CIDR != "":
		p.IpRanges = append(p.IpRanges, types.IpRange{CidrIp: aws.String(r.CIDR), Description: description})
	case r.CIDRv6 != "":
		p.Ipv6Ranges = append(p.Ipv6Ranges, types.Ipv6Range{CidrIpv6: aws.String(r.CIDRv6), Description: description})
	case r.PrefixList != "":
		p.PrefixListIds = append(p.PrefixListIds, types.PrefixListId{PrefixListId: aws.String(r.PrefixList), Description: description})
	default:
		p.UserIdGroupPairs = append(p.UserIdGroupPairs, types.UserIdGroupPair{GroupId: aws.String(r.Group), UserId: aws.String(scope.Account), Description: description})
	}
}

// hasPorts reports whether rules of a protocol are about ports, or types and codes.
func hasPorts(protocol string) bool {
	switch protocol {
	case "tcp", "udp", "icmp", "icmpv6":
		return true
	}
	return false
}

// rulesFrom are the rules that permissions ask for, without ids. Source: EC2 API reference,
// IpPermission; field reports for the texts, but for that of one without a source, which is the
// emulator's.
func (a *API) rulesFrom(tx *store.Tx, g *ec2network.SecurityGroup, egress bool, asked []types.IpPermission) (rules []ec2network.SecurityGroupRule, err error) {
	for _, p := range asked {
		r := ec2network.SecurityGroupRule{Egress: egress}
		if r.Protocol, err = protocolOf(p.IpProtocol); err != nil {
			return nil, err
		}
		if r.From, r.To, err = portsOf(r.Protocol, p.FromPort, p.ToPort); err != nil {
			return nil, err
		}
		before := len(rules)
		if rules, err = a.addPeers(tx, g, rules, r, p); err != nil {
			return nil, err
		}
		if len(rules) == before {
			return nil, kit.Refuse("MissingParameter", "The request must contain a range, a prefix list or a security group for each permission")
		}
	}
	return rules, nil
}

// addPeers adds a rule for each of a permission's other sides.
func (a *API) addPeers(tx *store.Tx, g *ec2network.SecurityGroup, rules []ec2network.SecurityGroupRule, r ec2network.SecurityGroupRule, p types.IpPermission) ([]ec2network.SecurityGroupRule, error) {
	add := func(set func(r *ec2network.SecurityGroupRule) error, description *string) error {
		made := r
		made.Description = aws.ToString(description)
		if err := checkRuleDescription(made.Description); err != nil {
			return err
		}
		err := set(&made)
		rules = append(rules, made)
		return err
	}
	for _, c := range p.IpRanges {
		if err := add(func(r *ec2network.SecurityGroupRule) (err error) {
			r.CIDR, err = rangeText(c.CidrIp, false)
			return err
		}, c.Description); err != nil {
			return nil, err
		}
	}
	for _, c := range p.Ipv6Ranges {
		if err := add(func(r *ec2network.SecurityGroupRule) (err error) {
			r.CIDRv6, err = rangeText(c.CidrIpv6, true)
			return err
		}, c.Description); err != nil {
			return nil, err
		}
	}
	for _, l := range p.PrefixListIds {
		if err := add(func(r *ec2network.SecurityGroupRule) (err error) {
			r.PrefixList, err = a.prefixList(tx, g.Scope, l.PrefixListId)
			return err
		}, l.Description); err != nil {
			return nil, err
		}
	}
	for _, pair := range p.UserIdGroupPairs {
		if err := add(func(r *ec2network.SecurityGroupRule) (err error) { r.Group, err = a.peerGroup(tx, g, pair); return err }, pair.Description); err != nil {
			return nil, err
		}
	}
	return rules, nil
}

func checkRuleDescription(text string) error {
	if !groupText.MatchString(text) {
		return kit.Refuse("InvalidParameterValue", "Invalid rule description. Valid descriptions are strings less than 256 characters from the following set: a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*")
	}
	return nil
}

// protocolOf is a protocol as EC2 shows it.
func protocolOf(asked *string) (string, error) {
	if aws.ToString(asked) == "" {
		return "", kit.MissingParameter("ipProtocol")
	}
	name := strings.ToLower(*asked)
	if hasPorts(name) {
		return name, nil
	}
	if n, err := strconv.Atoi(name); err == nil && n >= -1 && n <= 255 {
		name = strconv.Itoa(n)
		named := map[string]string{"6": "tcp", "17": "udp", "1": "icmp", "58": "icmpv6"}
		return cmp.Or(named[name], name), nil
	}
	return "", kit.Refuse("InvalidParameterValue", "Invalid value '%s' for IP protocol. Unknown protocol.", *asked)
}

// portsOf are the ports of a rule, or type and code (EC20014; of a last port that is out of
// range the text is the emulator's).
func portsOf(protocol string, from, to *int32) (first, last int32, err error) {
	switch protocol {
	case "tcp", "udp":
		switch {
		case from == nil || to == nil:
			return 0, 0, kit.Refuse("InvalidParameterValue", "Invalid value 'Must specify both from and to ports with TCP/UDP.' for portRange.")
		case *from < 0 || *from > 65535:
			return 0, 0, kit.Refuse("InvalidParameterValue", "TCP/UDP (from) port (%d) out of range", *from)
		case *to < 0 || *to > 65535:
			return 0, 0, kit.Refuse("InvalidParameterValue", "TCP/UDP port (%d) out of range", *to)
		case *from > *to:
			return 0, 0, kit.Refuse("InvalidParameterValue", "Invalid TCP/UDP port range(%d:%d)", *from, *to)
		}
		return *from, *to, nil
	case "icmp", "icmpv6":
		first, last = -1, -1
		if from != nil {
			first = *from
		}
		if to != nil {
			last = *to
		}
		switch {
		case first < -1 || first > 255:
			return 0, 0, kit.Refuse("InvalidParameterValue", "ICMP type (%d) out of range", first)
		case last < -1 || last > 255:
			return 0, 0, kit.Refuse("InvalidParameterValue", "ICMP code (%d) out of range", last)
		}
		return first, last, nil
	}
	return -1, -1, nil
}

// rangeText is a range in its shortest form, cleared of what is behind its length.
func rangeText(text *string, v6 bool) (string, error) {
	cidr, err := netip.ParsePrefix(aws.ToString(text))
	if err != nil || cidr.Addr().Is4() == v6 || cidr.Addr().Is4In6() {
		return "", kit.Refuse("InvalidParameterValue", "CIDR block %s is malformed", aws.ToString(text))
	}
	return cidr.Masked().String(), nil
}

// peerGroup is the id of the group that a rule is about, which is of the same VPC.
func (a *API) peerGroup(tx *store.Tx, g *ec2network.SecurityGroup, pair types.UserIdGroupPair) (string, error) {
	if user := aws.ToString(pair.UserId); user != "" && user != g.Scope.Account || pair.VpcPeeringConnectionId != nil {
		return "", kit.NotBuilt("rules of security groups", "other accounts and peering connections")
	}
	peer, err := a.group(tx, g.Scope, pair.GroupId, pair.GroupName)
	switch {
	case err != nil:
		return "", err
	case peer.VPC != g.VPC:
		return "", kit.Refuse("InvalidGroup.NotFound", "You have specified two resources that belong to different networks.")
	}
	return peer.ID, nil
}
