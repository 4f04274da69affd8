package cloudwatch

import (
	"slices"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/base/policy"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatch"
)

// access is what the operations ask. Source: Service Authorization Reference, Amazon CloudWatch.
func access() awsapi.Rows {
	const (
		alarm      = "alarm:{AlarmName}"
		alarms     = "alarm:{AlarmNames}"
		tag        = "cloudwatch:TagResource"
		dashboards = "arn:{partition}:cloudwatch::{account}:dashboard/" // of no Region (CW0012)
		actions    = "cloudwatch:AlarmActions"
	)
	rows := awsapi.Rows{
		"PutMetricAlarm": awsapi.With(awsapi.On(alarm).Tags("Tags").Also(tag).May(actions),
			func(_ awsapi.Call, in *sdk.PutMetricAlarmInput, wants []awsapi.Access) []awsapi.Access {
				return withActions(wants, in.AlarmActions, in.OKActions, in.InsufficientDataActions)
			}),
		"PutCompositeAlarm": awsapi.With(awsapi.On(alarm).Tags("Tags").Also(tag).May(actions),
			func(_ awsapi.Call, in *sdk.PutCompositeAlarmInput, wants []awsapi.Access) []awsapi.Access {
				return withActions(wants, in.AlarmActions, in.OKActions, in.InsufficientDataActions)
			}),
		"DeleteAlarms":         awsapi.On(alarms),
		"DescribeAlarmHistory": awsapi.On("alarm:{AlarmName|*}"),
		"DescribeAlarms":       awsapi.On("alarm:{AlarmNames|*}"),
		"DisableAlarmActions":  awsapi.On(alarms),
		"EnableAlarmActions":   awsapi.On(alarms),
		"SetAlarmState":        awsapi.On(alarm),

		"DeleteDashboards": awsapi.On(dashboards + "{DashboardNames}"),
		"GetDashboard":     awsapi.On(dashboards + "{DashboardName}"),
		"PutDashboard":     awsapi.On(dashboards + "{DashboardName}").Tags("Tags").Also(tag),

		"PutMetricData": awsapi.On("*").Key("cloudwatch:namespace", "{Namespace}"),

		"ListTagsForResource": awsapi.On("{ResourceARN}"),
		"TagResource":         awsapi.On("{ResourceARN}").Tags("Tags"),
		"UntagResource":       awsapi.On("{ResourceARN}").Tags("TagKeys"),
	}
	for _, name := range []string{"DescribeAlarmsForMetric", "GetMetricData", "GetMetricStatistics", "ListDashboards", "ListMetrics"} {
		rows[name] = awsapi.On("*")
	}
	return rows
}

// withActions adds the actions of an alarm. That the actions of each state count is a choice.
func withActions(wants []awsapi.Access, lists ...[]string) []awsapi.Access {
	if actions := slices.Concat(lists...); len(actions) > 0 {
		for _, w := range wants {
			w.Keys["cloudwatch:alarmactions"] = policy.Many(actions)
		}
	}
	return wants
}
