package ec2

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/ecs-emulator/ecs-emulator/emulator/state"
)

// defaultDHCPOptions are those that every VPC has.
var defaultDHCPOptions = "dopt-" + suffix(state.DefaultVPC)

func dhcpOptionsValues(o *types.DhcpOptions, filter string) ([]string, bool) {
	switch filter {
	case "dhcp-options-id":
		return one(o.DhcpOptionsId)
	case "owner-id":
		return one(o.OwnerId)
	case "key":
		return each(o.DhcpConfigurations, func(c *types.DhcpConfiguration) string { return *c.Key })
	case "value":
		return each(o.DhcpConfigurations, func(c *types.DhcpConfiguration) string { return *c.Values[0].Value })
	}
	return tagValues(o.Tags, filter)
}

// DescribeDhcpOptions answers those that every VPC has, with the domain of the region (EC20010).
func (a *API) DescribeDhcpOptions(ctx context.Context, in *sdk.DescribeDhcpOptionsInput) (*sdk.DescribeDhcpOptionsOutput, error) {
	scope := scopeOf(ctx)
	domain := scope.Region + ".compute.internal"
	if scope.Region == "us-east-1" {
		domain = "ec2.internal"
	}
	configuration := func(key, value string) types.DhcpConfiguration {
		return types.DhcpConfiguration{Key: &key, Values: []types.AttributeValue{{Value: &value}}}
	}
	rows := []types.DhcpOptions{{
		DhcpOptionsId: aws.String(defaultDHCPOptions), OwnerId: &scope.Account, Tags: tagsOf(a.store.Read(), scope, defaultDHCPOptions),
		DhcpConfigurations: []types.DhcpConfiguration{
			configuration("domain-name", domain), configuration("domain-name-servers", "AmazonProvidedDNS"),
		},
	}}
	found, err := describe(rows, in.Filters, in.DhcpOptionsIds, "dhcp-options-id", dhcpOptionsValues, lost("dopt-"))
	if err != nil {
		return nil, err
	}
	found, next, err := pageOf(found, func(o types.DhcpOptions) string { return *o.DhcpOptionsId }, "dhcpOptionsIdSet", in.DhcpOptionsIds, in.MaxResults, in.NextToken)
	return &sdk.DescribeDhcpOptionsOutput{DhcpOptions: found, NextToken: next}, err
}
