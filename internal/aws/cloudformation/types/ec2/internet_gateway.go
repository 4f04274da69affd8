package ec2

import (
	"errors"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/handler"
	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ec2"
)

func internetGateway() *handler.Type {
	return &handler.Type{
		Name:     "AWS::EC2::InternetGateway",
		Identity: handler.ByTags,
		Find: func(t *handler.Turn) ([]handler.Found, error) {
			var out sdk.DescribeInternetGatewaysOutput
			err := t.Call(operation("DescribeInternetGateways"), &sdk.DescribeInternetGatewaysInput{Filters: ownTags(t)}, &out)
			return foundIDs(out.InternetGateways, func(g types.InternetGateway) *string { return g.InternetGatewayId }), err
		},
		Create: func(t *handler.Turn) error {
			out := sdk.CreateInternetGatewayOutput{InternetGateway: &types.InternetGateway{}}
			in := sdk.CreateInternetGatewayInput{TagSpecifications: tagsFor(t, types.ResourceTypeInternetGateway)}
			if err := t.Call(operation("CreateInternetGateway"), &in, &out); err != nil {
				return err
			}
			t.ID = aws.ToString(out.InternetGateway.InternetGatewayId)
			return nil
		},
		Read: func(t *handler.Turn) (bool, error) {
			t.Set("InternetGatewayId", &t.ID)
			return true, nil
		},
		Delete: func(t *handler.Turn) error {
			return t.Call(operation("DeleteInternetGateway"), &sdk.DeleteInternetGatewayInput{InternetGatewayId: &t.ID}, nil)
		},
		Tagging: tagging(physicalID),
	}
}

// vpcGatewayAttachment has IGW|VPC for an id, which is what identifies it in AWS's schema.
func vpcGatewayAttachment() *handler.Type {
	return &handler.Type{
		Name:     "AWS::EC2::VPCGatewayAttachment",
		Refused:  []string{"VpnGatewayId"},
		Identity: handler.ByTags, // what is there before is not the stack's; there are no tags
		Find: func(t *handler.Turn) ([]handler.Found, error) {
			attached, err := gatewayOf(t)
			if err != nil || attached == "" || attached != t.Text("InternetGatewayId") {
				return nil, err
			}
			return []handler.Found{{ID: attachmentID(t)}}, nil
		},
		Create: func(t *handler.Turn) error {
			in := sdk.AttachInternetGatewayInput{InternetGatewayId: wish(t.Text("InternetGatewayId")), VpcId: wish(t.Text("VpcId"))}
			if err := t.Call(operation("AttachInternetGateway"), &in, nil); err != nil {
				return err
			}
			t.ID = attachmentID(t)
			return nil
		},
		Read: func(t *handler.Turn) (bool, error) {
			t.Set("AttachmentType", aws.String("IGW"))
			return true, nil
		},
		Update: func(t *handler.Turn) error {
			attached, err := gatewayOf(t)
			if err != nil || attached == t.Text("InternetGatewayId") {
				return err
			}
			if attached == t.Previous.TextOf("InternetGatewayId") {
				if err := detach(t, attached); err != nil {
					return err
				}
			}
			return t.Call(operation("AttachInternetGateway"),
				&sdk.AttachInternetGatewayInput{InternetGatewayId: wish(t.Text("InternetGatewayId")), VpcId: wish(t.Text("VpcId"))}, nil)
		},
		Delete: func(t *handler.Turn) error { return detach(t, t.Text("InternetGatewayId")) },
	}
}

func attachmentID(t *handler.Turn) string { return "IGW|" + t.Text("VpcId") }

// gatewayOf is the internet gateway that the VPC has. Empty: it has none.
func gatewayOf(t *handler.Turn) (string, error) {
	var out sdk.DescribeInternetGatewaysOutput
	ask := sdk.DescribeInternetGatewaysInput{Filters: []types.Filter{filter("attachment.vpc-id", t.Text("VpcId"))}}
	if err := t.Call(operation("DescribeInternetGateways"), &ask, &out); err != nil || len(out.InternetGateways) == 0 {
		return "", err
	}
	return aws.ToString(out.InternetGateways[0].InternetGatewayId), nil
}

// detach takes a gateway that is not attached for one that was detached.
func detach(t *handler.Turn, gateway string) error {
	err := t.Call(operation("DetachInternetGateway"), &sdk.DetachInternetGatewayInput{InternetGatewayId: &gateway, VpcId: wish(t.Text("VpcId"))}, nil)
	if refusal, is := errors.AsType[*apiclient.Error](err); is && strings.Contains(refusal.Code, "NotAttached") {
		return nil
	}
	return err
}
