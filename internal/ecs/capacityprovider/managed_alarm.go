package capacityprovider

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/autoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch/alarmstate"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatch/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// Periods of a minute that the alarms of managed scaling look at. Source: ECS developer guide, cluster auto scaling.
const (
	highPeriods = 1
	lowPeriods  = 15
)

// putAlarms gives the scaling policy of managed scaling its alarms, or has them follow it. They tell what managed scaling
// sees: it acts by its own data points. So an alarm that is switched off, or deleted, does not stop it.
func putAlarms(tx *store.Tx, p *autoscaling.Policy, now time.Time) {
	settings := alarmSettings(p)
	for _, level := range autoscaling.AlarmLevels {
		a := &cloudwatch.Alarm{Scope: p.Scope, Name: p.AlarmName(level)}
		before := cloudwatch.Alarms.Find(tx, p.Scope, a.Name)
		if before != nil {
			*a = *before
		} else {
			a.Begin(now)
		}
		a.Settings, a.ConfiguredAt = settings[level], now
		cloudwatch.Alarms.Put(tx, a)
		alarmstate.Configured(tx, before, a, now)
	}
}

// alarmSettings are the settings of the alarms by their levels. The low one stands at the target itself, below which managed
// scaling counts; its text is that of target tracking. Source: ECS developer guide, cluster auto scaling; field reports.
func alarmSettings(p *autoscaling.Policy) map[string]cloudwatch.Settings {
	look := cloudwatch.Settings{
		Description:    aws.String("DO NOT EDIT OR DELETE. For TargetTrackingScaling policy " + p.ARN() + "."),
		ActionSettings: cloudwatch.ActionSettings{ActionsEnabled: true, AlarmActions: []string{p.ARN()}, OKActions: []string{}, NoDataActions: []string{}},
		Namespace:      autoscaling.ManagedScalingNamespace, Metric: autoscaling.ManagedScalingMetric, Statistic: types.StatisticAverage, Period: 60,
		Dimensions: []types.Dimension{
			{Name: aws.String("CapacityProviderName"), Value: &p.CapacityProvider}, {Name: aws.String("ClusterName"), Value: &p.Cluster},
		},
		Threshold: p.Target,
	}
	high, low := look, look
	high.EvaluationPeriods, high.Comparison = highPeriods, types.ComparisonOperatorGreaterThanThreshold
	low.EvaluationPeriods, low.Comparison = lowPeriods, types.ComparisonOperatorLessThanThreshold
	return map[string]cloudwatch.Settings{autoscaling.AlarmHigh: high, autoscaling.AlarmLow: low}
}
