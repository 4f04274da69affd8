package autoscaling

import (
	"slices"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/autoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/base/wire/query"
)

// codec has the one list of the service whose names do not follow from the SDK's. Source:
// the public model of EC2 Auto Scaling, API version 2011-01-01.
var codec = query.New(query.Rules{
	Names:   map[string]string{"CpuPerformanceFactorRequest.References": "Reference"},
	Entries: map[string]string{"CpuPerformanceFactorRequest.References": "item"},
})

// Service is the API of EC2 Auto Scaling.
func (a *API) Service() awsapi.Service {
	const version = "2011-01-01"
	return awsapi.Service{
		Name: "autoscaling", ID: sdk.ServiceID, Title: "Amazon EC2 Auto Scaling", Model: model,
		Protocol: awsapi.Query{
			Version: version, Namespace: "http://autoscaling.amazonaws.com/doc/" + version + "/", Codec: codec,
			EmptyResults: []string{"SetInstanceProtection", "PutLifecycleHook", "DeleteLifecycleHook", "CompleteLifecycleAction", "RecordLifecycleActionHeartbeat"},
		},
		Access: a.access(), Tags: a.tagsByARN,
		Operations: slices.Concat(a.groupOperations(), a.instanceOperations(), a.hookOperations(), a.noneOperations()),
	}
}

func (a *API) groupOperations() []awsapi.Operation {
	return []awsapi.Operation{
		awsapi.Partial("CreateAutoScalingGroup", "from launch templates, launch configurations and mixed instances policies, of which the first override's type is launched; "+
			"without load balancers, capacity reservations and maximum lifetimes; health checks are EC2's; at most 1,000 instances", a.CreateAutoScalingGroup),
		awsapi.Partial("UpdateAutoScalingGroup", "as CreateAutoScalingGroup", a.UpdateAutoScalingGroup),
		awsapi.Works("DeleteAutoScalingGroup", "with force it is gone when its instances are terminated", a.DeleteAutoScalingGroup),
		awsapi.Works("DescribeAutoScalingGroups", "by name and tags, in pages", a.DescribeAutoScalingGroups),
		awsapi.Partial("SetDesiredCapacity", "no cooldowns", a.SetDesiredCapacity),
		awsapi.Works("DescribeScalingActivities", "in the recorded words, newest first", a.DescribeScalingActivities),
		awsapi.Partial("SuspendProcesses", "Launch, Terminate, HealthCheck and ReplaceUnhealthy have an effect", a.SuspendProcesses),
		awsapi.Works("ResumeProcesses", "suspended work is made up for", a.ResumeProcesses),
		awsapi.Partial("EnableMetricsCollection", "metrics of warm pools have no data", a.EnableMetricsCollection),
		awsapi.Works("DisableMetricsCollection", "", a.DisableMetricsCollection),
		awsapi.Works("CreateOrUpdateTags", "running instances keep their tags", a.CreateOrUpdateTags),
		awsapi.Works("DeleteTags", "by key, also with other values", a.DeleteTags),
		awsapi.Works("DescribeTags", "by group, key, value and propagation, in pages", a.DescribeTags),

		awsapi.Partial("CreateLaunchConfiguration", "not from an instance; Spot prices are kept", a.CreateLaunchConfiguration),
		awsapi.Works("DescribeLaunchConfigurations", "in order of their names, in pages", a.DescribeLaunchConfigurations),
		awsapi.Works("DeleteLaunchConfiguration", "fails if a group uses it", a.DeleteLaunchConfiguration),
	}
}

func (a *API) instanceOperations() []awsapi.Operation {
	return []awsapi.Operation{
		awsapi.Works("DescribeAutoScalingInstances", "of all groups, in pages", a.DescribeAutoScalingInstances),
		awsapi.Works("SetInstanceProtection", "from scale in", a.SetInstanceProtection),
		awsapi.Partial("SetInstanceHealth", "ignored in the grace period if ShouldRespectGracePeriod is true", a.SetInstanceHealth).AsksItself(),
		awsapi.Works("TerminateInstanceInAutoScalingGroup", "replaces the instance, unless ShouldDecrementDesiredCapacity is true", a.TerminateInstanceInAutoScalingGroup).AsksItself(),
	}
}

func (a *API) hookOperations() []awsapi.Operation {
	return []awsapi.Operation{
		awsapi.Partial("PutLifecycleHook", "at launch and termination; without notification targets: the event is on the feed", a.PutLifecycleHook),
		awsapi.Works("DescribeLifecycleHooks", "of a group, by name", a.DescribeLifecycleHooks),
		awsapi.Works("DeleteLifecycleHook", "completes what waits for it", a.DeleteLifecycleHook),
		awsapi.Works("DescribeLifecycleHookTypes", "the two transitions", a.DescribeLifecycleHookTypes),
		awsapi.Works("CompleteLifecycleAction", "CONTINUE or ABANDON, by token or instance", a.CompleteLifecycleAction),
		awsapi.Works("RecordLifecycleActionHeartbeat", "by token or instance, until the global timeout", a.RecordLifecycleActionHeartbeat),
	}
}

// noneOperations answer that there is nothing of what cannot be made here.
func (a *API) noneOperations() []awsapi.Operation {
	const none = "there are none: what makes one is not built"
	return []awsapi.Operation{
		awsapi.Partial("DescribeInstanceRefreshes", none, a.DescribeInstanceRefreshes),
		awsapi.Partial("DescribeLoadBalancers", none, a.DescribeLoadBalancers),
		awsapi.Partial("DescribeLoadBalancerTargetGroups", none, a.DescribeLoadBalancerTargetGroups),
		awsapi.Partial("DescribeNotificationConfigurations", none, a.DescribeNotificationConfigurations),
		awsapi.Partial("DescribePolicies", "policies of ECS managed scaling, in one page, with their alarms; a group has none of its own, as PutScalingPolicy is not built", a.DescribePolicies),
		awsapi.Partial("DescribeScheduledActions", none, a.DescribeScheduledActions),
		awsapi.Partial("DescribeTrafficSources", none, a.DescribeTrafficSources),
		awsapi.Partial("DescribeWarmPool", none, a.DescribeWarmPool),
	}
}
