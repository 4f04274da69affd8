package securitygroup

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/ecs-emulator/ecs-emulator/handlers/ec2/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

const (
	longestPrefixListText = 255  // of a name or description; Source: EC2 API reference, CreateManagedPrefixList
	mostPrefixListEntries = 1000 // Source: VPC user guide, quotas
)

func managedPrefixList(tx *store.Tx, l *ec2network.PrefixList) types.ManagedPrefixList {
	return types.ManagedPrefixList{
		PrefixListId: &l.ID, PrefixListArn: kit.ResourceARN(l.Scope, "prefix-list/"+l.ID), PrefixListName: &l.Name, OwnerId: &l.Scope.Account,
		AddressFamily: aws.String(familyOf(l)), MaxEntries: &l.MaxEntries, Version: &l.Version,
		State: types.PrefixListState(l.State), StateMessage: kit.Optional(l.StateMessage), Tags: kit.TagsOf(tx, l.Scope, l.ID),
	}
}

func familyOf(l *ec2network.PrefixList) string {
	if l.IPv6 {
		return "IPv6"
	}
	return "IPv4"
}

// ownPrefixList is the prefix list that a request names, which is not one of AWS. The text
// for those is the emulator's.
func ownPrefixList(tx *store.Tx, scope arn.Scope, id *string) (*ec2network.PrefixList, error) {
	if ofAWS(scope, aws.ToString(id)) {
		return nil, kit.Refuse("UnsupportedOperation", "The prefix list '%s' is managed by AWS.", *id)
	}
	return kit.Named(tx, scope, "PrefixListId", id, "pl-", ec2network.PrefixLists.Find)
}

// CreateManagedPrefixList makes a prefix list, which is complete at once.
func (a *API) CreateManagedPrefixList(ctx context.Context, in *sdk.CreateManagedPrefixListInput) (*sdk.CreateManagedPrefixListOutput, error) {
	asked, err := newPrefixList(kit.Scope(ctx), in)
	if err != nil {
		return nil, err
	}
	made, err := prefixLists.Create(ctx, &a.Base, kit.Creation[ec2network.PrefixList, types.ManagedPrefixList]{
		Tags: in.TagSpecifications, Token: in.ClientToken, Request: in,
		Make: func(*store.Tx) (*ec2network.PrefixList, error) { return asked, nil },
	})
	return &sdk.CreateManagedPrefixListOutput{PrefixList: made}, err
}

// newPrefixList is the prefix list that a request asks for. The texts are the emulator's, but
// for EC20016 and the text about the size, which is from a field report.
func newPrefixList(scope arn.Scope, in *sdk.CreateManagedPrefixListInput) (*ec2network.PrefixList, error) {
	l := &ec2network.PrefixList{
		Scope: scope, ID: ec2network.NewPrefixListID(), Name: aws.ToString(in.PrefixListName), IPv6: aws.ToString(in.AddressFamily) == "IPv6",
		MaxEntries: aws.ToInt32(in.MaxEntries), Version: 1, State: string(types.PrefixListStateCreateComplete),
	}
	switch {
	case l.Name == "":
		return nil, kit.MissingParameter("PrefixListName")
	case in.MaxEntries == nil:
		return nil, kit.MissingParameter("MaxEntries")
	case aws.ToString(in.AddressFamily) == "":
		return nil, kit.MissingParameter("AddressFamily")
	case familyOf(l) != *in.AddressFamily:
		return nil, kit.Refuse("InvalidParameterValue", "Value (%s) for parameter addressFamily is invalid. It is IPv4 or IPv6.", *in.AddressFamily)
	}
	if err := checkPrefixList(l.Name, l.MaxEntries); err != nil {
		return nil, err
	}
	if len(in.Entries) > int(l.MaxEntries) {
		return nil, kit.Refuse("InvalidParameterCombination", "The number of entries cannot be greater than the maximum number of entries")
	}
	entries, err := withEntries(l, in.Entries, nil)
	l.Entries = entries
	return l, err
}

// reservedNames are what names of AWS begin with (EC20016).
var reservedNames = []string{"com.amazonaws.", "com.amazon.", "com.aws."}

