package ec2

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/handler"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ec2"
)

// dhcpKeys are the options of DHCP that properties set. Source: EC2 API reference, CreateDhcpOptions.
var dhcpKeys = []struct{ property, key string }{
	{"DomainName", "domain-name"}, {"DomainNameServers", "domain-name-servers"}, {"NtpServers", "ntp-servers"},
	{"NetbiosNameServers", "netbios-name-servers"}, {"NetbiosNodeType", "netbios-node-type"},
	{"Ipv6AddressPreferredLeaseTime", "ipv6-address-preferred-lease-time"},
}

func dhcpOptions() *handler.Type {
	return &handler.Type{
		Name:     "AWS::EC2::DHCPOptions",
		Identity: handler.ByTags,
		Find: func(t *handler.Turn) ([]handler.Found, error) {
			var out sdk.DescribeDhcpOptionsOutput
			err := t.Call(operation("DescribeDhcpOptions"), &sdk.DescribeDhcpOptionsInput{Filters: ownTags(t)}, &out)
			return foundIDs(out.DhcpOptions, func(o types.DhcpOptions) *string { return o.DhcpOptionsId }), err
		},
		Create: func(t *handler.Turn) error {
			in := sdk.CreateDhcpOptionsInput{TagSpecifications: tagsFor(t, types.ResourceTypeDhcpOptions)}
			for _, o := range dhcpKeys {
				if values := texts(t.Properties.Get(o.property)); len(values) > 0 {
					in.DhcpConfigurations = append(in.DhcpConfigurations, types.NewDhcpConfiguration{Key: &o.key, Values: values})
				}
			}
			out := sdk.CreateDhcpOptionsOutput{DhcpOptions: &types.DhcpOptions{}}
			if err := t.Call(operation("CreateDhcpOptions"), &in, &out); err != nil {
				return err
			}
			t.ID = aws.ToString(out.DhcpOptions.DhcpOptionsId)
			return nil
		},
		Read: func(t *handler.Turn) (bool, error) {
			t.Set("DhcpOptionsId", &t.ID)
			return true, nil
		},
		Delete: func(t *handler.Turn) error {
			return t.Call(operation("DeleteDhcpOptions"), &sdk.DeleteDhcpOptionsInput{DhcpOptionsId: &t.ID}, nil)
		},
		Tagging: tagging(physicalID),
	}
}

// vpcDHCPOptionsAssociation has OPTIONS|VPC for an id, which is what identifies it in AWS's schema. At its end the VPC has none;
// that it does not get back its earlier ones is a guess.
func vpcDHCPOptionsAssociation() *handler.Type {
	return &handler.Type{
		Name:     "AWS::EC2::VPCDHCPOptionsAssociation",
		Identity: handler.ByTags, // what is there before is not the stack's; there are no tags
		Find: func(t *handler.Turn) ([]handler.Found, error) {
			now, err := optionsNow(t)
			if err != nil || now != t.Text("DhcpOptionsId") {
				return nil, err
			}
			return []handler.Found{{ID: now + "|" + t.Text("VpcId")}}, nil
		},
		Create: func(t *handler.Turn) error {
			if len(t.Known) > 0 { // EC2 takes the same association twice
				return alreadyThere("AWS::EC2::VPCDHCPOptionsAssociation", t.Known[0])
			}
			if err := associateOptions(t, t.Text("DhcpOptionsId")); err != nil {
				return err
			}
			t.ID = t.Text("DhcpOptionsId") + "|" + t.Text("VpcId")
			return nil
		},
		Delete: func(t *handler.Turn) error {
			now, err := optionsNow(t)
			if err != nil || now != t.Text("DhcpOptionsId") {
				return err
			}
			return associateOptions(t, "default")
		},
	}
}

func optionsNow(t *handler.Turn) (string, error) {
	var out sdk.DescribeVpcsOutput
	err := t.Call(operation("DescribeVpcs"), &sdk.DescribeVpcsInput{VpcIds: []string{t.Text("VpcId")}}, &out)
	if err != nil || len(out.Vpcs) == 0 {
		return "", err
	}
	return aws.ToString(out.Vpcs[0].DhcpOptionsId), nil
}

func associateOptions(t *handler.Turn, options string) error {
	return t.Call(operation("AssociateDhcpOptions"), &sdk.AssociateDhcpOptionsInput{DhcpOptionsId: &options, VpcId: wish(t.Text("VpcId"))}, nil)
}
