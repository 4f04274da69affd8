package caller_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/caller"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/document"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ec2"
)

// environmentOf is what the root of the account sees.
func environmentOf(t *testing.T, w *world) template.Environment {
	return w.Environment(t.Context(), caller.Actor{Scope: scope}, caller.Known{
		Export: func(name string) (string, bool) { return "subnet-1", name == "Subnet" },
		HasAttribute: func(resourceType, attribute string) bool {
			return resourceType == "AWS::ECS::Cluster" && attribute == "Arn"
		},
	})
}

func TestParametersOfSSM(t *testing.T) {
	e := environmentOf(t, withValues(t))
	for name, want := range map[string]string{"/shop/image": "nginx:2", "/shop/image:1": "nginx:1", "/shop/zones": "a,b", "/shop/none": "", "/shop/image:9": ""} {
		if got, found, err := e.Parameter(name); got != want || found != (want != "") || err != nil {
			t.Errorf("%s is %q, %t, %v", name, got, found, err)
		}
	}
	var refused *document.Error
	if _, _, err := e.Parameter("/shop/key"); !errors.As(err, &refused) {
		t.Errorf("a secret: %v", err)
	}
}

func TestWhatTemplatesAskOfEC2(t *testing.T) {
	w := withValues(t)
	var vpc ec2.CreateVpcOutput
	w.do(t, "ec2", "CreateVpc", &ec2.CreateVpcInput{CidrBlock: aws.String("10.7.0.0/16")}, &vpc)
	var subnet ec2.CreateSubnetOutput
	w.do(t, "ec2", "CreateSubnet", &ec2.CreateSubnetInput{
		VpcId: vpc.Vpc.VpcId, CidrBlock: aws.String("10.7.1.0/24"), AvailabilityZone: aws.String("eu-west-1b"),
		TagSpecifications: []types.TagSpecification{{ResourceType: "subnet", Tags: []types.Tag{{Key: aws.String("team"), Value: aws.String("shop")}}}},
	}, &subnet)
	e := environmentOf(t, w)
	for kind, ids := range map[string]map[string]bool{
		"AWS::EC2::VPC::Id":                  {*vpc.Vpc.VpcId: true, "vpc-0123456789abcdef0": false, "nonsense": false},
		"AWS::EC2::Subnet::Id":               {*subnet.Subnet.SubnetId: true, "nonsense": false},
		"AWS::EC2::AvailabilityZone::Name":   {"eu-west-1a": true, "eu-west-9a": false},
		"AWS::EC2::SecurityGroup::GroupName": {"default": true, "none": false},
		"AWS::EC2::SecurityGroup::Id":        {"nonsense": false},
		"AWS::EC2::Instance::Id":             {"i-0123456789abcdef0": false},
		"AWS::EC2::Image::Id":                {"ami-0123456789abcdef0": true, "nonsense": false},
		"AWS::EC2::KeyPair::KeyName":         {"mine": true},
		"AWS::SSM::Parameter::Name":          {"/shop/image": true, "/shop/key": true, "/shop/none": false},
	} {
		for id, want := range ids {
			if got, err := e.Exists(kind, id); got != want || err != nil {
				t.Errorf("%s %s: %t, %v", kind, id, got, err)
			}
		}
	}
	for _, kind := range []string{"AWS::Route53::HostedZone::Id", "AWS::EC2::Volume::Id"} {
		var refused *document.Error
		if _, err := e.Exists(kind, "x"); !errors.As(err, &refused) || !refused.NotBuilt {
			t.Errorf("%s: %v", kind, err)
		}
	}
	all, err := e.All("AWS::EC2::VPC::Id")
	if err != nil || len(all) != 2 || !slices.Contains(all, *vpc.Vpc.VpcId) {
		t.Errorf("the VPCs are %q, %v", all, err)
	}
	for attribute, want := range map[string][]string{"VpcId": {*vpc.Vpc.VpcId}, "AvailabilityZone": {"eu-west-1b"}, "Tags.team": {"shop"}, "Tags.none": nil} {
		if got, err := e.Attribute("AWS::EC2::Subnet::Id", *subnet.Subnet.SubnetId, attribute); err != nil || !slices.Equal(got, want) {
			t.Errorf("%s is %q, %v", attribute, got, err)
		}
	}
	for _, attribute := range []string{"DefaultSecurityGroup", "DefaultNetworkAcl"} {
		if got, err := e.Attribute("AWS::EC2::VPC::Id", *vpc.Vpc.VpcId, attribute); err != nil || len(got) != 1 || got[0] == "" {
			t.Errorf("%s is %q, %v", attribute, got, err)
		}
	}
	if _, err := e.Attribute("AWS::EC2::VPC::Id", *vpc.Vpc.VpcId, "CidrBlock"); err == nil {
		t.Error("a VPC has any attribute")
	}
}

func TestZonesAndWhatNoCallAnswers(t *testing.T) {
	e := environmentOf(t, start(t))
	for _, region := range []string{"eu-west-1", "us-east-1"} {
		if got, err := e.Zones(region); err != nil || !slices.Equal(got, []string{region + "a", region + "b", region + "c"}) {
			t.Errorf("the zones are %q, %v", got, err)
		}
	}
	if value, found, err := e.Export("Subnet"); value != "subnet-1" || !found || err != nil {
		t.Errorf("the export is %q, %t, %v", value, found, err)
	}
	if _, found, _ := e.Export("None"); found {
		t.Error("there is any export")
	}
	if !e.HasAttribute("AWS::ECS::Cluster", "Arn") || e.HasAttribute("AWS::ECS::Cluster", "Name") {
		t.Error("the attributes are others")
	}
}
