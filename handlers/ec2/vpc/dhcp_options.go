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

func dhcpOptionsValues(o *types.DhcpOptions, filter string) ([]string, bool) {
	switch filter {
	case "dhcp-options-id":
		return kit.One(o.DhcpOptionsId)
	case "owner-id":
		return kit.One(o.OwnerId)
	case "key":
		return kit.Each(o.DhcpConfigurations, func(c *types.DhcpConfiguration) string { return *c.Key })
	case "value":
		var values []string
		for _, c := range o.DhcpConfigurations {
			of, _ := kit.Each(c.Values, func(v *types.AttributeValue) string { return *v.Value })
			values = append(values, of...)
		}
		return values, true
	}
	return kit.TagValues(o.Tags, filter)
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
	tx := a.Store.Read()
	var rows []types.DhcpOptions
	for _, o := range ec2.AllDHCPOptions(tx, kit.Scope(ctx)) {
		rows = append(rows, describeDHCPOptions(tx, o))
	}
	found, err := kit.Describe(rows, in.Filters, in.DhcpOptionsIds, "dhcp-options-id", dhcpOptionsValues, kit.MissingOrMalformed("dopt-"))
	if err != nil {
		return nil, err
	}
	found, next, err := kit.PageOf(found, func(o types.DhcpOptions) string { return *o.DhcpOptionsId }, "dhcpOptionsIdSet", in.DhcpOptionsIds, in.MaxResults, in.NextToken)
	return &sdk.DescribeDhcpOptionsOutput{DhcpOptions: found, NextToken: next}, err
}

// CreateDhcpOptions makes DHCP options, which no VPC has yet.
func (a *API) CreateDhcpOptions(ctx context.Context, in *sdk.CreateDhcpOptionsInput) (*sdk.CreateDhcpOptionsOutput, error) {
	configurations, err := dhcpConfigurations(in.DhcpConfigurations)
	if err != nil {
		return nil, err
	}
	tags, err := kit.TagsFor(types.ResourceTypeDhcpOptions, in.TagSpecifications)
	if err != nil {
		return nil, err
	}
	out := &sdk.CreateDhcpOptionsOutput{}
	err = a.Store.Update(func(tx *store.Tx) error {
		o := &ec2.DHCPOptions{Scope: kit.Scope(ctx), ID: ec2.NewID("dopt-"), Configurations: configurations}
		ec2.PutDHCPOptions(tx, o)
		ec2network.SetTags(tx, o.Scope, o.ID, tags)
		described := describeDHCPOptions(tx, o)
		out.DhcpOptions = &described
		return nil
	})
	return out, err
}

// AssociateDhcpOptions gives a VPC DHCP options in place of those that it has, or none.
func (a *API) AssociateDhcpOptions(ctx context.Context, in *sdk.AssociateDhcpOptionsInput) (*sdk.AssociateDhcpOptionsOutput, error) {
	scope := kit.Scope(ctx)
	err := a.Store.Update(func(tx *store.Tx) error {
		id := aws.ToString(in.DhcpOptionsId)
		if id != ec2network.NoDHCPOptions {
			if _, err := kit.Named(tx, scope, "dhcpOptionsId", in.DhcpOptionsId, "dopt-", ec2.FindDHCPOptions); err != nil {
				return err
			}
		}
		v, err := kit.NamedVPC(tx, scope, in.VpcId)
		if err != nil {
			return err
		}
		changed := *v
		changed.DHCPOptions = id
		ec2network.PutVPC(tx, &changed)
		return nil
	})
	return &sdk.AssociateDhcpOptionsOutput{}, err
}

// DeleteDhcpOptions removes DHCP options that no VPC has (EC20011).
func (a *API) DeleteDhcpOptions(ctx context.Context, in *sdk.DeleteDhcpOptionsInput) (*sdk.DeleteDhcpOptionsOutput, error) {
	scope := kit.Scope(ctx)
	err := a.Store.Update(func(tx *store.Tx) error {
		o, err := kit.Named(tx, scope, "dhcpOptionsId", in.DhcpOptionsId, "dopt-", ec2.FindDHCPOptions)
		switch {
		case err != nil:
			return err
		case slices.ContainsFunc(ec2network.VPCs(tx, scope), func(v *ec2network.VPC) bool { return ec2.DHCPOptionsOf(v) == o.ID }):
			return kit.InUse("dhcpOptions", o.ID)
		case o.Default():
			return kit.NotBuilt("DeleteDhcpOptions", "the options that every VPC has at first")
		}
		ec2.DeleteDHCPOptions(tx, o)
		return nil
	})
	return &sdk.DeleteDhcpOptionsOutput{}, err
}
