package securitygroup

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/ecs-emulator/ecs-emulator/handlers/ec2/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

var prefixListValues = kit.Values[types.PrefixList](kit.Filters{Named: []string{"prefix-list-id", "prefix-list-name"}})

// DescribePrefixLists answers the prefix lists of AWS.
func (a *API) DescribePrefixLists(ctx context.Context, in *sdk.DescribePrefixListsInput) (*sdk.DescribePrefixListsOutput, error) {
	found, err := kit.Describe(kit.AWSPrefixLists(kit.Scope(ctx)), in.Filters, in.PrefixListIds, "prefix-list-id", prefixListValues, kit.Missing("pl-"))
	if err != nil {
		return nil, err
	}
	return &sdk.DescribePrefixListsOutput{PrefixLists: found}, nil
}

// Source of the bounds of pages: EC2 API reference, DescribeManagedPrefixLists; of the length of
// tokens CreateManagedPrefixList.
var prefixLists = kit.Resource[ec2network.PrefixList, types.ManagedPrefixList]{
	Rows: ec2network.PrefixLists, Prefix: "pl-", Noun: "prefixList", Show: managedPrefixList, LongestToken: 255,
	Listing: kit.Listing[types.ManagedPrefixList]{
		ID: "prefix-list-id", Least: 1, Most: 100, Missing: kit.Missing("pl-"),
		Values: kit.Values[types.ManagedPrefixList](kit.Filters{Named: []string{"owner-id", "prefix-list-id", "prefix-list-name"}}),
	},
}

// DescribeManagedPrefixLists answers the prefix lists of AWS and those of one's own, by id.
func (a *API) DescribeManagedPrefixLists(ctx context.Context, in *sdk.DescribeManagedPrefixListsInput) (*sdk.DescribeManagedPrefixListsOutput, error) {
	scope, tx := kit.Scope(ctx), a.Store.Read()
	var rows []types.ManagedPrefixList
	for _, l := range kit.AWSPrefixLists(scope) {
		rows = append(rows, types.ManagedPrefixList{
			PrefixListId: l.PrefixListId, PrefixListName: l.PrefixListName, AddressFamily: aws.String("IPv4"), OwnerId: aws.String("AWS"),
			PrefixListArn: aws.String("arn:" + scope.Partition() + ":ec2:" + scope.Region + ":aws:prefix-list/" + *l.PrefixListId),
			State:         types.PrefixListStateCreateComplete, Tags: []types.Tag{},
		})
	}
	for _, l := range ec2network.PrefixLists.List(tx, scope) {
		rows = append(rows, managedPrefixList(tx, l))
	}
	found, next, err := prefixLists.Of(rows, kit.Ask(in.Filters, in.PrefixListIds, in.MaxResults, in.NextToken))
	return &sdk.DescribeManagedPrefixListsOutput{PrefixLists: found, NextToken: next}, err
}

// ofAWS reports whether a prefix list is one of AWS.
func ofAWS(scope arn.Scope, id string) bool {
	return slices.ContainsFunc(kit.AWSPrefixLists(scope), func(l types.PrefixList) bool { return *l.PrefixListId == id })
}

// prefixList is the id of the prefix list that a rule is about. Ids of lists that do not exist are
// those of the account that a local set-up stands in for.
func (a *API) prefixList(tx *store.Tx, scope arn.Scope, asked *string) (string, error) {
	id := aws.ToString(asked)
	if ec2network.PrefixLists.Find(tx, scope, id) != nil || ofAWS(scope, id) || ec2network.MadeUpPrefixList(id) && !a.Strict {
		return id, nil
	}
	return "", kit.Missing("pl-")(id)
}
