package applicationautoscaling_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/apitest"
)

// What no caller means is answered or refused.
func TestNonsense(t *testing.T) {
	s := newScene(t, "web")
	target := register("service/c/web", 1, 4)
	target.SuspendedState = &types.SuspendedState{DynamicScalingInSuspended: aws.Bool(false)}
	target.RoleARN = aws.String("arn:aws:iam::123456789012:role/r")
	apitest.Nonsense(t, s.RegisterScalableTarget, *target)
	id := apitest.OK(t, s.RegisterScalableTarget, target).ScalableTargetARN
	apitest.Nonsense(t, s.DescribeScalableTargets, sdk.DescribeScalableTargetsInput{ServiceNamespace: namespace, ResourceIds: []string{"service/c/web"}, ScalableDimension: dimension, MaxResults: aws.Int32(1)})
	apitest.Nonsense(t, s.TagResource, sdk.TagResourceInput{ResourceARN: id, Tags: map[string]string{"k": "v"}})
	apitest.Nonsense(t, s.UntagResource, sdk.UntagResourceInput{ResourceARN: id, TagKeys: []string{"k"}})
	apitest.Nonsense(t, s.ListTagsForResource, sdk.ListTagsForResourceInput{ResourceARN: id})

	steps := exact("step")
	steps.StepScalingPolicyConfiguration.StepAdjustments = append(steps.StepScalingPolicyConfiguration.StepAdjustments, step(nil, aws.Float64(0), -1))
	steps.StepScalingPolicyConfiguration.Cooldown, steps.StepScalingPolicyConfiguration.MetricAggregationType = aws.Int32(1), types.MetricAggregationTypeAverage
	apitest.Nonsense(t, s.PutScalingPolicy, *steps)
	tracked := tracking("requests", 50, types.MetricTypeALBRequestCountPerTarget)
	tracked.TargetTrackingScalingPolicyConfiguration.PredefinedMetricSpecification.ResourceLabel = aws.String("app/a/1/targetgroup/b/1")
	apitest.Nonsense(t, s.PutScalingPolicy, *tracked)
	apitest.Nonsense(t, s.PutScalingPolicy, *custom("jobs", jobs("a", "b")))
	apitest.Nonsense(t, s.PutScalingPolicy, *custom("math", queries(query("work", "Work", false, "a"), ratio("work / 2"))))
	apitest.Nonsense(t, s.DescribeScalingPolicies, sdk.DescribeScalingPoliciesInput{ServiceNamespace: namespace, ResourceId: web, ScalableDimension: dimension, PolicyNames: []string{"step"}, MaxResults: aws.Int32(1)})
	apitest.Nonsense(t, s.DeleteScalingPolicy, sdk.DeleteScalingPolicyInput{ServiceNamespace: namespace, ResourceId: web, ScalableDimension: dimension, PolicyName: aws.String("none")})

	action := nightly(func(in *sdk.PutScheduledActionInput) {
		in.StartTime, in.EndTime = aws.Time(s.now), aws.Time(s.now.AddDate(1, 0, 0))
	})
	apitest.Nonsense(t, s.PutScheduledAction, *action)
	apitest.Nonsense(t, s.DescribeScheduledActions, sdk.DescribeScheduledActionsInput{ServiceNamespace: namespace, ResourceId: web, ScalableDimension: dimension, ScheduledActionNames: []string{"night"}})
	apitest.Nonsense(t, s.DeleteScheduledAction, sdk.DeleteScheduledActionInput{ServiceNamespace: namespace, ResourceId: web, ScalableDimension: dimension, ScheduledActionName: aws.String("none")})
	apitest.Nonsense(t, s.DescribeScalingActivities, sdk.DescribeScalingActivitiesInput{ServiceNamespace: namespace, ResourceId: web, ScalableDimension: dimension, IncludeNotScaledActivities: aws.Bool(true)})
	apitest.Nonsense(t, s.DeregisterScalableTarget, sdk.DeregisterScalableTargetInput{ServiceNamespace: namespace, ResourceId: web, ScalableDimension: dimension})
}