func checkPrefixList(name string, maxEntries int32) error {
	switch {
	case utf8.RuneCountInString(name) > longestPrefixListText:
		return kit.Refuse("InvalidParameterValue", "The name of a prefix list has at most %d characters.", longestPrefixListText)
	case slices.ContainsFunc(reservedNames, func(prefix string) bool { return strings.HasPrefix(name, prefix) }):
		return kit.Refuse("InvalidParameterValue", "The prefix list name cannot begin with (%s).", strings.Join(reservedNames, ", "))
	case maxEntries < 1 || maxEntries > mostPrefixListEntries:
		return kit.Refuse("InvalidParameterValue", "Must specify a max size between 1 and %d", mostPrefixListEntries)
	}
	return nil
}

// GetManagedPrefixListEntries answers the ranges of a prefix list by their texts. Those of AWS
// have none here. Source of the bounds of its pages: EC2 API reference.
func (a *API) GetManagedPrefixListEntries(ctx context.Context, in *sdk.GetManagedPrefixListEntriesInput) (*sdk.GetManagedPrefixListEntriesOutput, error) {
	scope, tx := kit.Scope(ctx), a.Store.Read()
	out := &sdk.GetManagedPrefixListEntriesOutput{Entries: []types.PrefixListEntry{}}
	if ofAWS(scope, aws.ToString(in.PrefixListId)) {
		return out, nil
	}
	l, err := ownPrefixList(tx, scope, in.PrefixListId)
	if err != nil {
		return nil, err
	}
	if in.TargetVersion != nil && *in.TargetVersion != l.Version {
		return nil, kit.NotBuilt("GetManagedPrefixListEntries", fmt.Sprintf("TargetVersion %d", *in.TargetVersion))
	}
	entries, next, err := kit.Page(l.Entries, func(e ec2network.PrefixListEntry) string { return e.CIDR }, in.MaxResults, in.NextToken, 1, 100)
	for _, e := range entries {
		out.Entries = append(out.Entries, types.PrefixListEntry{Cidr: aws.String(e.CIDR), Description: kit.Optional(e.Description)})
	}
	out.NextToken = next
	return out, err
}

// GetManagedPrefixListAssociations answers the security groups that have rules about a prefix
// list. Source of the bounds of its pages: EC2 API reference.
func (a *API) GetManagedPrefixListAssociations(ctx context.Context, in *sdk.GetManagedPrefixListAssociationsInput) (*sdk.GetManagedPrefixListAssociationsOutput, error) {
	scope, tx := kit.Scope(ctx), a.Store.Read()
	l, err := ownPrefixList(tx, scope, in.PrefixListId)
	if err != nil {
		return nil, err
	}
	groups, next, err := kit.Page(ec2network.GroupsNaming(tx, l), func(g *ec2network.SecurityGroup) string { return g.ID }, in.MaxResults, in.NextToken, 5, 255)
	out := &sdk.GetManagedPrefixListAssociationsOutput{PrefixListAssociations: []types.PrefixListAssociation{}, NextToken: next}
	for _, g := range groups {
		out.PrefixListAssociations = append(out.PrefixListAssociations, types.PrefixListAssociation{ResourceId: &g.ID, ResourceOwner: &scope.Account})
	}
	return out, err
}

// DeleteManagedPrefixList removes a prefix list. While rules name it, AWS takes the request,
// and the list's state tells that it has failed. Source: field reports; the text is the
// emulator's.
func (a *API) DeleteManagedPrefixList(ctx context.Context, in *sdk.DeleteManagedPrefixListInput) (*sdk.DeleteManagedPrefixListOutput, error) {
	out := &sdk.DeleteManagedPrefixListOutput{}
	err := a.Store.Update(func(tx *store.Tx) error {
		l, err := ownPrefixList(tx, kit.Scope(ctx), in.PrefixListId)
		if err != nil {
			return err
		}
		changed := *l
		changed.State, changed.StateMessage = string(types.PrefixListStateDeleteComplete), ""
		users := ec2network.GroupsNaming(tx, l)
		if len(users) > 0 {
			changed.State = string(types.PrefixListStateDeleteFailed)
			changed.StateMessage = "The prefix list is in use by " + firstGroups(users)
		}
		shown := managedPrefixList(tx, &changed)
		out.PrefixList = &shown
		if len(users) > 0 {
			ec2network.PrefixLists.Put(tx, &changed)
		} else {
			ec2network.PrefixLists.Delete(tx, l)
		}
		return nil
	})
	return out, err
}
