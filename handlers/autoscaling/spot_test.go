package autoscaling_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// A launch template that asks for Spot Instances goes with no mixed instances policy, which says that itself.
func TestMixedInstancesPolicyWithASpotTemplate(t *testing.T) {
	s := newScene(t)
	in := s.input("mixed", 0, 1)
	s.update(func(tx *store.Tx) {
		found := ec2.LaunchTemplateByName(tx, scope, *in.LaunchTemplate.LaunchTemplateName)
		version := *ec2.Version(tx, found, "$Default")
		data := *version.Data
		data.InstanceMarketOptions = &ec2types.LaunchTemplateInstanceMarketOptions{MarketType: ec2types.MarketTypeSpot}
		version.Data = &data
		ec2.PutLaunchTemplateVersion(tx, &version)
	})
	in.LaunchTemplate.Version = aws.String("$Default")
	in.MixedInstancesPolicy = &types.MixedInstancesPolicy{LaunchTemplate: &types.LaunchTemplate{LaunchTemplateSpecification: in.LaunchTemplate}}
	in.LaunchTemplate = nil
	refused(s, s.CreateAutoScalingGroup, in, "ValidationError", "Incompatible launch template: You cannot use a launch template that is set to request Spot Instances "+
		"(InstanceMarketOptions) when you configure an Auto Scaling group with a mixed instances policy. Add a different launch template to the group and try again.")
}

func TestLaunchConfigurationWithASpotPrice(t *testing.T) {
	s := newScene(t)
	in := &sdk.CreateLaunchConfigurationInput{LaunchConfigurationName: aws.String("spot"), ImageId: aws.String("ami-1"), InstanceType: aws.String("t3.micro"), SpotPrice: aws.String("free")}
	refused(s, s.CreateLaunchConfiguration, in, "ValidationError", "Invalid Spot price: free")
	in.SpotPrice = aws.String("0.02")
	ok(s, s.CreateLaunchConfiguration, in)
	if got := ok(s, s.DescribeLaunchConfigurations, &sdk.DescribeLaunchConfigurationsInput{}).LaunchConfigurations; len(got) != 1 || *got[0].SpotPrice != "0.02" {
		t.Errorf("%+v", got)
	}
}
