package alarmstate

import (
	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatch/types"
)

// metricInHistory is a metric data query as the history of an alarm has it, in the order of recorded answers.
// The place of labels, units and accounts is the emulator's choice.
type metricInHistory struct {
	Expression *string        `json:"expression,omitempty"`
	ID         string         `json:"id"`
	Label      *string        `json:"label,omitempty"`
	Stat       *statInHistory `json:"metricStat,omitempty"`
	ReturnData bool           `json:"returnData"`
	Period     *int32         `json:"period,omitempty"`
	Account    *string        `json:"accountId,omitempty"`
}

type statInHistory struct {
	Metric struct {
		Dimensions []dimension `json:"dimensions"`
		Name       string      `json:"metricName"`
		Namespace  string      `json:"namespace"`
	} `json:"metric"`
	Period *int32 `json:"period,omitempty"`
	Stat   string `json:"stat"`
	Unit   string `json:"unit,omitempty"`
}

func metricsInHistory(a *cloudwatch.Alarm) (all []metricInHistory) {
	for _, q := range a.Metrics {
		all = append(all, metricInHistory{
			Expression: q.Expression, ID: aws.ToString(q.Id), Label: q.Label, Stat: statOf(q.MetricStat),
			ReturnData: q.ReturnData == nil || *q.ReturnData, Period: q.Period, Account: q.AccountId,
		})
	}
	return all
}

func statOf(s *types.MetricStat) *statInHistory {
	if s == nil {
		return nil
	}
	of := &statInHistory{Period: s.Period, Stat: aws.ToString(s.Stat), Unit: string(s.Unit)}
	if m := s.Metric; m != nil {
		of.Metric.Dimensions = dimensionsOf(m.Dimensions)
		of.Metric.Name, of.Metric.Namespace = aws.ToString(m.MetricName), aws.ToString(m.Namespace)
	}
	return of
}
