package managedalarm

import (
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/applicationautoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatch/types"
)

// level is one of the two alarms of a policy.
type level struct {
	name     string
	settings cloudwatch.Settings
}

// lowShare is at which share of the target value the low alarm stands. Source: recorded answers (AAS0003.3).
const lowShare = 0.9

// levels are the high alarm of a policy and the low one, which a policy that only scales out does not have.
func levels(p *applicationautoscaling.Policy) []level {
	look, lowPeriods := lookOf(p), int32(15)
	if look.Period == fine {
		lowPeriods = 30 // AAS0004.1
	}
	look.Description = aws.String("DO NOT EDIT OR DELETE. For TargetTrackingScaling policy " + p.ActionARN() + ".")
	look.ActionsEnabled, look.AlarmActions, look.OKActions, look.NoDataActions = true, []string{p.ActionARN()}, []string{}, []string{}

	high := look
	high.EvaluationPeriods, high.Threshold, high.Comparison = 3, *p.Tracking.TargetValue, types.ComparisonOperatorGreaterThanThreshold
	if aws.ToBool(p.Tracking.DisableScaleIn) {
		return []level{{"High", high}}
	}
	low := look
	low.EvaluationPeriods, low.Threshold, low.Comparison = lowPeriods, lowThreshold(*p.Tracking.TargetValue), types.ComparisonOperatorLessThanThreshold
	return []level{{"High", high}, {"Low", low}}
}

// lowThreshold is a share of the target value in decimal, so that 0.9 times 70 is 63 and not 63.00000000000001.
func lowThreshold(target float64) float64 {
	text := strconv.FormatFloat(target*lowShare, 'g', 15, 64)
	rounded, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return target * lowShare
	}
	return rounded
}

// Seconds of a period.
const (
	fine   = 20 // of metrics of high resolution
	coarse = 60
)

// lookOf are those of the settings of a policy's alarms that say at what they look.
func lookOf(p *applicationautoscaling.Policy) cloudwatch.Settings {
	if custom := p.Tracking.CustomizedMetricSpecification; custom != nil {
		return customLook(custom)
	}
	parts := strings.Split(p.Of.Resource, "/") // service/cluster/name
	predefined := p.Tracking.PredefinedMetricSpecification
	if IsRequestCount(predefined.PredefinedMetricType) {
		balancer, group, _ := strings.Cut(aws.ToString(predefined.ResourceLabel), "/targetgroup/")
		return cloudwatch.Settings{ // AAS0005.4
			Namespace: "AWS/ApplicationELB", Metric: "RequestCountPerTarget", Statistic: types.StatisticSum, Unit: types.StandardUnitNone, Period: coarse,
			Dimensions: []types.Dimension{dimension("LoadBalancer", balancer), dimension("TargetGroup", "targetgroup/"+group)},
		}
	}
	metric, high := Utilization(predefined.PredefinedMetricType)
	look := cloudwatch.Settings{ // AAS0003.3
		Namespace: "AWS/ECS", Metric: metric, Statistic: types.StatisticAverage, Unit: types.StandardUnitPercent, Period: coarse,
		Dimensions: []types.Dimension{dimension("ClusterName", parts[1]), dimension("ServiceName", parts[2])},
	}
	if high {
		look.Period = fine
	}
	return look
}

func dimension(name, value string) types.Dimension {
	return types.Dimension{Name: &name, Value: &value}
}
