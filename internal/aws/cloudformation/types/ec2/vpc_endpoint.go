package ec2

import (
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/handler"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/input"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/document"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ec2"
)

func vpcEndpoint() *handler.Type {
	return &handler.Type{
		Name: "AWS::EC2::VPCEndpoint",
		Refused: []string{
			"DnsOptions.PrivateDnsPreference", "DnsOptions.PrivateDnsSpecifiedDomains", "ResourceConfigurationArn", "ServiceNetworkArn",
		},
		Identity: handler.ByTags,
		Find: func(t *handler.Turn) ([]handler.Found, error) {
			var out sdk.DescribeVpcEndpointsOutput
			err := t.Call(operation("DescribeVpcEndpoints"), &sdk.DescribeVpcEndpointsInput{Filters: ownTags(t)}, &out)
			return foundIDs(out.VpcEndpoints, func(e types.VpcEndpoint) *string { return e.VpcEndpointId }), err
		},
		Create: func(t *handler.Turn) error {
			in := sdk.CreateVpcEndpointInput{ClientToken: t.Token(), TagSpecifications: tagsFor(t, types.ResourceTypeVpcEndpoint)}
			if err := t.Fill(&in, input.Skipped("Tags")); err != nil {
				return err
			}
			out := sdk.CreateVpcEndpointOutput{VpcEndpoint: &types.VpcEndpoint{}}
			if err := t.Call(operation("CreateVpcEndpoint"), &in, &out); err != nil {
				return err
			}
			t.ID = aws.ToString(out.VpcEndpoint.VpcEndpointId)
			return nil
		},
		Read:   readVPCEndpoint,
		Update: changeVPCEndpoint,
		Delete: func(t *handler.Turn) error {
			var out sdk.DeleteVpcEndpointsOutput
			if err := t.Call(operation("DeleteVpcEndpoints"), &sdk.DeleteVpcEndpointsInput{VpcEndpointIds: []string{t.ID}}, &out); err != nil {
				return err
			}
			for _, u := range out.Unsuccessful {
				if u.Error != nil && u.Error.Code != nil && u.Error.Message != nil && !strings.Contains(*u.Error.Code, "NotFound") {
					return handler.Failed(handler.GeneralServiceException, "%s", *u.Error.Message)
				}
			}
			return nil
		},
		Gone: func(t *handler.Turn) (bool, error) {
			e, err := vpcEndpointNow(t)
			return err == nil && (e == nil || strings.EqualFold(string(e.State), string(types.StateDeleted))), err
		},
		Tagging: tagging(physicalID),
	}
}

func vpcEndpointNow(t *handler.Turn) (*types.VpcEndpoint, error) {
	var out sdk.DescribeVpcEndpointsOutput
	err := t.Call(operation("DescribeVpcEndpoints"), &sdk.DescribeVpcEndpointsInput{VpcEndpointIds: []string{t.ID}}, &out)
	if err != nil || len(out.VpcEndpoints) == 0 {
		return nil, err
	}
	return &out.VpcEndpoints[0], nil
}

func readVPCEndpoint(t *handler.Turn) (stable bool, err error) {
	e, err := vpcEndpointNow(t)
	if err != nil || e == nil {
		return false, err
	}
	t.Set("Id", &t.ID)
	if e.CreationTimestamp != nil {
		t.Set("CreationTimestamp", aws.String(e.CreationTimestamp.UTC().Format(time.RFC3339)))
	}
	t.SetList("NetworkInterfaceIds", e.NetworkInterfaceIds)
	var names []string // as HOSTED-ZONE:NAME. Source: user guide, return values
	for _, d := range e.DnsEntries {
		if d.HostedZoneId != nil && d.DnsName != nil {
			names = append(names, *d.HostedZoneId+":"+*d.DnsName)
		}
	}
	t.SetList("DnsEntries", names)
	return strings.EqualFold(string(e.State), string(types.StateAvailable)), nil
}

// changeVPCEndpoint adds and removes what an endpoint has more or less than it should.
func changeVPCEndpoint(t *handler.Turn) error {
	e, err := vpcEndpointNow(t)
	if err != nil || e == nil {
		return err
	}
	in := sdk.ModifyVpcEndpointInput{VpcEndpointId: &t.ID}
	if err := t.Fill(&in, input.Others()); err != nil {
		return err
	}
	var groups []string
	for _, g := range e.Groups {
		groups = append(groups, aws.ToString(g.GroupId))
	}
	in.AddRouteTableIds, in.RemoveRouteTableIds = difference(t, "RouteTableIds", e.RouteTableIds)
	in.AddSubnetIds, in.RemoveSubnetIds = difference(t, "SubnetIds", e.SubnetIds)
	in.AddSecurityGroupIds, in.RemoveSecurityGroupIds = difference(t, "SecurityGroupIds", groups)
	if in.PolicyDocument == nil && t.Previous.Get("PolicyDocument") != nil {
		in.ResetPolicy = aws.Bool(true)
	}
	if in.PrivateDnsEnabled == nil && t.Previous.Get("PrivateDnsEnabled") != nil {
		in.PrivateDnsEnabled = aws.Bool(false)
	}
	return t.Call(operation("ModifyVpcEndpoint"), &in, nil)
}

// difference is what a list lacks of a property, and what it has of what the property was before and is not any more.
func difference(t *handler.Turn, property string, have []string) (more, less []string) {
	want, before := texts(t.Properties.Get(property)), texts(t.Previous.Get(property))
	for _, each := range want {
		if !slices.Contains(have, each) {
			more = append(more, each)
		}
	}
	for _, each := range have {
		if !slices.Contains(want, each) && slices.Contains(before, each) {
			less = append(less, each)
		}
	}
	return more, less
}

func texts(v *document.Value) []string {
	if v == nil {
		return nil
	}
	list, _ := v.Texts()
	return list
}
