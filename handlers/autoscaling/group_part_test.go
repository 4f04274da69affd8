package autoscaling_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
)

func TestFiltersOfOtherNames(t *testing.T) {
	s := newScene(t)
	filters := []types.Filter{{Name: aws.String("key"), Values: []string{"none"}}, {Name: aws.String("color"), Values: []string{"red"}}}
	refused(s, s.DescribeTags, &sdk.DescribeTagsInput{Filters: filters}, "ValidationError", "The filter name color is not valid.")
	refused(s, s.DescribeAutoScalingGroups, &sdk.DescribeAutoScalingGroupsInput{Filters: filters}, "ValidationError", "The filter name key is not valid.")
}

// Recorded, as are the order and the empty value.
func TestTagsOfGroups(t *testing.T) {
	s := newScene(t)
	in := s.input("web", 0, 1)
	in.Tags = []types.Tag{{Key: aws.String("inherited"), Value: aws.String("group"), PropagateAtLaunch: aws.Bool(true)}}
	ok(s, s.CreateAutoScalingGroup, in)
	tag := func(group, key, value string) types.Tag {
		return types.Tag{ResourceId: &group, ResourceType: aws.String("auto-scaling-group"), Key: &key, Value: &value, PropagateAtLaunch: aws.Bool(false)}
	}
	ok(s, s.CreateOrUpdateTags, &sdk.CreateOrUpdateTagsInput{Tags: []types.Tag{tag("web", "inherited", "updated"), tag("web", "empty", "")}})
	keys := func(filters ...types.Filter) (text string) {
		for _, t := range ok(s, s.DescribeTags, &sdk.DescribeTagsInput{Filters: filters}).Tags {
			text += *t.Key + "=" + *t.Value + " "
		}
		return text
	}
	if got := keys(types.Filter{Name: aws.String("auto-scaling-group"), Values: []string{"web"}}); got != "empty= inherited=updated " {
		t.Errorf("tags %s", got)
	}
	if got := keys(types.Filter{Name: aws.String("key"), Values: []string{"other"}}); got != "" {
		t.Errorf("tags with another key: %s", got)
	}
	ok(s, s.DeleteTags, &sdk.DeleteTagsInput{Tags: []types.Tag{tag("web", "empty", "")}})
	if got := keys(); got != "inherited=updated " {
		t.Errorf("tags %s", got)
	}
	refused(s, s.CreateOrUpdateTags, &sdk.CreateOrUpdateTagsInput{Tags: []types.Tag{tag("web", "aws:a", "b")}}, "ValidationError",
		"aws: prefixed tag key names are not allowed for external use.")
	refused(s, s.CreateOrUpdateTags, &sdk.CreateOrUpdateTagsInput{Tags: []types.Tag{tag("none", "a", "b")}}, "ValidationError",
		"AutoScalingGroup not found - AutoScaling Group none not found")
	byTag := ok(s, s.DescribeAutoScalingGroups, &sdk.DescribeAutoScalingGroupsInput{Filters: []types.Filter{{Name: aws.String("tag:inherited"), Values: []string{"updated"}}}})
	if len(byTag.AutoScalingGroups) != 1 {
		t.Errorf("%d groups have the tag", len(byTag.AutoScalingGroups))
	}
}

func TestSuspendedProcesses(t *testing.T) {
	s := newScene(t)
	s.group("web", 0, 1)
	web := aws.String("web")
	ok(s, s.SuspendProcesses, &sdk.SuspendProcessesInput{AutoScalingGroupName: web, ScalingProcesses: []string{"Launch"}})
	p := s.described("web").SuspendedProcesses
	if len(p) != 1 || *p[0].ProcessName != "Launch" || *p[0].SuspensionReason != "User suspended at 2026-11-20T12:00:00Z" {
		t.Errorf("%+v", p)
	}
	ok(s, s.SuspendProcesses, &sdk.SuspendProcessesInput{AutoScalingGroupName: web})
	ok(s, s.ResumeProcesses, &sdk.ResumeProcessesInput{AutoScalingGroupName: web, ScalingProcesses: []string{"Launch"}})
	if p := s.described("web").SuspendedProcesses; len(p) != 8 {
		t.Errorf("%d processes are suspended", len(p))
	}
	ok(s, s.EnableMetricsCollection, &sdk.EnableMetricsCollectionInput{
		AutoScalingGroupName: web, Granularity: aws.String("1Minute"), Metrics: []string{"GroupMinSize", "GroupMinSize"},
	})
	if m := s.described("web").EnabledMetrics; len(m) != 1 {
		t.Errorf("%d metrics are enabled", len(m))
	}
	ok(s, s.EnableMetricsCollection, &sdk.EnableMetricsCollectionInput{AutoScalingGroupName: web, Granularity: aws.String("1Minute")})
	ok(s, s.DisableMetricsCollection, &sdk.DisableMetricsCollectionInput{AutoScalingGroupName: web, Metrics: []string{"GroupMinSize"}})
	if m := s.described("web").EnabledMetrics; len(m) != 19 || *m[0].Granularity != "1Minute" {
		t.Errorf("%d metrics are enabled", len(m))
	}
	refused(s, s.EnableMetricsCollection, &sdk.EnableMetricsCollectionInput{AutoScalingGroupName: web, Granularity: aws.String("5Minute")},
		"ValidationError", "Valid metrics granularity type is: [1Minute].")
	refused(s, s.DisableMetricsCollection, &sdk.DisableMetricsCollectionInput{AutoScalingGroupName: web, Metrics: []string{"Size"}},
		"ValidationError", "Valid metrics collection types are: [GroupMinSize, GroupMaxSize, GroupDesiredCapacity, GroupInServiceInstances, "+
			"GroupInServiceCapacity, GroupPendingInstances, GroupPendingCapacity, GroupTerminatingInstances, GroupTerminatingCapacity, "+
			"GroupStandbyInstances, GroupStandbyCapacity, GroupTotalInstances, GroupTotalCapacity, WarmPoolDesiredCapacity, WarmPoolWarmedCapacity, "+
			"WarmPoolPendingCapacity, WarmPoolTerminatingCapacity, WarmPoolTotalCapacity, GroupAndWarmPoolDesiredCapacity, GroupAndWarmPoolTotalCapacity].")
}

