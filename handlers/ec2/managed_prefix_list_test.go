package ec2_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

func (s *server) prefixList(t *testing.T, most int32, cidrs ...string) string {
	t.Helper()
	return *must[*sdk.CreateManagedPrefixListOutput](t)(s.CreateManagedPrefixList(ctx, &sdk.CreateManagedPrefixListInput{
		PrefixListName: aws.String("offices"), AddressFamily: aws.String("IPv4"), MaxEntries: &most, Entries: adding(cidrs...),
		TagSpecifications: []types.TagSpecification{{ResourceType: types.ResourceTypePrefixList, Tags: []types.Tag{{Key: aws.String("by"), Value: aws.String("test")}}}},
	})).PrefixList.PrefixListId
}

func adding(cidrs ...string) (entries []types.AddPrefixListEntry) {
	for _, cidr := range cidrs {
		entries = append(entries, types.AddPrefixListEntry{Cidr: &cidr, Description: aws.String("of " + cidr)})
	}
	return entries
}

func removing(cidr string) []types.RemovePrefixListEntry {
	return []types.RemovePrefixListEntry{{Cidr: &cidr}}
}

// entries are a list's ranges.
func (s *server) entries(t *testing.T, id string) string {
	t.Helper()
	var all []string
	for _, e := range must[*sdk.GetManagedPrefixListEntriesOutput](t)(s.GetManagedPrefixListEntries(ctx, &sdk.GetManagedPrefixListEntriesInput{PrefixListId: &id})).Entries {
		all = append(all, *e.Cidr)
	}
	return strings.Join(all, " ")
}

// byList is a permission for a port and a prefix list.
func byList(port int32, id string) types.IpPermission {
	p := tcp(port)
	p.PrefixListIds = []types.PrefixListId{{PrefixListId: &id}}
	return p
}

func TestAPrefixListIsMadeChangedAndDeleted(t *testing.T) {
	s := newServer(t)
	id := s.prefixList(t, 3, "198.51.100.0/24", "192.0.2.1/24")
	found := must[*sdk.DescribeManagedPrefixListsOutput](t)(s.DescribeManagedPrefixLists(ctx, &sdk.DescribeManagedPrefixListsInput{
		Filters: append(filter("prefix-list-name", "off*"), append(filter("tag:by", "test"), filter("owner-id", scope.Account)...)...),
	})).PrefixLists
	if len(found) != 1 {
		t.Fatalf("got %+v", found)
	}
	if l := found[0]; *l.PrefixListId != id || *l.PrefixListArn != "arn:aws:ec2:eu-west-1:123456789012:prefix-list/"+id || *l.Version != 1 || *l.MaxEntries != 3 ||
		*l.AddressFamily != "IPv4" || l.State != types.PrefixListStateCreateComplete || *l.Tags[0].Value != "test" {
		t.Errorf("got %+v", l)
	}
	if got := s.entries(t, id); got != "192.0.2.0/24 198.51.100.0/24" {
		t.Errorf("got %s", got)
	}
	changed := must[*sdk.ModifyManagedPrefixListOutput](t)(s.ModifyManagedPrefixList(ctx, &sdk.ModifyManagedPrefixListInput{
		PrefixListId: &id, CurrentVersion: aws.Int64(1), AddEntries: adding("203.0.113.0/24"), RemoveEntries: removing("192.0.2.0/24"),
	})).PrefixList
	if got := s.entries(t, id); *changed.Version != 2 || changed.State != types.PrefixListStateModifyComplete || got != "198.51.100.0/24 203.0.113.0/24" {
		t.Errorf("got %+v with %s", changed, got)
	}
	renamed := must[*sdk.ModifyManagedPrefixListOutput](t)(s.ModifyManagedPrefixList(ctx, &sdk.ModifyManagedPrefixListInput{
		PrefixListId: &id, PrefixListName: aws.String("homes"), MaxEntries: aws.Int32(2),
	})).PrefixList
	if *renamed.Version != 2 || *renamed.PrefixListName != "homes" || *renamed.MaxEntries != 2 {
		t.Errorf("got %+v", renamed)
	}
	must[*sdk.CreateTagsOutput](t)(s.CreateTags(ctx, &sdk.CreateTagsInput{Resources: []string{id}, Tags: []types.Tag{{Key: aws.String("by"), Value: aws.String("us")}}}))
	gone := must[*sdk.DeleteManagedPrefixListOutput](t)(s.DeleteManagedPrefixList(ctx, &sdk.DeleteManagedPrefixListInput{PrefixListId: &id})).PrefixList
	if gone.State != types.PrefixListStateDeleteComplete || *gone.Tags[0].Value != "us" {
		t.Errorf("got %+v", gone)
	}
	_, err := s.DescribeManagedPrefixLists(ctx, &sdk.DescribeManagedPrefixListsInput{PrefixListIds: []string{id}})
	refused(t, err, "InvalidPrefixListID.NotFound", "The prefix list ID '"+id+"' does not exist")
	web := s.group(t, s.vpc(t, "10.0.0.0/16"), "web")
	_, err = s.AuthorizeSecurityGroupIngress(ctx, &sdk.AuthorizeSecurityGroupIngressInput{GroupId: &web, IpPermissions: []types.IpPermission{byList(80, id)}})
	refused(t, err, "InvalidPrefixListID.NotFound", "The prefix list ID '"+id+"' does not exist")
}

