package autoscaling

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/autoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/autoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// CreateLaunchConfiguration makes what instances are launched from, where there is no
// launch template.
func (a *API) CreateLaunchConfiguration(ctx context.Context, in *sdk.CreateLaunchConfigurationInput) (*sdk.CreateLaunchConfigurationOutput, error) {
	if err := checkLaunchConfiguration(in); err != nil {
		return nil, err
	}
	if err := a.passProfileRole(ctx, in.IamInstanceProfile); err != nil {
		return nil, err
	}
	scope := awsapi.CallScope(ctx)
	name := *in.LaunchConfigurationName
	made := &autoscaling.LaunchConfiguration{Scope: scope, Settings: launchConfigurationOf(scope, in)}
	made.Settings.CreatedTime = aws.Time(a.now())
	return &sdk.CreateLaunchConfigurationOutput{}, a.store.Update(func(tx *store.Tx) error {
		if autoscaling.LaunchConfigurations.Find(tx, scope, name) != nil {
			return alreadyExists("Launch Configuration by this name already exists - A launch configuration already exists with the name %s", name)
		}
		if ec2.FindInstanceType(tx, *in.InstanceType) == nil {
			return invalid("Invalid instance type: %s", *in.InstanceType) // the text is the emulator's
		}
		autoscaling.LaunchConfigurations.Put(tx, made)
		return nil
	})
}

// checkLaunchConfiguration refuses what can be refused without a look at the store.
func checkLaunchConfiguration(in *sdk.CreateLaunchConfigurationInput) error {
	const mandatory = "Valid requests must contain either the InstanceID parameter or both the ImageId and InstanceType parameters."
	switch {
	case in.InstanceId != nil:
		return notBuilt("launch configurations from an instance")
	case in.ImageId == nil || in.InstanceType == nil:
		return invalid(mandatory) // Source: field reports
	case in.PlacementTenancy != nil && *in.PlacementTenancy != "default":
		return notBuilt("PlacementTenancy " + *in.PlacementTenancy)
	case in.ClassicLinkVPCId != nil || len(in.ClassicLinkVPCSecurityGroups) > 0:
		return notBuilt("ClassicLink")
	}
	if err := ec2.CheckSpotPrice(aws.ToString(in.SpotPrice)); err != nil {
		return invalid("Invalid Spot price: %s", *in.SpotPrice) // the text is the emulator's
	}
	return nil
}

// launchConfigurationOf is what is described. Source: EC2 Auto Scaling API reference,
// LaunchConfiguration.
func launchConfigurationOf(s arn.Scope, in *sdk.CreateLaunchConfigurationInput) types.LaunchConfiguration {
	made := types.LaunchConfiguration{
		LaunchConfigurationName: in.LaunchConfigurationName, ImageId: in.ImageId, InstanceType: in.InstanceType,
		LaunchConfigurationARN: aws.String("arn:" + s.Partition() + ":autoscaling:" + s.Region + ":" + s.Account +
			":launchConfiguration:" + arn.NewUUID() + ":launchConfigurationName/" + *in.LaunchConfigurationName),
		AssociatePublicIpAddress: in.AssociatePublicIpAddress, BlockDeviceMappings: append([]types.BlockDeviceMapping{}, in.BlockDeviceMappings...),
		ClassicLinkVPCSecurityGroups: []string{}, EbsOptimized: in.EbsOptimized, IamInstanceProfile: in.IamInstanceProfile,
		InstanceMonitoring: in.InstanceMonitoring, KernelId: orEmpty(in.KernelId), KeyName: orEmpty(in.KeyName), MetadataOptions: in.MetadataOptions,
		SpotPrice: in.SpotPrice, PlacementTenancy: in.PlacementTenancy, RamdiskId: orEmpty(in.RamdiskId), SecurityGroups: append([]string{}, in.SecurityGroups...),
		UserData: orEmpty(in.UserData),
	}
	if made.EbsOptimized == nil {
		made.EbsOptimized = aws.Bool(false)
	}
	if made.InstanceMonitoring == nil || made.InstanceMonitoring.Enabled == nil {
		made.InstanceMonitoring = &types.InstanceMonitoring{Enabled: aws.Bool(true)} // detailed, unless it is refused
	}
	return made
}

// orEmpty is a member that is answered empty when it is absent.
func orEmpty(s *string) *string { return aws.String(aws.ToString(s)) }

// DescribeLaunchConfigurations answers launch configurations in order of their names;
// unknown names are left out.
func (a *API) DescribeLaunchConfigurations(ctx context.Context, in *sdk.DescribeLaunchConfigurationsInput) (*sdk.DescribeLaunchConfigurationsOutput, error) {
	var found []types.LaunchConfiguration
	for _, c := range autoscaling.LaunchConfigurations.List(a.store.Read(), awsapi.CallScope(ctx)) {
		if len(in.LaunchConfigurationNames) == 0 || slices.Contains(in.LaunchConfigurationNames, *c.Settings.LaunchConfigurationName) {
			found = append(found, c.Settings)
		}
	}
	out := &sdk.DescribeLaunchConfigurationsOutput{}
	var err error
	name := func(c types.LaunchConfiguration) string { return *c.LaunchConfigurationName }
	out.LaunchConfigurations, out.NextToken, err = pageOf(found, name, in.NextToken, in.MaxRecords, defaultPage)
	return out, err
}

// DeleteLaunchConfiguration removes a launch configuration that no group has.
func (a *API) DeleteLaunchConfiguration(ctx context.Context, in *sdk.DeleteLaunchConfigurationInput) (*sdk.DeleteLaunchConfigurationOutput, error) {
	scope, name := awsapi.CallScope(ctx), *in.LaunchConfigurationName
	return &sdk.DeleteLaunchConfigurationOutput{}, a.store.Update(func(tx *store.Tx) error {
		found := autoscaling.LaunchConfigurations.Find(tx, scope, name)
		if found == nil {
			return noLaunchConfiguration(name)
		}
		if user := autoscaling.Using(tx, scope, name); user != "" { // Source: field reports
			return inUse("Cannot delete launch configuration %s because it is attached to AutoScalingGroup %s", name, user)
		}
		autoscaling.LaunchConfigurations.Delete(tx, found)
		return nil
	})
}