func TestLaunchConfiguration(t *testing.T) {
	s := newScene(t)
	name := aws.String("ecs")
	in := &sdk.CreateLaunchConfigurationInput{LaunchConfigurationName: name, ImageId: aws.String("ami-1"), InstanceType: aws.String("t3.micro")}
	ok(s, s.CreateLaunchConfiguration, in)
	refused(s, s.CreateLaunchConfiguration, in, "AlreadyExists", "Launch Configuration by this name already exists - A launch configuration already exists with the name ecs")
	made := ok(s, s.DescribeLaunchConfigurations, &sdk.DescribeLaunchConfigurationsInput{LaunchConfigurationNames: []string{"ecs", "none"}}).LaunchConfigurations
	if len(made) != 1 || !*made[0].InstanceMonitoring.Enabled || *made[0].EbsOptimized || made[0].SecurityGroups == nil || *made[0].UserData != "" {
		t.Errorf("%+v", made)
	}
	in.BlockDeviceMappings = []types.BlockDeviceMapping{{Ebs: &types.Ebs{VolumeSize: aws.Int32(16385)}}}
	in.BlockDeviceMappings[0].DeviceName = aws.String("")
	in.MetadataOptions = &types.InstanceMetadataOptions{HttpPutResponseHopLimit: aws.Int32(65)}
	refused(s, s.CreateLaunchConfiguration, in, "ValidationError", "3 validation errors detected: "+
		"Value '' at 'blockDeviceMappings.1.member.deviceName' failed to satisfy constraint: Member must have length greater than or equal to 1; "+
		"Value '16385' at 'blockDeviceMappings.1.member.ebs.volumeSize' failed to satisfy constraint: Member must have value less than or equal to 16384; "+
		"Value '65' at 'metadataOptions.httpPutResponseHopLimit' failed to satisfy constraint: Member must have value less than or equal to 64")
	group := s.input("web", 0, 1)
	group.LaunchTemplate, group.LaunchConfigurationName = nil, name
	ok(s, s.CreateAutoScalingGroup, group)
	refused(s, s.DeleteLaunchConfiguration, &sdk.DeleteLaunchConfigurationInput{LaunchConfigurationName: name}, "ResourceInUse",
		"Cannot delete launch configuration ecs because it is attached to AutoScalingGroup web")
	ok(s, s.DeleteAutoScalingGroup, &sdk.DeleteAutoScalingGroupInput{AutoScalingGroupName: group.AutoScalingGroupName})
	ok(s, s.DeleteLaunchConfiguration, &sdk.DeleteLaunchConfigurationInput{LaunchConfigurationName: name})
	refused(s, s.DeleteLaunchConfiguration, &sdk.DeleteLaunchConfigurationInput{LaunchConfigurationName: name}, "ValidationError",
		"Launch configuration name not found - Launch configuration ecs not found")
}

// What cannot be made, a group has not.
func TestGroupHasNothingOfWhatIsNotBuilt(t *testing.T) {
	s := newScene(t)
	s.group("web", 0, 1)
	web := aws.String("web")
	ok(s, s.DescribeLifecycleHooks, &sdk.DescribeLifecycleHooksInput{AutoScalingGroupName: web})
	ok(s, s.DescribeLoadBalancers, &sdk.DescribeLoadBalancersInput{AutoScalingGroupName: web})
	ok(s, s.DescribeLoadBalancerTargetGroups, &sdk.DescribeLoadBalancerTargetGroupsInput{AutoScalingGroupName: web})
	ok(s, s.DescribeTrafficSources, &sdk.DescribeTrafficSourcesInput{AutoScalingGroupName: web})
	ok(s, s.DescribeNotificationConfigurations, &sdk.DescribeNotificationConfigurationsInput{})
	ok(s, s.DescribePolicies, &sdk.DescribePoliciesInput{})
	ok(s, s.DescribeScheduledActions, &sdk.DescribeScheduledActionsInput{AutoScalingGroupName: web})
	ok(s, s.DescribeInstanceRefreshes, &sdk.DescribeInstanceRefreshesInput{AutoScalingGroupName: web})
	ok(s, s.DescribeWarmPool, &sdk.DescribeWarmPoolInput{AutoScalingGroupName: web})
	refused(s, s.DescribeWarmPool, &sdk.DescribeWarmPoolInput{AutoScalingGroupName: aws.String("none")}, "ValidationError",
		"AutoScalingGroup name not found - AutoScalingGroup 'none' not found")
	refused(s, s.PutWarmPool, &sdk.PutWarmPoolInput{AutoScalingGroupName: web}, "NotImplementedException",
		"ecs-emulator does not implement autoscaling PutWarmPool; see https://github.com/ecs-emulator/ecs-emulator/blob/main/docs/reference/compatibility/autoscaling.md.")
}
