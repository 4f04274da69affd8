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
		apitest.Nonsense(t, s.PutMetricAlarm, *onMath("math", "m1 + 1"))
		apitest.Nonsense(t, s.PutCompositeAlarm, sdk.PutCompositeAlarmInput{
			AlarmName: aws.String("all"), AlarmRule: aws.String("ALARM(errors)"), ActionsSuppressor: aws.String("errors"), Tags: put.Tags,
			ActionsSuppressorWaitPeriod: aws.Int32(1), ActionsSuppressorExtensionPeriod: aws.Int32(1), AlarmActions: put.AlarmActions,
		})
		apitest.Nonsense(t, s.DescribeAlarms, sdk.DescribeAlarmsInput{AlarmNames: []string{"errors"}})
		apitest.Nonsense(t, s.DescribeAlarms, sdk.DescribeAlarmsInput{ChildrenOfAlarmName: aws.String("all")})
		apitest.Nonsense(t, s.DescribeAlarmsForMetric, sdk.DescribeAlarmsForMetricInput{Namespace: put.Namespace, MetricName: put.MetricName, Dimensions: put.Dimensions})
		apitest.Nonsense(t, s.SetAlarmState, sdk.SetAlarmStateInput{AlarmName: put.AlarmName, StateValue: types.StateValueOk, StateReason: aws.String("")})
		apitest.Nonsense(t, s.TagResource, sdk.TagResourceInput{ResourceARN: aws.String(alarmARN("errors")), Tags: put.Tags})
		apitest.Nonsense(t, s.UntagResource, sdk.UntagResourceInput{ResourceARN: aws.String(alarmARN("errors")), TagKeys: []string{"k"}})
		apitest.Nonsense(t, s.DeleteAlarms, sdk.DeleteAlarmsInput{AlarmNames: []string{"errors"}})
		datum := types.MetricDatum{
			MetricName: aws.String("Load"), Timestamp: s.at(0, 0), Unit: types.StandardUnitCount, StorageResolution: aws.Int32(1), Dimensions: put.Dimensions,
			Values: []float64{1, 2}, Counts: []float64{1, 1},
		}
		set := types.MetricDatum{MetricName: aws.String("Load"), StatisticValues: &types.StatisticSet{
			SampleCount: aws.Float64(1), Sum: aws.Float64(1), Minimum: aws.Float64(1), Maximum: aws.Float64(1),
		}}
		apitest.Nonsense(t, s.PutMetricData, sdk.PutMetricDataInput{Namespace: put.Namespace, MetricData: []types.MetricDatum{datum, set}})
		apitest.Nonsense(t, s.GetMetricStatistics, sdk.GetMetricStatisticsInput{
			Namespace: put.Namespace, MetricName: aws.String("Load"), Dimensions: put.Dimensions, StartTime: s.at(0, 0), EndTime: s.at(5, 0), Period: aws.Int32(60),
			Statistics: []types.Statistic{"Sum"}, ExtendedStatistics: []string{"p90"},
		})
		expression := types.MetricDataQuery{Id: aws.String("e"), Expression: aws.String("FILL(m, 0)"), Period: aws.Int32(60)}
		apitest.Nonsense(t, s.GetMetricData, *s.data(query("m Load p90"), expression))
		apitest.Nonsense(t, s.ListMetrics, sdk.ListMetricsInput{Namespace: put.Namespace, MetricName: aws.String("Load"), Dimensions: []types.DimensionFilter{{Name: aws.String("n"), Value: aws.String("v")}}})
		apitest.Nonsense(t, s.PutDashboard, sdk.PutDashboardInput{DashboardName: aws.String("shop"), DashboardBody: aws.String(`{"widgets":[]}`), Tags: put.Tags})
		apitest.Nonsense(t, s.GetDashboard, sdk.GetDashboardInput{DashboardName: aws.String("shop")})
		apitest.Nonsense(t, s.ListDashboards, sdk.ListDashboardsInput{DashboardNamePrefix: aws.String("shop")})
		apitest.Nonsense(t, s.DeleteDashboards, sdk.DeleteDashboardsInput{DashboardNames: []string{"shop"}})
	})
}
