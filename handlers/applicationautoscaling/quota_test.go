package applicationautoscaling_test

import (
	"fmt"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/apitest"
)

// What a target has at most can still be changed, and there is room again for what goes.
func TestQuotas(t *testing.T) {
	s := registered(t)
	for i := range 50 {
		apitest.OK(t, s.PutScalingPolicy, exact(fmt.Sprint("policy-", i)))
	}
	const code = "LimitExceededException"
	apitest.Refused(t, s.PutScalingPolicy, exact("one-more"), code, "There can be at most 50 scaling policies per scalable target")
	apitest.OK(t, s.PutScalingPolicy, exact("policy-7"))
	apitest.OK(t, s.DeleteScalingPolicy, &sdk.DeleteScalingPolicyInput{ServiceNamespace: namespace, ScalableDimension: dimension, ResourceId: web, PolicyName: aws.String("policy-7")})
	apitest.OK(t, s.PutScalingPolicy, exact("one-more"))

	action := func(name string) *sdk.PutScheduledActionInput {
		return nightly(func(in *sdk.PutScheduledActionInput) { in.ScheduledActionName = &name })
	}
	for i := range 200 {
		apitest.OK(t, s.PutScheduledAction, action(fmt.Sprint("action-", i)))
	}
	apitest.Refused(t, s.PutScheduledAction, action("one-more"), code, "There can be at most 200 scheduled actions per scalable target")
	apitest.OK(t, s.PutScheduledAction, action("action-7"))

	ladder := func(steps int) *sdk.PutScalingPolicyInput {
		in := exact("one-more")
		all := []types.StepAdjustment{step(aws.Float64(0), nil, 0)}
		for i := 1; i < steps; i++ {
			all[i-1].MetricIntervalUpperBound = aws.Float64(float64(i))
			all = append(all, step(aws.Float64(float64(i)), nil, int32(i)))
		}
		in.StepScalingPolicyConfiguration.StepAdjustments = all
		return in
	}
	apitest.OK(t, s.PutScalingPolicy, ladder(20))
	apitest.Refused(t, s.PutScalingPolicy, ladder(21), code, "There can be at most 20 step adjustments per scaling policy")
}
