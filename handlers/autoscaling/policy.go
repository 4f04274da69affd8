package autoscaling

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/autoscaling"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/sdk/autoscaling"
)

// DescribePolicies shows the policies that ECS has put for managed scaling. Users cannot put any.
func (a *API) DescribePolicies(ctx context.Context, in *sdk.DescribePoliciesInput) (*sdk.DescribePoliciesOutput, error) {
	if err := a.none(ctx, in.AutoScalingGroupName, true); err != nil {
		return nil, err
	}
	out := &sdk.DescribePoliciesOutput{ScalingPolicies: []types.ScalingPolicy{}}
	for _, p := range autoscaling.Policies(a.store.Read(), awsapi.CallScope(ctx), aws.ToString(in.AutoScalingGroupName)) {
		named := len(in.PolicyNames) == 0 || slices.Contains(in.PolicyNames, p.Name) || slices.Contains(in.PolicyNames, p.ARN())
		if named && (len(in.PolicyTypes) == 0 || slices.Contains(in.PolicyTypes, targetTracking)) {
			out.ScalingPolicies = append(out.ScalingPolicies, describePolicy(p))
		}
	}
	return out, nil
}

const targetTracking = "TargetTrackingScaling"

// describePolicy answers a policy of managed scaling. Source: ECS developer guide, cluster auto scaling, for the
// metric. Alarms are not listed: ECS scales by the reservation itself.
func describePolicy(p *autoscaling.Policy) types.ScalingPolicy {
	return types.ScalingPolicy{
		PolicyARN: aws.String(p.ARN()), PolicyName: &p.Name, AutoScalingGroupName: &p.Group, PolicyType: aws.String(targetTracking),
		StepAdjustments: []types.StepAdjustment{}, Alarms: []types.Alarm{}, Enabled: aws.Bool(true),
		TargetTrackingConfiguration: &types.TargetTrackingConfiguration{
			TargetValue: &p.Target, DisableScaleIn: aws.Bool(false),
			CustomizedMetricSpecification: &types.CustomizedMetricSpecification{
				MetricName: aws.String("CapacityProviderReservation"), Namespace: aws.String("AWS/ECS/ManagedScaling"),
				Statistic: types.MetricStatisticAverage,
				Dimensions: []types.MetricDimension{
					{Name: aws.String("ClusterName"), Value: &p.Cluster}, {Name: aws.String("CapacityProviderName"), Value: &p.CapacityProvider},
				},
			},
		},
	}
}