func TestAPrefixListIsMadeOnceForATokenAndAnsweredInPages(t *testing.T) {
	s := newServer(t)
	in := &sdk.CreateManagedPrefixListInput{PrefixListName: aws.String("a"), AddressFamily: aws.String("IPv6"), MaxEntries: aws.Int32(1000), Entries: adding("2001:DB8::/32"), ClientToken: aws.String("once")}
	first := must[*sdk.CreateManagedPrefixListOutput](t)(s.CreateManagedPrefixList(ctx, in)).PrefixList
	second := must[*sdk.CreateManagedPrefixListOutput](t)(s.CreateManagedPrefixList(ctx, in)).PrefixList
	if got := s.entries(t, *first.PrefixListId); *first.PrefixListId != *second.PrefixListId || got != "2001:db8::/32" {
		t.Errorf("got %+v and %+v with %s", first, second, got)
	}
	in.MaxEntries = aws.Int32(7)
	_, err := s.CreateManagedPrefixList(ctx, in)
	refused(t, err, "IdempotentParameterMismatch", "Wrong arguments for request with token once")

	lists := map[string]bool{}
	for pages := sdk.NewDescribeManagedPrefixListsPaginator(s, &sdk.DescribeManagedPrefixListsInput{MaxResults: aws.Int32(1)}); pages.HasMorePages(); {
		for _, l := range must[*sdk.DescribeManagedPrefixListsOutput](t)(pages.NextPage(ctx)).PrefixLists {
			lists[*l.PrefixListId] = true
		}
	}
	if len(lists) != 3 || !lists[*first.PrefixListId] {
		t.Errorf("got %v", lists)
	}
	var cidrs []string
	for n := range 150 {
		cidrs = append(cidrs, fmt.Sprintf("2001:db8:%x::/48", n))
	}
	for _, some := range [][]string{cidrs[:100], cidrs[100:]} {
		must[*sdk.ModifyManagedPrefixListOutput](t)(s.ModifyManagedPrefixList(ctx, &sdk.ModifyManagedPrefixListInput{PrefixListId: first.PrefixListId, AddEntries: adding(some...)}))
	}
	var sizes []int
	for pages := sdk.NewGetManagedPrefixListEntriesPaginator(s, &sdk.GetManagedPrefixListEntriesInput{PrefixListId: first.PrefixListId, MaxResults: aws.Int32(100), TargetVersion: aws.Int64(3)}); pages.HasMorePages(); {
		sizes = append(sizes, len(must[*sdk.GetManagedPrefixListEntriesOutput](t)(pages.NextPage(ctx)).Entries))
	}
	if fmt.Sprint(sizes) != "[100 51]" {
		t.Errorf("got pages of %v", sizes)
	}
}

