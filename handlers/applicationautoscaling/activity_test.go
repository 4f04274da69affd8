package applicationautoscaling_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/apitest"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/applicationautoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/applicationautoscaling/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// Activities are told newest first, also after the target has gone; what was not scaled, if it is asked for.
func TestActivities(t *testing.T) {
	s := registered(t)
	of := applicationautoscaling.Targets.All(s.store.Read())[0].Of()
	s.update(func(tx *store.Tx) {
		for i := range 3 {
			v := &applicationautoscaling.Activity{
				Of: of, ID: fmt.Sprint(i), StartedAt: s.now.Add(time.Duration(i) * time.Second), Description: "Setting desired count to 1.",
				Cause: "minimum capacity was set to 1", Status: types.ScalingActivityStatusCodeSuccessful,
			}
			if i == 1 {
				v.Status, v.NotScaled = types.ScalingActivityStatusCodeFailed, []types.NotScaledReason{{Code: aws.String("AlreadyAtMaxCapacity"), MaxCapacity: aws.Int32(4)}}
			}
			applicationautoscaling.AddActivity(tx, v)
		}
	})
	apitest.OK(t, s.DeregisterScalableTarget, &sdk.DeregisterScalableTargetInput{ServiceNamespace: namespace, ResourceId: web, ScalableDimension: dimension})
	ids := func(in sdk.DescribeScalingActivitiesInput) (list string) {
		t.Helper()
		in.ServiceNamespace = namespace
		for _, v := range apitest.OK(t, s.DescribeScalingActivities, &in).ScalingActivities {
			list += *v.ActivityId
		}
		return list
	}
	for _, test := range []struct {
		in   sdk.DescribeScalingActivitiesInput
		want string
	}{
		{sdk.DescribeScalingActivitiesInput{}, "20"},
		{sdk.DescribeScalingActivitiesInput{IncludeNotScaledActivities: aws.Bool(true)}, "210"},
		{sdk.DescribeScalingActivitiesInput{ResourceId: web, ScalableDimension: dimension, MaxResults: aws.Int32(1)}, "2"},
		{sdk.DescribeScalingActivitiesInput{ResourceId: aws.String("service/c/none")}, ""},
		{sdk.DescribeScalingActivitiesInput{MaxResults: aws.Int32(-1)}, ""},
	} {
		if got := ids(test.in); got != test.want {
			t.Errorf("%+v: %q, not %q", test.in, got, test.want)
		}
	}
}
