package autoscaling

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/autoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/autoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// DescribePolicies shows the policies that ECS has put for managed scaling. Users cannot put any.
func (a *API) DescribePolicies(ctx context.Context, in *sdk.DescribePoliciesInput) (*sdk.DescribePoliciesOutput, error) {
	if err := a.none(ctx, in.AutoScalingGroupName, true); err != nil {
		return nil, err
	}
	out := &sdk.DescribePoliciesOutput{ScalingPolicies: []types.ScalingPolicy{}}
	tx := a.store.Read()
	for _, p := range autoscaling.Policies(tx, awsapi.CallScope(ctx), aws.ToString(in.AutoScalingGroupName)) {
		named := len(in.PolicyNames) == 0 || slices.Contains(in.PolicyNames, p.Name) || slices.Contains(in.PolicyNames, p.ARN())
		if named && (len(in.PolicyTypes) == 0 || slices.Contains(in.PolicyTypes, targetTracking)) {
			out.ScalingPolicies = append(out.ScalingPolicies, describePolicy(tx, p))
		}
	}
	return out, nil
}

const targetTracking = "TargetTrackingScaling"

// describePolicy answers a policy of managed scaling. Source: ECS developer guide, cluster auto scaling, for the
// metric.
func describePolicy(tx *store.Tx, p *autoscaling.Policy) types.ScalingPolicy {
	return types.ScalingPolicy{
		PolicyARN: aws.String(p.ARN()), PolicyName: &p.Name, AutoScalingGroupName: &p.Group, PolicyType: aws.String(targetTracking),
		StepAdjustments: []types.StepAdjustment{}, Alarms: alarmsOf(tx, p), Enabled: aws.Bool(true),
		TargetTrackingConfiguration: &types.TargetTrackingConfiguration{
			TargetValue: &p.Target, DisableScaleIn: aws.Bool(false),
			CustomizedMetricSpecification: &types.CustomizedMetricSpecification{
				MetricName: aws.String(autoscaling.ManagedScalingMetric), Namespace: aws.String(autoscaling.ManagedScalingNamespace),
				Statistic: types.MetricStatisticAverage,
				Dimensions: []types.MetricDimension{
					{Name: aws.String("ClusterName"), Value: &p.Cluster}, {Name: aws.String("CapacityProviderName"), Value: &p.CapacityProvider},
				},
			},
		},
	}
}

// alarmsOf are the alarms of a policy that a user has not deleted.
func alarmsOf(tx *store.Tx, p *autoscaling.Policy) []types.Alarm {
	found := []types.Alarm{}
	for _, level := range autoscaling.AlarmLevels {
		if a := cloudwatch.Alarms.Find(tx, p.Scope, p.AlarmName(level)); a != nil {
			found = append(found, types.Alarm{AlarmName: &a.Name, AlarmARN: aws.String(a.ARN())})
		}
	}
	return found
}
