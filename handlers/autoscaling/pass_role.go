package autoscaling

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/autoscaling"
)

// passTemplateRole asks whether the caller may hand the role of a launch template's instance profile to instances (AC73).
// What names nothing is refused later. Source: EC2 Auto Scaling user guide, launch template support.
func (a *API) passTemplateRole(ctx context.Context, in *sdk.UpdateAutoScalingGroupInput) error {
	named := templateOf(in)
	if named == nil || awsapi.FromContext(ctx).Authorize == nil {
		return nil
	}
	tx, scope := a.store.Read(), awsapi.CallScope(ctx)
	if found, err := launchTemplate(tx, scope, named); err == nil {
		version := ec2.Version(tx, ec2.FindLaunchTemplate(tx, scope, *found.LaunchTemplateId), *found.Version)
		return passInstanceRole(ctx, ec2.ProfileRole(tx, scope, version.Data.IamInstanceProfile))
	}
	return nil
}

// passProfileRole is passTemplateRole for an instance profile, by its name or ARN.
func (a *API) passProfileRole(ctx context.Context, profile *string) error {
	if aws.ToString(profile) == "" || awsapi.FromContext(ctx).Authorize == nil {
		return nil
	}
	named := &ec2types.LaunchTemplateIamInstanceProfileSpecification{Name: profile}
	if arn.Is(*profile) {
		named = &ec2types.LaunchTemplateIamInstanceProfileSpecification{Arn: profile}
	}
	return passInstanceRole(ctx, ec2.ProfileRole(a.store.Read(), awsapi.CallScope(ctx), named))
}

func passInstanceRole(ctx context.Context, role string) error {
	if role == "" {
		return nil
	}
	return awsapi.Allow(ctx, "iam:PassRole", role, map[string]string{"iam:PassedToService": "ec2.amazonaws.com"})
}
