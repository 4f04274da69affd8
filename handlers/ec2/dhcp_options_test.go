package ec2_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

func dhcp(key string, values ...string) types.NewDhcpConfiguration {
	return types.NewDhcpConfiguration{Key: &key, Values: values}
}

func TestDHCPOptionsOfOnesOwn(t *testing.T) {
	s := newServer(t)
	vpc := s.vpc(t, "10.0.0.0/16")
	of := func() string {
		t.Helper()
		return *must[*sdk.DescribeVpcsOutput](t)(s.DescribeVpcs(ctx, &sdk.DescribeVpcsInput{VpcIds: []string{vpc}})).Vpcs[0].DhcpOptionsId
	}
	associate := func(id string) {
		t.Helper()
		must[*sdk.AssociateDhcpOptionsOutput](t)(s.AssociateDhcpOptions(ctx, &sdk.AssociateDhcpOptionsInput{VpcId: &vpc, DhcpOptionsId: &id}))
	}
	atFirst := of()
	made := must[*sdk.CreateDhcpOptionsOutput](t)(s.CreateDhcpOptions(ctx, &sdk.CreateDhcpOptionsInput{
		DhcpConfigurations: []types.NewDhcpConfiguration{dhcp("domain-name", "shop.internal"), dhcp("domain-name-servers", "10.0.0.2", "10.0.0.3")},
		TagSpecifications: []types.TagSpecification{{
			ResourceType: types.ResourceTypeDhcpOptions, Tags: []types.Tag{{Key: aws.String("Name"), Value: aws.String("shop")}},
		}},
	})).DhcpOptions
	id := *made.DhcpOptionsId
	associate(id)
	found := must[*sdk.DescribeDhcpOptionsOutput](t)(s.DescribeDhcpOptions(ctx, &sdk.DescribeDhcpOptionsInput{
		Filters: append(filter("value", "10.0.0.3"), filter("tag:Name", "shop")...),
	})).DhcpOptions
	if len(found) != 1 || *found[0].DhcpOptionsId != id || *found[0].DhcpConfigurations[1].Values[1].Value != "10.0.0.3" || of() != id {
		t.Fatalf("got %+v, and the VPC has %s", found, of())
	}
	remove := &sdk.DeleteDhcpOptionsInput{DhcpOptionsId: &id}
	_, err := s.DeleteDhcpOptions(ctx, remove)
	refused(t, err, "DependencyViolation", "The dhcpOptions '"+id+"' has dependencies and cannot be deleted.")
	associate("default")
	if of() != "default" {
		t.Errorf("the VPC has %s", of())
	}
	must[*sdk.DeleteDhcpOptionsOutput](t)(s.DeleteDhcpOptions(ctx, remove))
	_, err = s.DeleteDhcpOptions(ctx, remove)
	refused(t, err, "InvalidDhcpOptionsID.NotFound", "The dhcpOptions ID '"+id+"' does not exist")
	associate(atFirst)
	_, err = s.DeleteDhcpOptions(ctx, &sdk.DeleteDhcpOptionsInput{DhcpOptionsId: &atFirst})
	refused(t, err, "DependencyViolation", "The dhcpOptions '"+atFirst+"' has dependencies and cannot be deleted.")
}

func TestDHCPOptionsThatAreRefused(t *testing.T) {
	s := newServer(t)
	for _, c := range []struct {
		given         []types.NewDhcpConfiguration
		code, message string
	}{
		{[]types.NewDhcpConfiguration{}, "MissingParameter", "The request must contain the parameter dhcpConfiguration"},
		{[]types.NewDhcpConfiguration{dhcp("router", "10.0.0.1")}, "InvalidParameterValue", "Value (router) for parameter key is invalid. Unknown DHCP option."},
		{[]types.NewDhcpConfiguration{dhcp("domain-name", "a.b", "c.d")}, "InvalidParameterValue", "The DHCP option domain-name may have no more than 1 values."},
		{[]types.NewDhcpConfiguration{dhcp("domain-name", "")}, "InvalidParameterValue", "The DHCP option domain-name must have a value."},
		{[]types.NewDhcpConfiguration{dhcp("domain-name", "a.b"), dhcp("domain-name", "c.d")}, "InvalidParameterValue", "The DHCP option domain-name is given more than once."},
	} {
		_, err := s.CreateDhcpOptions(ctx, &sdk.CreateDhcpOptionsInput{DhcpConfigurations: c.given})
		refused(t, err, c.code, c.message)
	}
}

func TestAccountAttributes(t *testing.T) {
	s := newServer(t)
	all := must[*sdk.DescribeAccountAttributesOutput](t)(s.DescribeAccountAttributes(ctx, &sdk.DescribeAccountAttributesInput{})).AccountAttributes
	some := must[*sdk.DescribeAccountAttributesOutput](t)(s.DescribeAccountAttributes(ctx, &sdk.DescribeAccountAttributesInput{
		AttributeNames: []types.AccountAttributeName{types.AccountAttributeNameSupportedPlatforms},
	})).AccountAttributes
	if len(all) != 6 || len(some) != 1 || *some[0].AttributeValues[0].AttributeValue != "VPC" {
		t.Errorf("got %+v and %+v", all, some)
	}
}
