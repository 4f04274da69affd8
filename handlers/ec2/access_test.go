package ec2_test

import (
	"context"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/apitest"
	"github.com/ecs-emulator/ecs-emulator/handlers/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/iam"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// Source: Service Authorization Reference, Amazon EC2, for the resources of each action; the rest of resources that a request
// does not name is a choice.
func TestWhatRequestsAsk(t *testing.T) {
	service := ec2.New(ec2.Options{Store: madeForAccess(t)}).Service()
	apitest.Access(t, service)
	apitest.AskedBy(t, service, slices.Concat(askedOfInstances, askedOfVPCs, askedOfSecurityGroups, askedOfRoutes, askedOfFound), "ec2:region")
}

// refusing starts a server that refuses one action, and tells the last want that it has refused.
func refusing(t *testing.T, action string) (*server, *awsapi.Access) {
	t.Helper()
	last := &awsapi.Access{}
	return startAsking(t, true, apitest.Each(func(_ context.Context, _ awsapi.Call, w awsapi.Access) error {
		if w.Action != action {
			return nil
		}
		*last = w
		return &awsapi.Error{Code: "Refused", Message: w.Resource}
	})), last
}

// A launch hands the role of the instance profile to instances: of the one that the request names, or its launch template.
func TestLaunchesPassTheRoleOfTheirInstanceProfile(t *testing.T) {
	s, last := refusing(t, "iam:PassRole")
	const role = "arn:aws:iam::123456789012:role/app/web"
	s.putProfile(t, "web", "web")
	if err := s.store.Update(func(tx *store.Tx) error {
		iam.Roles.Put(tx, &iam.Role{Account: iam.AccountOf(scope), Name: "web", Path: "/app/"})
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	s.template(t, "web", &types.RequestLaunchTemplateData{
		ImageId: &image, IamInstanceProfile: &types.LaunchTemplateIamInstanceProfileSpecificationRequest{Name: aws.String("web")},
	})
	byName, byARN, byTemplate := run(1), run(1), run(1)
	byName.IamInstanceProfile = &types.IamInstanceProfileSpecification{Name: aws.String("web")}
	byARN.IamInstanceProfile = &types.IamInstanceProfileSpecification{Arn: aws.String("arn:aws:iam::123456789012:instance-profile/app/web")}
	byTemplate.ImageId, byTemplate.LaunchTemplate = nil, &types.LaunchTemplateSpecification{LaunchTemplateName: aws.String("web")}
	for _, in := range []*sdk.RunInstancesInput{byName, byARN, byTemplate} {
		in.DryRun = aws.Bool(true) // asked before it is answered
		_, err := s.RunInstances(ctx, in)
		refused(t, err, "Refused", role)
		if service := apitest.Text(last.Keys, "iam:passedtoservice"); service != "ec2.amazonaws.com" {
			t.Errorf("the role is passed to %q", service)
		}
	}
	if out := s.run(t, run(1)); len(out.Instances) != 1 {
		t.Errorf("without a profile: %+v", out)
	}
}

// What a refused caller names is not looked up, not even for a dry run (AC33).
func TestRefusedCallersLearnNothing(t *testing.T) {
	s, _ := refusing(t, "ec2:DeleteVpc")
	made := must[*sdk.CreateVpcOutput](t)(s.CreateVpc(ctx, &sdk.CreateVpcInput{CidrBlock: aws.String("10.0.0.0/16")}))
	for _, id := range []string{*made.Vpc.VpcId, "vpc-0"} {
		for _, dry := range []bool{false, true} {
			_, err := s.DeleteVpc(ctx, &sdk.DeleteVpcInput{VpcId: &id, DryRun: &dry})
			refused(t, err, "Refused", "arn:aws:ec2:eu-west-1:123456789012:vpc/"+id)
		}
	}
	left := must[*sdk.DescribeVpcsOutput](t)(s.DescribeVpcs(ctx, &sdk.DescribeVpcsInput{VpcIds: []string{*made.Vpc.VpcId}}))
	if len(left.Vpcs) != 1 {
		t.Errorf("got %+v", left.Vpcs)
	}
}

func TestTagsOfARNs(t *testing.T) {
	s := newServer(t)
	tags := []types.TagSpecification{{ResourceType: types.ResourceTypeVpc, Tags: []types.Tag{{Key: aws.String("Team"), Value: aws.String("red")}}}}
	made := must[*sdk.CreateVpcOutput](t)(s.CreateVpc(ctx, &sdk.CreateVpcInput{CidrBlock: aws.String("10.0.0.0/16"), TagSpecifications: tags}))
	const prefix = "arn:aws:ec2:eu-west-1:123456789012:vpc/"
	if got := s.tagsOf(prefix + *made.Vpc.VpcId); len(got) != 1 || got[0].Key != "Team" || got[0].Value != "red" {
		t.Errorf("got %v", got)
	}
	for _, other := range []string{prefix + "*", "*", "arn:aws:ec2:eu-west-1:999999999999:vpc/" + *made.Vpc.VpcId} {
		if got := s.tagsOf(other); len(got) != 0 {
			t.Errorf("%s has %v", other, got)
		}
	}
}