func TestChangesOfPrefixListsThatAreRefused(t *testing.T) {
	s := newServer(t)
	id := s.prefixList(t, 2, "192.0.2.0/24")
	ofAWS := must[*sdk.DescribePrefixListsOutput](t)(s.DescribePrefixLists(ctx, &sdk.DescribePrefixListsInput{})).PrefixLists[0].PrefixListId
	if got := s.entries(t, *ofAWS); got != "" {
		t.Errorf("a list of AWS has %s", got)
	}
	for _, c := range []struct {
		in            sdk.ModifyManagedPrefixListInput
		code, message string
	}{
		{sdk.ModifyManagedPrefixListInput{CurrentVersion: aws.Int64(7), AddEntries: adding("10.0.0.0/8")}, "PrefixListVersionMismatch", "The prefix list has the incorrect version number."},
		{sdk.ModifyManagedPrefixListInput{MaxEntries: aws.Int32(9), AddEntries: adding("10.0.0.0/8")}, "InvalidParameterCombination",
			"You cannot modify the entries and the maximum entries for the prefix list in the same request."},
		{sdk.ModifyManagedPrefixListInput{}, "InvalidRequest", "The request received was invalid."},
		{sdk.ModifyManagedPrefixListInput{AddEntries: adding("10.0.0.0/8", "11.0.0.0/8")}, "PrefixListMaxEntriesExceeded", "You've reached the maximum number of entries for the prefix list."},
		{sdk.ModifyManagedPrefixListInput{AddEntries: adding("192.0.2.9/24")}, "InvalidParameterValue", "The prefix list has the entry 192.0.2.0/24 already"},
		{sdk.ModifyManagedPrefixListInput{AddEntries: adding("2001:db8::/32")}, "InvalidParameterCombination", "An (IPv4) prefix list cannot contain an (2001:db8::/32) CIDR."},
		{sdk.ModifyManagedPrefixListInput{RemoveEntries: removing("10.0.0.0/8")}, "InvalidParameterValue", "The prefix list has no entry 10.0.0.0/8"},
		{sdk.ModifyManagedPrefixListInput{AddEntries: adding("192.0.2.0/24"), RemoveEntries: removing("192.0.2.0/24")}, "InvalidParameterValue",
			"Request cannot contain Cidr 192.0.2.0/24 in both AddPrefixListEntries and RemovePrefixListEntries"},
		{sdk.ModifyManagedPrefixListInput{AddEntries: make([]types.AddPrefixListEntry, 101)}, "InvalidParameterValue", "The number of entries per request cannot exceeds limit (100)."},
		{sdk.ModifyManagedPrefixListInput{MaxEntries: aws.Int32(1001)}, "InvalidParameterValue", "Must specify a max size between 1 and 1000"},
		{sdk.ModifyManagedPrefixListInput{PrefixListName: aws.String("com.aws.mine")}, "InvalidParameterValue", "The prefix list name cannot begin with (com.amazonaws., com.amazon., com.aws.)."},
		{sdk.ModifyManagedPrefixListInput{PrefixListId: ofAWS, MaxEntries: aws.Int32(9)}, "UnsupportedOperation", "The prefix list '" + *ofAWS + "' is managed by AWS."},
	} {
		if c.in.PrefixListId == nil {
			c.in.PrefixListId = &id
		}
		for i := range c.in.AddEntries {
			if c.in.AddEntries[i].Cidr == nil {
				c.in.AddEntries[i].Cidr = aws.String("10.0.0.0/8")
			}
		}
		_, err := s.ModifyManagedPrefixList(ctx, &c.in)
		refused(t, err, c.code, c.message)
	}
	_, err := s.GetManagedPrefixListEntries(ctx, &sdk.GetManagedPrefixListEntriesInput{PrefixListId: &id, TargetVersion: aws.Int64(2)})
	refused(t, err, "UnsupportedOperation", "ecs-emulator does not support TargetVersion 2 of GetManagedPrefixListEntries")
	_, err = s.CreateManagedPrefixList(ctx, &sdk.CreateManagedPrefixListInput{PrefixListName: aws.String("a"), AddressFamily: aws.String("IPX"), MaxEntries: aws.Int32(1)})
	refused(t, err, "InvalidParameterValue", "Value (IPX) for parameter addressFamily is invalid. It is IPv4 or IPv6.")
}

