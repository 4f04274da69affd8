package routing

import (
	"cmp"
	"context"
	"net/netip"
	"reflect"
	"slices"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/ecs-emulator/ecs-emulator/handlers/ec2/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sorting"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// CreateNetworkAclEntry adds a rule, which has no effect. One that is there already is added
// again (EC20010).
func (a *API) CreateNetworkAclEntry(ctx context.Context, in *sdk.CreateNetworkAclEntryInput) (*sdk.CreateNetworkAclEntryOutput, error) {
	err := a.changeEntries(ctx, in.NetworkAclId, func(n *ec2.NetworkACL) error {
		entry, err := networkACLEntry(in)
		if err != nil {
			return err
		}
		i := entryAt(n, entry.Number, entry.Egress)
		if i >= 0 && !reflect.DeepEqual(n.Entries[i], entry) { // Source of the code: EC2 API reference, error codes
			return kit.Refuse("NetworkAclEntryAlreadyExists", "The network acl entry identified by %d already exists.", entry.Number)
		}
		if i < 0 {
			n.Entries = append(n.Entries, entry)
		}
		return nil
	})
	return &sdk.CreateNetworkAclEntryOutput{}, err
}

// ReplaceNetworkAclEntry changes a rule.
func (a *API) ReplaceNetworkAclEntry(ctx context.Context, in *sdk.ReplaceNetworkAclEntryInput) (*sdk.ReplaceNetworkAclEntryOutput, error) {
	err := a.changeEntries(ctx, in.NetworkAclId, func(n *ec2.NetworkACL) error {
		entry, err := networkACLEntry(&sdk.CreateNetworkAclEntryInput{
			Egress: in.Egress, Protocol: in.Protocol, RuleAction: in.RuleAction, RuleNumber: in.RuleNumber,
			CidrBlock: in.CidrBlock, Ipv6CidrBlock: in.Ipv6CidrBlock, IcmpTypeCode: in.IcmpTypeCode, PortRange: in.PortRange,
		})
		if err != nil {
			return err
		}
		i := entryAt(n, entry.Number, entry.Egress)
		if i < 0 {
			return noEntry(n.ID, entry.Number, entry.Egress)
		}
		n.Entries[i] = entry
		return nil
	})
	return &sdk.ReplaceNetworkAclEntryOutput{}, err
}

// DeleteNetworkAclEntry removes a rule.
func (a *API) DeleteNetworkAclEntry(ctx context.Context, in *sdk.DeleteNetworkAclEntryInput) (*sdk.DeleteNetworkAclEntryOutput, error) {
	err := a.changeEntries(ctx, in.NetworkAclId, func(n *ec2.NetworkACL) error {
		if err := checkRuleNumber(in.RuleNumber, in.Egress); err != nil {
			return err
		}
		i := entryAt(n, *in.RuleNumber, *in.Egress)
		if i < 0 {
			return noEntry(n.ID, *in.RuleNumber, *in.Egress)
		}
		n.Entries = slices.Delete(n.Entries, i, i+1)
		return nil
	})
	return &sdk.DeleteNetworkAclEntryOutput{}, err
}

// changeEntries changes a copy of a network ACL, whose entries may be changed in place.
func (a *API) changeEntries(ctx context.Context, id *string, change func(n *ec2.NetworkACL) error) error {
	return networkACLs.Change(ctx, &a.Base, id, func(_ *store.Tx, n *ec2.NetworkACL) error {
		n.Entries = slices.Clone(n.Entries)
		err := change(n)
		sorting.By(n.Entries, func(a, b ec2.NetworkACLEntry) int { return cmp.Compare(a.Number, b.Number) })
		return err
	})
}

func entryAt(n *ec2.NetworkACL, number int32, egress bool) int {
	return slices.IndexFunc(n.Entries, func(e ec2.NetworkACLEntry) bool { return e.Number == number && e.Egress == egress })
}

// noEntry refuses to change a rule that is not there. Source: recorded answers (EC20010) for
// the code; field reports for the text.
func noEntry(id string, number int32, egress bool) error {
	direction := "ingress"
	if egress {
		direction = "egress"
	}
	return kit.Refuse("InvalidNetworkAclEntry.NotFound", "The %s entry with rule number %d does not exist in network ACL %s", direction, number, id)
}

// checkRuleNumber refuses what is no number of a rule of one's own. Source: EC2 API
// reference, CreateNetworkAclEntry; of the text about the range field reports. The other texts of
// the refusals of rules are the emulator's.
func checkRuleNumber(number *int32, egress *bool) error {
	switch {
	case number == nil:
		return kit.MissingParameter("ruleNumber")
	case egress == nil:
		return kit.MissingParameter("egress")
	case *number < 1 || *number >= lastRule:
		return kit.Refuse("InvalidParameterValue", "Value (%d) for parameter ruleNumber is invalid. Rulenumber must be in range 1..%d", *number, lastRule-1)
	}
	return nil
}

// networkACLEntry is the rule that a request is about.
func networkACLEntry(in *sdk.CreateNetworkAclEntryInput) (e ec2.NetworkACLEntry, err error) {
	if err := checkRuleNumber(in.RuleNumber, in.Egress); err != nil {
		return e, err
	}
	e = ec2.NetworkACLEntry{Egress: *in.Egress, Number: *in.RuleNumber, Action: in.RuleAction}
	switch in.RuleAction {
	case types.RuleActionAllow, types.RuleActionDeny:
	case "":
		return e, kit.MissingParameter("ruleAction")
	default:
		return e, kit.Refuse("InvalidParameterValue", "Value (%s) for parameter ruleAction is invalid.", in.RuleAction)
	}
	if err := exactlyOne("The request must contain exactly one of: cidrBlock, ipv6CidrBlock", in.CidrBlock != nil, in.Ipv6CidrBlock != nil); err != nil {
		return e, err
	}
	e.Range, err = cidrOf(in.CidrBlock, "cidrBlock", netip.Addr.Is4)
	if err == nil {
		e.Range6, err = cidrOf(in.Ipv6CidrBlock, "ipv6CidrBlock", netip.Addr.Is6)
	}
	if err != nil {
		return e, err
	}
	err = setProtocol(&e, in)
	return e, err
}

// cidrOf is a range as EC2 writes it, empty where there is none.
func cidrOf(given *string, parameter string, family func(netip.Addr) bool) (string, error) {
	if given == nil {
		return "", nil
	}
	block, err := netip.ParsePrefix(*given)
	if err != nil || !family(block.Addr()) {
		return "", kit.Refuse("InvalidParameterValue", "Value (%s) for parameter %s is invalid. This is not a valid CIDR block.", *given, parameter)
	}
	return block.Masked().String(), nil
}

// Numbers of protocols that have ports, or types and codes. Source: IANA.
const (
	protocolICMP   = 1
	protocolTCP    = 6
	protocolUDP    = 17
	protocolICMPv6 = 58
)

// protocolNames are those that EC2 takes for their numbers.
var protocolNames = map[string]int{"all": -1, "icmp": protocolICMP, "tcp": protocolTCP, "udp": protocolUDP, "icmpv6": protocolICMPv6}

// setProtocol sets the protocol of a rule, and its ports, or type and code.
func setProtocol(e *ec2.NetworkACLEntry, in *sdk.CreateNetworkAclEntryInput) error {
	given := aws.ToString(in.Protocol)
	number, named := protocolNames[given]
	if !named {
		var err error
		if number, err = strconv.Atoi(given); err != nil || number < -1 || number > 255 {
			return kit.Refuse("InvalidParameterValue", "Invalid value '%s' for IP protocol. Unknown protocol.", given)
		}
	}
	e.Protocol = strconv.Itoa(number)
	switch number {
	case protocolTCP, protocolUDP:
		p := in.PortRange
		if p == nil || p.From == nil || p.To == nil {
			return kit.MissingParameter("portRange")
		}
		if *p.From < 0 || *p.To > 65535 || *p.From > *p.To {
			return kit.Refuse("InvalidParameterValue", "Invalid TCP/UDP port range (%d:%d)", *p.From, *p.To)
		}
		e.Ports = &types.PortRange{From: p.From, To: p.To}
	case protocolICMP, protocolICMPv6:
		i := in.IcmpTypeCode
		if i == nil || i.Type == nil || i.Code == nil {
			return kit.MissingParameter("icmpTypeCode")
		}
		if *i.Type < -1 || *i.Type > 255 || *i.Code < -1 || *i.Code > 255 {
			return kit.Refuse("InvalidParameterValue", "Invalid ICMP type and code (%d:%d)", *i.Type, *i.Code)
		}
		e.ICMP = &types.IcmpTypeCode{Type: i.Type, Code: i.Code}
	}
	return nil
}
