package autoscaling

import (
	"context"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/tagging"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/autoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/policy"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/autoscaling"
)

// The ends of the ARNs of groups and launch configurations that are not there, or not yet, begin so: they have no id.
const (
	groupNamed  = "autoScalingGroup:*:autoScalingGroupName/"
	launchNamed = "launchConfiguration:*:launchConfigurationName/"
)

// access is what the operations ask: of a group that is there, by its stored ARN, so that policies may name it exactly (AC33).
// Source: Service Authorization Reference, Amazon EC2 Auto Scaling.
func (a *API) access() awsapi.Rows {
	const (
		named  = groupNamed + "{AutoScalingGroupName}"
		launch = launchNamed + "{LaunchConfigurationName}"
	)
	group := awsapi.On(named).Each(a.stored)
	settings := awsapi.On(named).Key("autoscaling:LaunchConfigurationName", "{LaunchConfigurationName}").
		Key("autoscaling:MaxSize", "{MaxSize}").Key("autoscaling:MinSize", "{MinSize}").
		May("autoscaling:LaunchTemplateVersionSpecified", "autoscaling:VPCZoneIdentifiers", "iam:PassedToService").
		Shows("iam:PassRole on the role of the instance profile, and a linked role that is named")
	rows := awsapi.Rows{
		"CreateAutoScalingGroup": awsapi.With(settings.Tags("Tags").Also("autoscaling:CreateOrUpdateTags").
			Shows("iam:PassRole on the roles of the lifecycle hooks", "iam:CreateServiceLinkedRole on the role that is linked to Auto Scaling, if it is not there"), createAccess),
		"UpdateAutoScalingGroup": awsapi.With(settings.Each(a.stored), updateAccess),
		"DeleteAutoScalingGroup": group.Key("autoscaling:ForceDelete", "{ForceDelete}"),

		"CreateLaunchConfiguration": awsapi.On(launch).Key("autoscaling:ImageId", "{ImageId}").Key("autoscaling:InstanceType", "{InstanceType}").
			Key("autoscaling:SpotPrice", "{SpotPrice}").Key("autoscaling:MetadataHttpEndpoint", "{MetadataOptions.HttpEndpoint}").
			Key("autoscaling:MetadataHttpTokens", "{MetadataOptions.HttpTokens}").
			Key("autoscaling:MetadataHttpPutResponseHopLimit", "{MetadataOptions.HttpPutResponseHopLimit}").
			Shows("iam:PassRole on the role of the instance profile"),
		"DeleteLaunchConfiguration": awsapi.On(launch).Each(a.storedLaunch),

		"PutLifecycleHook": awsapi.With(group.May("iam:PassedToService").Shows("iam:PassRole on the role"), hookAccess),

		"CreateOrUpdateTags": awsapi.Asks(func(call awsapi.Call, in *sdk.CreateOrUpdateTagsInput) []awsapi.Access {
			return tagAccess(call, "autoscaling:CreateOrUpdateTags", in.Tags)
		}).May("aws:RequestTag/", "aws:TagKeys").Shows("autoscaling:CreateOrUpdateTags on " + groupNamed + "NAME").Each(a.stored),
		"DeleteTags": awsapi.Asks(func(call awsapi.Call, in *sdk.DeleteTagsInput) []awsapi.Access {
			return tagAccess(call, "autoscaling:DeleteTags", in.Tags)
		}).May("aws:RequestTag/", "aws:TagKeys").Shows("autoscaling:DeleteTags on " + groupNamed + "NAME").Each(a.stored),
	}
	for _, name := range []string{
		"CompleteLifecycleAction", "DeleteLifecycleHook", "DisableMetricsCollection", "EnableMetricsCollection", "RecordLifecycleActionHeartbeat",
		"ResumeProcesses", "SetDesiredCapacity", "SetInstanceProtection", "SuspendProcesses",
	} {
		rows[name] = group
	}
	for _, name := range []string{
		"DescribeAutoScalingGroups", "DescribeAutoScalingInstances", "DescribeInstanceRefreshes", "DescribeLaunchConfigurations",
		"DescribeLifecycleHookTypes", "DescribeLifecycleHooks", "DescribeLoadBalancerTargetGroups", "DescribeLoadBalancers",
		"DescribeNotificationConfigurations", "DescribePolicies", "DescribeScalingActivities", "DescribeScheduledActions", "DescribeTags",
		"DescribeTrafficSources", "DescribeWarmPool",
	} {
		rows[name] = awsapi.On("*")
	}
	return rows
}

func createAccess(call awsapi.Call, in *sdk.CreateAutoScalingGroupInput, wants []awsapi.Access) []awsapi.Access {
	wants = updateAccess(call, settingsOf(in), wants)
	for _, hook := range in.LifecycleHookSpecificationList {
		wants = append(wants, passRole(hook.RoleARN)...)
	}
	return wants
}

