package ec2network

import (
	"net/netip"
	"slices"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/lazyregexp"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// PrefixLists are the prefix lists of one's own.
var PrefixLists = NewRows("prefix-list", func(l *PrefixList) (arn.Scope, string) { return l.Scope, l.ID })

// PrefixList is a customer-managed prefix list: ranges that rules of security groups name
// together. Those of AWS are no rows.
type PrefixList struct {
	Scope arn.Scope
	ID    string // pl-…
	Name  string
	// IPv6 says of which family all entries are.
	IPv6       bool
	MaxEntries int32
	Version    int64 // counts the changes of entries, from 1
	Entries    []PrefixListEntry
	// State is the state of the last request, such as create-complete, and StateMessage why that
	// failed.
	State, StateMessage string
}

// PrefixListEntry is a range, unique in its list. They are in the order of the ranges' texts.
type PrefixListEntry struct {
	CIDR, Description string
}

// IPv4 returns the ranges of a list of IPv4; of one of IPv6 none.
func (l *PrefixList) IPv4() (ranges []netip.Prefix) {
	if l.IPv6 {
		return nil
	}
	for _, e := range l.Entries {
		ranges = append(ranges, netip.MustParsePrefix(e.CIDR))
	}
	return ranges
}

func NewPrefixListID() string { return NewNetworkID("pl-") }

// Source: EC2 user guide, resource ids.
var prefixListID = lazyregexp.New(`^pl-([0-9a-f]{8}|[0-9a-f]{17})$`)

// MadeUpPrefixList reports whether an id is that of a list that does not exist here, as that of
// a security group that is made up.
func MadeUpPrefixList(id string) bool { return prefixListID.MatchString(id) && !ownID(id) }

// GroupsNaming returns the security groups that have rules about a prefix list, by id, the
// made-up ones among them.
func GroupsNaming(tx *store.Tx, l *PrefixList) []*SecurityGroup {
	var found []*SecurityGroup
	for _, g := range securityGroups.List(tx, l.Scope.Prefix()) { // only one that is stored has such rules
		if slices.ContainsFunc(g.Rules, func(r SecurityGroupRule) bool { return r.PrefixList == l.ID }) {
			found = append(found, g)
		}
	}
	return found
}
