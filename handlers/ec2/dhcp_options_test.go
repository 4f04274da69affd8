package ec2_test

import (
	"fmt"
	"strings"
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
		{[]types.NewDhcpConfiguration{}, "MissingParameter", "The request must contain the parameter dhcpConfigurations"},
		{[]types.NewDhcpConfiguration{dhcp("router", "10.0.0.1")}, "InvalidParameterValue", "Value (router) for parameter name is invalid. Unknown DHCP option"},
	} {
		_, err := s.CreateDhcpOptions(ctx, &sdk.CreateDhcpOptionsInput{DhcpConfigurations: c.given})
		refused(t, err, c.code, c.message)
	}
	for _, c := range []struct {
		given types.NewDhcpConfiguration
		value string
	}{
		{dhcp("domain-name", ""), "empty string for 'domain-name' is not allowed"},
		{dhcp("domain-name"), "empty string for 'domain-name' is not allowed"},
		{dhcp("domain-name-servers", "invalid"), "invalid"},
		{dhcp("domain-name-servers", "10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4", "10.0.0.5"), "10.0.0.1,10.0.0.2,10.0.0.3,10.0.0.4,10.0.0.5"},
		{dhcp("ntp-servers", "10.0.0.1,10.0.0.2,10.0.0.3,10.0.0.4,fd00::5"), "10.0.0.1,10.0.0.2,10.0.0.3,10.0.0.4,fd00::5"},
		{dhcp("netbios-name-servers", "fd00::1"), "fd00::1"},
		{dhcp("netbios-node-type", "128"), "128"},
		{dhcp("netbios-node-type", "-129"), "-129"},
		{dhcp("netbios-node-type", "x"), "x"},
		{dhcp("netbios-node-type", "1", "2"), "1,2"},
		{dhcp("ipv6-address-preferred-lease-time", "139"), "'139' for 'ipv6-address-preferred-lease-time' is out of bounds"},
		{dhcp("ipv6-address-preferred-lease-time", "4294967295"), "'4294967295' for 'ipv6-address-preferred-lease-time' is out of bounds"},
		{dhcp("ipv6-address-preferred-lease-time", "99999999999999999999"), "'99999999999999999999' for 'ipv6-address-preferred-lease-time' is out of bounds"},
		{dhcp("ipv6-address-preferred-lease-time", "10m"), "'10m' for 'ipv6-address-preferred-lease-time' is not allowed"},
	} {
		_, err := s.CreateDhcpOptions(ctx, &sdk.CreateDhcpOptionsInput{DhcpConfigurations: []types.NewDhcpConfiguration{c.given}})
		refused(t, err, "InvalidParameterValue", "Value ("+c.value+") for parameter value is invalid. Invalid DHCP option value.")
	}
}

// Each was recorded to be taken (EC20013).
func TestDHCPOptionsThatAreTaken(t *testing.T) {
	s := newServer(t)
	for _, c := range []struct {
		given []types.NewDhcpConfiguration
		want  string
	}{
		{[]types.NewDhcpConfiguration{dhcp("domain-name", "a.invalid", "b.invalid")}, "domain-name=[a.invalid b.invalid]"},
		{[]types.NewDhcpConfiguration{dhcp("domain-name", "a.invalid"), dhcp("netbios-node-type", "-128"), dhcp("domain-name", "b.invalid")}, "domain-name=[a.invalid b.invalid] netbios-node-type=[-128]"},
		{[]types.NewDhcpConfiguration{dhcp("domain-name-servers", "10.0.0.2,10.0.0.3")}, "domain-name-servers=[10.0.0.2 10.0.0.3]"},
		{[]types.NewDhcpConfiguration{dhcp("domain-name-servers", "10.0.0.1", "10.0.0.1")}, "domain-name-servers=[10.0.0.1 10.0.0.1]"},
		{[]types.NewDhcpConfiguration{dhcp("domain-name", "bad!domain"), dhcp("domain-name-servers", "AmazonProvidedDNS")}, "domain-name=[bad!domain] domain-name-servers=[AmazonProvidedDNS]"},
		{[]types.NewDhcpConfiguration{dhcp("ntp-servers", "169.254.169.123", "fd00:0::1"), dhcp("netbios-node-type", "02")}, "ntp-servers=[169.254.169.123 fd00:0::1] netbios-node-type=[02]"},
		{[]types.NewDhcpConfiguration{dhcp("ipv6-address-preferred-lease-time", "00140")}, "ipv6-address-preferred-lease-time=[00140]"},
	} {
		made := must[*sdk.CreateDhcpOptionsOutput](t)(s.CreateDhcpOptions(ctx, &sdk.CreateDhcpOptionsInput{DhcpConfigurations: c.given})).DhcpOptions
		var got []string
		for _, o := range made.DhcpConfigurations {
			var values []string
			for _, v := range o.Values {
				values = append(values, *v.Value)
			}
			got = append(got, fmt.Sprintf("%s=%v", *o.Key, values))
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("got %s, want %s", got, c.want)
		}
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
