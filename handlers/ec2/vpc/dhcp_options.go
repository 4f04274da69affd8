package vpc

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/ecs-emulator/ecs-emulator/handlers/ec2/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

var dhcpOptions = kit.Resource[ec2.DHCPOptions, types.DhcpOptions]{
	Rows: ec2.DHCPOptionSets, Prefix: "dopt-", Noun: "dhcpOptions", Show: describeDHCPOptions,
	Listing: kit.Listing[types.DhcpOptions]{
		ID: "dhcp-options-id", Set: "dhcpOptionsIdSet", Missing: kit.MissingOrMalformed("dopt-"),
		Values: kit.Values[types.DhcpOptions](kit.Filters{
			Named:   []string{"dhcp-options-id", "owner-id"},
			Members: map[string]string{"key": "DhcpConfigurations.Key", "value": "DhcpConfigurations.Values.Value"},
		}),
	},
}

func describeDHCPOptions(tx *store.Tx, o *ec2.DHCPOptions) types.DhcpOptions {
	described := types.DhcpOptions{DhcpOptionsId: &o.ID, OwnerId: &o.Scope.Account, Tags: kit.TagsOf(tx, o.Scope, o.ID)}
	for _, c := range o.Configurations {
		configuration := types.DhcpConfiguration{Key: &c.Key}
		for _, value := range c.Values {
			configuration.Values = append(configuration.Values, types.AttributeValue{Value: aws.String(value)})
		}
		described.DhcpConfigurations = append(described.DhcpConfigurations, configuration)
	}
	return described
}

// DescribeDhcpOptions answers DHCP options by id: those of one's own, and those that every VPC
// has at first.
func (a *API) DescribeDhcpOptions(ctx context.Context, in *sdk.DescribeDhcpOptionsInput) (*sdk.DescribeDhcpOptionsOutput, error) {
	found, next, err := dhcpOptions.Describe(ctx, &a.Base, kit.Ask(in.Filters, in.DhcpOptionsIds, in.MaxResults, in.NextToken))
	return &sdk.DescribeDhcpOptionsOutput{DhcpOptions: found, NextToken: next}, err
}

// CreateDhcpOptions makes DHCP options, which no VPC has yet.
func (a *API) CreateDhcpOptions(ctx context.Context, in *sdk.CreateDhcpOptionsInput) (*sdk.CreateDhcpOptionsOutput, error) {
	configurations, err := dhcpConfigurations(in.DhcpConfigurations)
	if err != nil {
		return nil, err
	}
	made, err := dhcpOptions.Create(ctx, &a.Base, kit.Creation[ec2.DHCPOptions, types.DhcpOptions]{
		Tags: in.TagSpecifications,
		Make: func(*store.Tx) (*ec2.DHCPOptions, error) {
			return &ec2.DHCPOptions{Scope: kit.Scope(ctx), ID: ec2.NewID("dopt-"), Configurations: configurations}, nil
		},
	})
	return &sdk.CreateDhcpOptionsOutput{DhcpOptions: made}, err
}

// AssociateDhcpOptions gives a VPC DHCP options in place of those that it has, or none.
func (a *API) AssociateDhcpOptions(ctx context.Context, in *sdk.AssociateDhcpOptionsInput) (*sdk.AssociateDhcpOptionsOutput, error) {
	scope := kit.Scope(ctx)
	err := a.Store.Update(func(tx *store.Tx) error {
		id := aws.ToString(in.DhcpOptionsId)
		if id != ec2network.NoDHCPOptions {
			if _, err := dhcpOptions.Named(tx, scope, in.DhcpOptionsId); err != nil {
				return err
			}
		}
		return changeVPC(tx, scope, in.VpcId, func(v *ec2network.VPC) error { v.DHCPOptions = id; return nil })
	})
	return &sdk.AssociateDhcpOptionsOutput{}, err
}

// DeleteDhcpOptions removes DHCP options that no VPC has (EC20011).
func (a *API) DeleteDhcpOptions(ctx context.Context, in *sdk.DeleteDhcpOptionsInput) (*sdk.DeleteDhcpOptionsOutput, error) {
	err := dhcpOptions.Delete(ctx, &a.Base, in.DhcpOptionsId, func(tx *store.Tx, o *ec2.DHCPOptions) error {
		used := slices.ContainsFunc(ec2network.VPCs(tx, o.Scope), func(v *ec2network.VPC) bool { return ec2.DHCPOptionsOf(v) == o.ID })
		if !used && o.Default() {
			return kit.NotBuilt("DeleteDhcpOptions", "the options that every VPC has at first")
		}
		return dhcpOptions.Unless(used, o.ID)
	})
	return &sdk.DeleteDhcpOptionsOutput{}, err
}
