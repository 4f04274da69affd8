package alarmstate

import (
	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatch/types"
)

// alarmDocument is a metric alarm as its history has it, in the order of recorded answers.
type alarmDocument struct {
	Name              string            `json:"alarmName"`
	Description       *string           `json:"alarmDescription,omitempty"`
	ARN               string            `json:"alarmArn"`
	ConfiguredAt      string            `json:"alarmConfigurationUpdatedTimestamp"`
	Namespace         string            `json:"namespace,omitempty"`
	Metric            string            `json:"metricName,omitempty"`
	Statistic         string            `json:"extendedStatistic,omitempty"`
	Period            int32             `json:"period,omitempty"`
	Unit              string            `json:"unit,omitempty"`
	Dimensions        []dimension       `json:"dimensions"`
	Metrics           []metricInHistory `json:"metrics,omitempty"`
	Threshold         Double            `json:"threshold"`
	Comparison        string            `json:"comparisonOperator"`
	EvaluationPeriods int32             `json:"evaluationPeriods"`
	DatapointsToAlarm *int32            `json:"datapointsToAlarm,omitempty"`
	TreatMissingData  *string           `json:"treatMissingData,omitempty"`
	LowSamples        *string           `json:"evaluateLowSampleCountPercentile,omitempty"`
	State             string            `json:"stateValue"`
	StateAt           string            `json:"stateUpdatedTimestamp"`
	ActionsEnabled    bool              `json:"actionsEnabled"`
	AlarmActions      []string          `json:"alarmActions"`
	NoDataActions     []string          `json:"insufficientDataActions"`
	OKActions         []string          `json:"okactions"`
}

type dimension struct {
	Value string `json:"value"`
	Name  string `json:"name"`
}

func alarmInHistory(a *cloudwatch.Alarm) alarmDocument {
	return alarmDocument{
		Name: a.Name, Description: a.Description, ARN: a.ARN(), ConfiguredAt: Time(a.ConfiguredAt), Namespace: a.Namespace, Metric: a.Metric,
		Statistic: statisticInHistory(a), Period: a.Period, Unit: string(a.Unit), Dimensions: dimensionsOf(a.Dimensions), Metrics: metricsInHistory(a), Threshold: Double(a.Threshold),
		Comparison: string(a.Comparison), EvaluationPeriods: a.EvaluationPeriods, DatapointsToAlarm: a.DatapointsToAlarm,
		TreatMissingData: a.TreatMissingData, LowSamples: a.LowSampleCountBehavior, State: string(a.State), StateAt: Time(a.StateAt),
		ActionsEnabled: a.ActionsEnabled, AlarmActions: List(a.AlarmActions),
		NoDataActions: List(a.NoDataActions), OKActions: List(a.OKActions),
	}
}

// statisticInHistory is SUM, AVERAGE and so on, or an extended statistic. Source: recorded answers.
func statisticInHistory(a *cloudwatch.Alarm) string {
	if a.ExtendedStatistic != nil {
		return *a.ExtendedStatistic
	}
	return StatisticNames[a.Statistic]
}

// StatisticNames are what history and messages call the statistics.
var StatisticNames = map[types.Statistic]string{
	types.StatisticAverage: "AVERAGE", types.StatisticSum: "SUM", types.StatisticMinimum: "MINIMUM", types.StatisticMaximum: "MAXIMUM",
	types.StatisticSampleCount: "SAMPLE_COUNT",
}

func dimensionsOf(dimensions []types.Dimension) []dimension {
	all := make([]dimension, len(dimensions))
	for i, d := range dimensions {
		all[i] = dimension{aws.ToString(d.Value), aws.ToString(d.Name)}
	}
	return all
}

// List is one that is told also where it has nothing.
func List(l []string) []string { return append([]string{}, l...) }