// An earlier version of the emulator took names that are AWS's: such a list can still be changed, but for its name.
func TestAPrefixListWithANameOfAWSIsChanged(t *testing.T) {
	s := newServer(t)
	id := s.prefixList(t, 2, "192.0.2.0/24")
	if err := s.store.Update(func(tx *store.Tx) error {
		stored := *ec2network.PrefixLists.Find(tx, scope, id)
		stored.Name = "com.aws.mine"
		ec2network.PrefixLists.Put(tx, &stored)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	for _, in := range []sdk.ModifyManagedPrefixListInput{{AddEntries: adding("10.0.0.0/8")}, {MaxEntries: aws.Int32(3)}, {PrefixListName: aws.String("mine")}} {
		in.PrefixListId = &id
		if _, err := s.ModifyManagedPrefixList(ctx, &in); err != nil {
			t.Errorf("%+v: %v", in, err)
		}
	}
}

func TestAPrefixListThatRulesName(t *testing.T) {
	s := newServer(t)
	web := s.group(t, s.vpc(t, "10.0.0.0/16"), "web")
	id := s.prefixList(t, 30, "192.0.2.0/24")
	s.allow(t, web, byList(80, id), byList(443, id))
	_, err := s.AuthorizeSecurityGroupIngress(ctx, &sdk.AuthorizeSecurityGroupIngressInput{GroupId: &web, IpPermissions: []types.IpPermission{tcp(22, "192.0.2.0/24")}})
	refused(t, err, "RulesPerSecurityGroupLimitExceeded", "The maximum number of rules per security group has been reached.")

	associated := must[*sdk.GetManagedPrefixListAssociationsOutput](t)(s.GetManagedPrefixListAssociations(ctx, &sdk.GetManagedPrefixListAssociationsInput{PrefixListId: &id})).PrefixListAssociations
	if len(associated) != 1 || *associated[0].ResourceId != web || *associated[0].ResourceOwner != scope.Account {
		t.Errorf("got %+v", associated)
	}
	larger := must[*sdk.ModifyManagedPrefixListOutput](t)(s.ModifyManagedPrefixList(ctx, &sdk.ModifyManagedPrefixListInput{PrefixListId: &id, MaxEntries: aws.Int32(31)})).PrefixList
	if larger.State != types.PrefixListStateModifyFailed || !strings.Contains(*larger.StateMessage, web) || *larger.MaxEntries != 30 {
		t.Errorf("got %+v", larger)
	}
	smaller := must[*sdk.ModifyManagedPrefixListOutput](t)(s.ModifyManagedPrefixList(ctx, &sdk.ModifyManagedPrefixListInput{PrefixListId: &id, MaxEntries: aws.Int32(20)})).PrefixList
	if smaller.State != types.PrefixListStateModifyComplete || smaller.StateMessage != nil || *smaller.MaxEntries != 20 {
		t.Errorf("got %+v", smaller)
	}
	s.allow(t, web, tcp(22, "192.0.2.0/24"))

	remove := &sdk.DeleteManagedPrefixListInput{PrefixListId: &id}
	if failed := must[*sdk.DeleteManagedPrefixListOutput](t)(s.DeleteManagedPrefixList(ctx, remove)).PrefixList; failed.State != types.PrefixListStateDeleteFailed || !strings.Contains(*failed.StateMessage, web) {
		t.Errorf("got %+v", failed)
	}
	must[*sdk.RevokeSecurityGroupIngressOutput](t)(s.RevokeSecurityGroupIngress(ctx, &sdk.RevokeSecurityGroupIngressInput{
		GroupId: &web, IpPermissions: []types.IpPermission{byList(80, id), byList(443, id)},
	}))
	if gone := must[*sdk.DeleteManagedPrefixListOutput](t)(s.DeleteManagedPrefixList(ctx, remove)).PrefixList; gone.State != types.PrefixListStateDeleteComplete {
		t.Errorf("got %+v", gone)
	}
}
