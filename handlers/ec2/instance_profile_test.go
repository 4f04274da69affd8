package ec2_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/iam"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// putProfile makes an instance profile, with a role or without.
func (s *server) putProfile(t *testing.T, name, role string) {
	t.Helper()
	if err := s.store.Update(func(tx *store.Tx) error {
		iam.InstanceProfiles.Put(tx, &iam.InstanceProfile{
			Account: iam.AccountOf(scope), Name: name, ID: "AIPA" + name, Path: "/app/", Role: role,
		})
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

func TestInstanceProfilesMustExist(t *testing.T) {
	s := newServer(t)
	s.putProfile(t, "web", "web")
	s.putProfile(t, "bare", "")
	const profiles = "arn:aws:iam::123456789012:instance-profile/"
	for _, c := range []struct {
		profile       types.IamInstanceProfileSpecification
		code, message string
	}{
		{types.IamInstanceProfileSpecification{Name: aws.String("none")}, "InvalidParameterValue", "Value (none) for parameter iamInstanceProfile.name is invalid. Invalid IAM Instance Profile name"},
		{types.IamInstanceProfileSpecification{Name: aws.String("")}, "InvalidParameterValue", "Value () for parameter iamInstanceProfile.name is invalid. Invalid IAM Instance Profile name"},
		{types.IamInstanceProfileSpecification{Arn: aws.String(profiles + "web")}, "InvalidParameterValue", "Value (" + profiles + "web) for parameter iamInstanceProfile.arn is invalid. Invalid IAM Instance Profile ARN"},
		{types.IamInstanceProfileSpecification{Arn: aws.String("web")}, "InvalidParameterValue", "Value (web) for parameter iamInstanceProfile.arn is invalid. Invalid IAM Instance Profile ARN"},
		{types.IamInstanceProfileSpecification{Arn: aws.String(profiles + "app/web"), Name: aws.String("web")}, "InvalidParameterCombination", "The parameter 'iamInstanceProfile.name' may not be used in combination with 'iamInstanceProfile.arn'"},
		{types.IamInstanceProfileSpecification{Name: aws.String("bare")}, "InvalidParameterValue", `IAM Instance Profile "` + profiles + `app/bare" has no associated IAM Roles`},
	} {
		in := run(1)
		in.IamInstanceProfile = &c.profile
		_, err := s.RunInstances(ctx, in)
		refused(t, err, c.code, c.message)
	}
	for _, profile := range []types.IamInstanceProfileSpecification{{Name: aws.String("web")}, {Arn: aws.String(profiles + "app/web")}} {
		in := run(1)
		in.IamInstanceProfile = &profile
		if got := s.run(t, in).Instances[0].IamInstanceProfile; *got.Arn != profiles+"app/web" || *got.Id != "AIPAweb" {
			t.Errorf("got %+v", got)
		}
	}
	// That of a launch template is looked up when an instance is launched from it.
	s.template(t, "none", &types.RequestLaunchTemplateData{ImageId: &image, IamInstanceProfile: &types.LaunchTemplateIamInstanceProfileSpecificationRequest{Name: aws.String("none")}})
	_, err := s.RunInstances(ctx, &sdk.RunInstancesInput{
		LaunchTemplate: &types.LaunchTemplateSpecification{LaunchTemplateName: aws.String("none")}, MinCount: aws.Int32(1), MaxCount: aws.Int32(1),
	})
	refused(t, err, "InvalidParameterValue", "Value (none) for parameter iamInstanceProfile.name is invalid. Invalid IAM Instance Profile name")
}
