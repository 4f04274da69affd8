package securitygroup

import (
	"context"
	"net/netip"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/ecs-emulator/ecs-emulator/handlers/ec2/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sorting"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// ModifyManagedPrefixList changes the name, the size or the entries of a prefix list. A size
// for which a security group has no room leaves the list as it is, and its state says so.
// Source: EC2 API reference, ModifyManagedPrefixList; the text is the emulator's.
func (a *API) ModifyManagedPrefixList(ctx context.Context, in *sdk.ModifyManagedPrefixListInput) (*sdk.ModifyManagedPrefixListOutput, error) {
	out := &sdk.ModifyManagedPrefixListOutput{}
	err := a.Store.Update(func(tx *store.Tx) error {
		l, err := ownPrefixList(tx, kit.Scope(ctx), in.PrefixListId)
		if err != nil {
			return err
		}
		changed, err := modifiedPrefixList(l, in)
		if err != nil {
			return err
		}
		if full := withoutRoom(tx, changed); len(full) > 0 && changed.MaxEntries > l.MaxEntries {
			same := *l
			same.State = string(types.PrefixListStateModifyFailed)
			same.StateMessage = "The new maximum size is not supported by " + firstGroups(full)
			changed = &same
		}
		ec2network.PrefixLists.Put(tx, changed)
		shown := managedPrefixList(tx, changed)
		out.PrefixList = &shown
		return nil
	})
	return out, err
}

// modifiedPrefixList is a prefix list as a request has it. Source: EC2 API reference,
// ModifyManagedPrefixList; field reports for the texts, but for that of the size, which is the
// emulator's.
func modifiedPrefixList(l *ec2network.PrefixList, in *sdk.ModifyManagedPrefixListInput) (*ec2network.PrefixList, error) {
	entries := len(in.AddEntries)+len(in.RemoveEntries) > 0
	switch {
	case aws.ToBool(in.IpamPrefixListResolverSyncEnabled):
		return nil, kit.NotBuilt("ModifyManagedPrefixList", "IpamPrefixListResolverSyncEnabled")
	case in.CurrentVersion != nil && *in.CurrentVersion != l.Version:
		return nil, kit.Refuse("PrefixListVersionMismatch", "The prefix list has the incorrect version number.")
	case entries && in.MaxEntries != nil:
		return nil, kit.Refuse("InvalidParameterCombination", "You cannot modify the entries and the maximum entries for the prefix list in the same request.")
	case !entries && in.MaxEntries == nil && in.PrefixListName == nil:
		return nil, kit.Refuse("InvalidRequest", "The request received was invalid.")
	case in.PrefixListName != nil && *in.PrefixListName == "":
		return nil, kit.MissingParameter("PrefixListName")
	}
	changed := *l
	changed.State, changed.StateMessage = string(types.PrefixListStateModifyComplete), ""
	if in.PrefixListName != nil {
		changed.Name = *in.PrefixListName
	}
	if in.MaxEntries != nil {
		changed.MaxEntries = *in.MaxEntries
	}
	// The name that a list has may be one that an earlier version of the emulator took.
	if err := checkPrefixList(aws.ToString(in.PrefixListName), changed.MaxEntries); err != nil {
		return nil, err
	}
	if int(changed.MaxEntries) < len(l.Entries) {
		return nil, kit.Refuse("InvalidParameterValue", "The prefix list has %d entries, more than a maximum size of %d.", len(l.Entries), changed.MaxEntries)
	}
	if entries {
		after, err := withEntries(l, in.AddEntries, in.RemoveEntries)
		if err != nil {
			return nil, err
		}
		changed.Entries, changed.Version = after, l.Version+1
	}
	return &changed, nil
}

// mostEntriesAtOnce is how many entries a request adds or removes. Source: EC2 API reference.
const mostEntriesAtOnce = 100

// withEntries are the entries of a list without some and with others, in their order. Source
// of the texts about what cannot be in one request, of the other family (EC20016) and of the
// most entries: field reports; the others are the emulator's.
func withEntries(l *ec2network.PrefixList, add []types.AddPrefixListEntry, remove []types.RemovePrefixListEntry) ([]ec2network.PrefixListEntry, error) {
	if max(len(add), len(remove)) > mostEntriesAtOnce {
		return nil, kit.Refuse("InvalidParameterValue", "The number of entries per request cannot exceeds limit (%d).", mostEntriesAtOnce)
	}
	entries, gone := slices.Clone(l.Entries), map[string]bool{}
	by := func(cidr string) func(ec2network.PrefixListEntry) bool {
		return func(e ec2network.PrefixListEntry) bool { return e.CIDR == cidr }
	}
	for _, r := range remove {
		cidr, err := rangeText(r.Cidr, l.IPv6)
		if err != nil {
			return nil, err
		}
		before := len(entries)
		if entries = slices.DeleteFunc(entries, by(cidr)); len(entries) == before {
			return nil, kit.Refuse("InvalidParameterValue", "The prefix list has no entry %s", cidr)
		}
		gone[cidr] = true
	}
	for _, e := range add {
		if p, err := netip.ParsePrefix(aws.ToString(e.Cidr)); err == nil && p.Addr().Is4() == l.IPv6 {
			return nil, kit.Refuse("InvalidParameterCombination", "An (%s) prefix list cannot contain an (%s) CIDR.", familyOf(l), *e.Cidr)
		}
		cidr, err := rangeText(e.Cidr, l.IPv6)
		switch {
		case err != nil:
			return nil, err
		case gone[cidr]:
			return nil, kit.Refuse("InvalidParameterValue", "Request cannot contain Cidr %s in both AddPrefixListEntries and RemovePrefixListEntries", cidr)
		case slices.ContainsFunc(entries, by(cidr)):
			return nil, kit.Refuse("InvalidParameterValue", "The prefix list has the entry %s already", cidr)
		case utf8.RuneCountInString(aws.ToString(e.Description)) > longestPrefixListText:
			return nil, kit.Refuse("InvalidParameterValue", "The description of an entry has at most %d characters.", longestPrefixListText)
		}
		entries = append(entries, ec2network.PrefixListEntry{CIDR: cidr, Description: aws.ToString(e.Description)})
	}
	if len(entries) > int(l.MaxEntries) {
		return nil, kit.Refuse("PrefixListMaxEntriesExceeded", "You've reached the maximum number of entries for the prefix list.")
	}
	sorting.By(entries, func(a, b ec2network.PrefixListEntry) int { return strings.Compare(a.CIDR, b.CIDR) })
	return entries, nil
}

// withoutRoom are the security groups that would have too many rules with a prefix list.
func withoutRoom(tx *store.Tx, changed *ec2network.PrefixList) []*ec2network.SecurityGroup {
	return slices.DeleteFunc(ec2network.GroupsNaming(tx, changed), func(g *ec2network.SecurityGroup) bool {
		return !tooManyRules(g, func(id string) *ec2network.PrefixList {
			if id == changed.ID {
				return changed
			}
			return ec2network.PrefixLists.Find(tx, g.Scope, id)
		})
	})
}

// firstGroups names ten groups at most. Source: EC2 API reference, ModifyManagedPrefixList.
func firstGroups(groups []*ec2network.SecurityGroup) string {
	var ids []string
	for _, g := range groups[:min(len(groups), 10)] {
		ids = append(ids, g.ID)
	}
	return strings.Join(ids, ", ")
}
