package cloudwatch_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/apitest"
)

// What no caller means is answered or refused, in each protocol.
func TestNonsense(t *testing.T) {
	inEachProtocol(t, func(s *scene) {
		put := minimal("errors")
		put.AlarmActions, put.Tags = []string{"arn:aws:sns:eu-west-1:123456789012:pager"}, []types.Tag{{Key: aws.String("k"), Value: aws.String("v")}}
		put.Dimensions = []types.Dimension{{Name: aws.String("n"), Value: aws.String("v")}}
		apitest.Nonsense(t, s.PutMetricAlarm, *put)
		apitest.Nonsense(t, s.DescribeAlarms, sdk.DescribeAlarmsInput{AlarmNames: []string{"errors"}})
		apitest.Nonsense(t, s.DescribeAlarmsForMetric, sdk.DescribeAlarmsForMetricInput{Namespace: put.Namespace, MetricName: put.MetricName, Dimensions: put.Dimensions})
		apitest.Nonsense(t, s.SetAlarmState, sdk.SetAlarmStateInput{AlarmName: put.AlarmName, StateValue: types.StateValueOk, StateReason: aws.String("")})
		apitest.Nonsense(t, s.TagResource, sdk.TagResourceInput{ResourceARN: aws.String(alarmARN("errors")), Tags: put.Tags})
		apitest.Nonsense(t, s.UntagResource, sdk.UntagResourceInput{ResourceARN: aws.String(alarmARN("errors")), TagKeys: []string{"k"}})
		apitest.Nonsense(t, s.DeleteAlarms, sdk.DeleteAlarmsInput{AlarmNames: []string{"errors"}})
	})
}