// updateAccess adds keys to what is asked for a group, which share them or have copies.
func updateAccess(_ awsapi.Call, in *sdk.UpdateAutoScalingGroupInput, wants []awsapi.Access) []awsapi.Access {
	for _, w := range wants {
		if subnets := subnetsNamed(in.VPCZoneIdentifier); len(subnets) > 0 {
			w.Keys["autoscaling:vpczoneidentifiers"] = policy.Many(subnets)
		}
		if t := templateOf(in); t != nil {
			w.Keys["autoscaling:launchtemplateversionspecified"] = policy.Is(strconv.FormatBool(isNumber(aws.ToString(t.Version))))
		}
	}
	return append(wants, passRole(in.ServiceLinkedRoleARN)...)
}

func subnetsNamed(list *string) (ids []string) {
	for id := range strings.SplitSeq(aws.ToString(list), ",") {
		if id = strings.TrimSpace(id); id != "" {
			ids = append(ids, id)
		}
	}
	return ids
}

// isNumber tells a version from $Latest and $Default. Source: EC2 Auto Scaling user guide, require a launch template and a
// version number.
func isNumber(version string) bool {
	_, err := strconv.ParseUint(version, 10, 64)
	return err == nil
}

// templateOf is the launch template that a request names.
func templateOf(in *sdk.UpdateAutoScalingGroupInput) *types.LaunchTemplateSpecification {
	if p := in.MixedInstancesPolicy; p != nil && p.LaunchTemplate != nil {
		return p.LaunchTemplate.LaunchTemplateSpecification
	}
	return in.LaunchTemplate
}

func hookAccess(_ awsapi.Call, in *sdk.PutLifecycleHookInput, wants []awsapi.Access) []awsapi.Access {
	return append(wants, passRole(in.RoleARN)...)
}

// passRole is what handing a role to Auto Scaling asks.
func passRole(role *string) []awsapi.Access {
	if aws.ToString(role) == "" {
		return nil
	}
	return []awsapi.Access{{Action: "iam:PassRole", Resource: *role, Keys: awsapi.Keys{"iam:passedtoservice": policy.Is("autoscaling.amazonaws.com")}}}
}

// tagAccess is what a change of tags asks, for each group with its own.
func tagAccess(call awsapi.Call, action string, tags []types.Tag) (wants []awsapi.Access) {
	var names []string
	byGroup := map[string][]types.Tag{}
	for _, t := range tags {
		name := aws.ToString(t.ResourceId)
		if byGroup[name] == nil {
			names = append(names, name)
		}
		byGroup[name] = append(byGroup[name], t)
	}
	for _, name := range names {
		keys := awsapi.Keys{}
		awsapi.TagKeys(keys, byGroup[name], func(t types.Tag) (string, string) { return aws.ToString(t.Key), aws.ToString(t.Value) })
		wants = append(wants, awsapi.Access{Action: action, Resource: arnOf(call.Scope(), groupNamed+name), Keys: keys})
	}
	return wants
}

// allowOn asks for an operation on the group of an instance, also where the request names another one; of an instance that
// no group has, on all groups.
func (a *API) allowOn(ctx context.Context, operation, instance string) error {
	call := awsapi.FromContext(ctx)
	if call.Authorize == nil {
		return nil
	}
	name := "*"
	if m := autoscaling.FindMember(a.store.Read(), call.Scope(), instance); m != nil {
		name = m.Group
	}
	w := awsapi.Access{Resource: arnOf(call.Scope(), groupNamed+name)}
	a.stored(call, &w)
	return awsapi.Allow(ctx, "autoscaling:"+operation, w.Resource, nil)
}

// stored puts in the ARN of a group that is there.
func (a *API) stored(call awsapi.Call, w *awsapi.Access) {
	name, isNamed := strings.CutPrefix(w.Resource, arnOf(call.Scope(), groupNamed))
	if !isNamed {
		return
	}
	if g := autoscaling.FindGroup(a.store.Read(), call.Scope(), name); g != nil {
		w.Resource = g.ARN()
	}
}

// storedLaunch puts in the ARN of a launch configuration that is there.
func (a *API) storedLaunch(call awsapi.Call, w *awsapi.Access) {
	name, isNamed := strings.CutPrefix(w.Resource, arnOf(call.Scope(), launchNamed))
	if !isNamed {
		return
	}
	if c := autoscaling.LaunchConfigurations.Find(a.store.Read(), call.Scope(), name); c != nil {
		w.Resource = aws.ToString(c.Settings.LaunchConfigurationARN)
	}
}

func arnOf(s arn.Scope, end string) string {
	return "arn:" + s.Partition() + ":autoscaling:" + s.Region + ":" + s.Account + ":" + end
}

// tagsByARN are the tags of a group; launch configurations have none.
func (a *API) tagsByARN(resourceARN string) []tagging.Tag {
	_, name, _ := strings.Cut(resourceARN, ":autoScalingGroupName/")
	g := autoscaling.FindGroup(a.store.Read(), arn.ScopeOf(resourceARN), name)
	if g == nil {
		return nil
	}
	return tagging.List(g.Tags, func(t autoscaling.Tag) (string, string) { return t.Key, t.Value })
}
