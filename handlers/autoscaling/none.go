package autoscaling

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/autoscaling"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/autoscaling"
)

// What cannot be made here, groups have not: tools that ask for it learn that.

// none answers for a group that there is nothing of a kind; a name may be left out where
// the answer is about all groups.
func (a *API) none(ctx context.Context, name *string, optional bool) error {
	if name == nil && optional {
		return nil
	}
	if autoscaling.FindGroup(a.store.Read(), awsapi.CallScope(ctx), *name) == nil {
		return noGroup(*name)
	}
	return nil
}

// DescribeLoadBalancers answers that there are none.
func (a *API) DescribeLoadBalancers(ctx context.Context, in *sdk.DescribeLoadBalancersInput) (*sdk.DescribeLoadBalancersOutput, error) {
	return &sdk.DescribeLoadBalancersOutput{LoadBalancers: []types.LoadBalancerState{}}, a.none(ctx, in.AutoScalingGroupName, false)
}

// DescribeLoadBalancerTargetGroups answers that there are none.
func (a *API) DescribeLoadBalancerTargetGroups(ctx context.Context, in *sdk.DescribeLoadBalancerTargetGroupsInput) (*sdk.DescribeLoadBalancerTargetGroupsOutput, error) {
	return &sdk.DescribeLoadBalancerTargetGroupsOutput{LoadBalancerTargetGroups: []types.LoadBalancerTargetGroupState{}}, a.none(ctx, in.AutoScalingGroupName, false)
}

// DescribeTrafficSources answers that there are none.
func (a *API) DescribeTrafficSources(ctx context.Context, in *sdk.DescribeTrafficSourcesInput) (*sdk.DescribeTrafficSourcesOutput, error) {
	return &sdk.DescribeTrafficSourcesOutput{TrafficSources: []types.TrafficSourceState{}}, a.none(ctx, in.AutoScalingGroupName, false)
}

// DescribeNotificationConfigurations answers that there are none.
func (a *API) DescribeNotificationConfigurations(context.Context, *sdk.DescribeNotificationConfigurationsInput) (*sdk.DescribeNotificationConfigurationsOutput, error) {
	return &sdk.DescribeNotificationConfigurationsOutput{NotificationConfigurations: []types.NotificationConfiguration{}}, nil
}

// DescribeScheduledActions answers that there are none.
func (a *API) DescribeScheduledActions(ctx context.Context, in *sdk.DescribeScheduledActionsInput) (*sdk.DescribeScheduledActionsOutput, error) {
	return &sdk.DescribeScheduledActionsOutput{ScheduledUpdateGroupActions: []types.ScheduledUpdateGroupAction{}}, a.none(ctx, in.AutoScalingGroupName, true)
}

// DescribeInstanceRefreshes answers that there was none.
func (a *API) DescribeInstanceRefreshes(ctx context.Context, in *sdk.DescribeInstanceRefreshesInput) (*sdk.DescribeInstanceRefreshesOutput, error) {
	return &sdk.DescribeInstanceRefreshesOutput{InstanceRefreshes: []types.InstanceRefresh{}}, a.none(ctx, in.AutoScalingGroupName, false)
}

// DescribeWarmPool answers that there is no instance in one.
func (a *API) DescribeWarmPool(ctx context.Context, in *sdk.DescribeWarmPoolInput) (*sdk.DescribeWarmPoolOutput, error) {
	return &sdk.DescribeWarmPoolOutput{Instances: []types.Instance{}}, a.none(ctx, in.AutoScalingGroupName, false)
}
