package alarmstate

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatch/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/wire"
)

// changeDetail is the detail of an event about a state, configurationDetail of one about a configuration.
// Source: recorded answers.
type changeDetail struct {
	AlarmName     string        `json:"alarmName"`
	State         stateInEvents `json:"state"`
	Previous      stateInEvents `json:"previousState"`
	Configuration any           `json:"configuration"`
}

type configurationDetail struct {
	AlarmName     string        `json:"alarmName"`
	Operation     string        `json:"operation"`
	State         stateInEvents `json:"state"`
	Configuration any           `json:"configuration"`
	Previous      any           `json:"previousConfiguration,omitempty"`
}

type stateInEvents struct {
	Value            string  `json:"value"`
	Reason           string  `json:"reason,omitempty"`
	Data             *string `json:"reasonData,omitempty"`
	Timestamp        string  `json:"timestamp"`
	SuppressedBy     string  `json:"actionsSuppressedBy,omitempty"`
	SuppressedReason string  `json:"actionsSuppressedReason,omitempty"`
}

func stateDetail(c Change) json.RawMessage {
	return wire.MustText(changeDetail{AlarmName: c.Name, State: inEvents(c.New), Previous: inEvents(c.Old), Configuration: c.Configuration})
}

func inEvents(s State) stateInEvents {
	return stateInEvents{string(s.Value), aws.ToString(s.Reason), s.Data, Time(s.At), string(s.SuppressedBy), s.SuppressedReason}
}

// stateConfiguration is the configuration of a metric alarm in events about its state, eventConfiguration in those about
// its configuration.
type stateConfiguration struct {
	Metrics     []metricInEvents `json:"metrics"`
	Description *string          `json:"description,omitempty"`
}

type eventConfiguration struct {
	EvaluationPeriods int32            `json:"evaluationPeriods"`
	DatapointsToAlarm *int32           `json:"datapointsToAlarm,omitempty"`
	Threshold         Double           `json:"threshold"`
	Comparison        string           `json:"comparisonOperator"`
	TreatMissingData  *string          `json:"treatMissingData,omitempty"`
	LowSamples        *string          `json:"evaluateLowSampleCountPercentile,omitempty"`
	Metrics           []metricInEvents `json:"metrics"`
	AlarmName         string           `json:"alarmName"`
	Description       *string          `json:"description,omitempty"`
	ActionsEnabled    bool             `json:"actionsEnabled"`
	Timestamp         string           `json:"timestamp"`
	OKActions         []string         `json:"okActions"`
	AlarmActions      []string         `json:"alarmActions"`
	NoDataActions     []string         `json:"insufficientDataActions"`
}

func alarmInEvents(a *cloudwatch.Alarm) eventConfiguration {
	return eventConfiguration{
		EvaluationPeriods: a.EvaluationPeriods, DatapointsToAlarm: a.DatapointsToAlarm, Threshold: Double(a.Threshold), Comparison: string(a.Comparison),
		TreatMissingData: a.TreatMissingData, LowSamples: a.LowSampleCountBehavior, Metrics: metricsInEvents(a), AlarmName: a.Name, Description: a.Description,
		ActionsEnabled: a.ActionsEnabled, Timestamp: Time(a.ConfiguredAt), OKActions: List(a.OKActions), AlarmActions: List(a.AlarmActions),
		NoDataActions: List(a.NoDataActions),
	}
}

// metricInEvents is a metric data query.
type metricInEvents struct {
	ID         string        `json:"id"`
	Stat       *statInEvents `json:"metricStat,omitempty"`
	Expression *string       `json:"expression,omitempty"`
	Label      *string       `json:"label,omitempty"`
	Period     *int32        `json:"period,omitempty"`
	ReturnData bool          `json:"returnData"`
}

type statInEvents struct {
	Metric namedMetric `json:"metric"`
	Period int32       `json:"period"`
	Stat   string      `json:"stat"`
	Unit   string      `json:"unit,omitempty"`
}

type namedMetric struct {
	Namespace  string            `json:"namespace"`
	Name       string            `json:"name"`
	Dimensions map[string]string `json:"dimensions"`
}

func metricsInEvents(a *cloudwatch.Alarm) []metricInEvents {
	if a.Metrics == nil {
		return []metricInEvents{{ID: queryID(a), ReturnData: true, Stat: &statInEvents{
			Metric: namedMetric{a.Namespace, a.Metric, named(a.Dimensions)}, Period: a.Period, Stat: a.Stat(), Unit: string(a.Unit),
		}}}
	}
	all := make([]metricInEvents, len(a.Metrics))
	for i, q := range a.Metrics {
		all[i] = metricInEvents{ID: aws.ToString(q.Id), Expression: q.Expression, Label: q.Label, Period: q.Period}
		all[i].ReturnData = q.ReturnData == nil || *q.ReturnData
		if s := q.MetricStat; s != nil {
			all[i].Stat = &statInEvents{Stat: aws.ToString(s.Stat), Unit: string(s.Unit)}
			if s.Period != nil {
				all[i].Stat.Period = *s.Period
			}
			if m := s.Metric; m != nil {
				all[i].Stat.Metric = namedMetric{aws.ToString(m.Namespace), aws.ToString(m.MetricName), named(m.Dimensions)}
			}
		}
	}
	return all
}

func named(dimensions []types.Dimension) map[string]string {
	of := map[string]string{}
	for _, d := range dimensions {
		of[aws.ToString(d.Name)] = aws.ToString(d.Value)
	}
	return of
}

// queryID is the id that an alarm of one metric has for it: a UUID that changes with the settings, but for whether actions
// are enabled (source: recorded answers).
func queryID(a *cloudwatch.Alarm) string {
	settings := a.Settings
	settings.ActionsEnabled = false
	sum := sha256.Sum256(append([]byte(a.ARN()), wire.MustText(settings)...))
	return fmt.Sprintf("%x-%x-%x-%x-%x", sum[:4], sum[4:6], sum[6:8], sum[8:10], sum[10:16])
}
