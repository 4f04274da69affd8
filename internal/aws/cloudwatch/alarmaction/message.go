package alarmaction

import (
	"encoding/json"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch/alarmstate"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/delivery"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/base/wire"
)

// notification is what subscribers of a topic get, in the order of recorded answers. Of an alarm that is gone meanwhile
// there is no more than the change of its state.
type notification struct {
	Name          string   `json:"AlarmName"`
	Description   *string  `json:"AlarmDescription"`
	Account       string   `json:"AWSAccountId"`
	ConfiguredAt  string   `json:"AlarmConfigurationUpdatedTimestamp,omitempty"`
	State         string   `json:"NewStateValue"`
	Reason        string   `json:"NewStateReason"`
	At            string   `json:"StateChangeTime"`
	Region        string   `json:"Region"`
	ARN           string   `json:"AlarmArn"`
	OldState      string   `json:"OldStateValue"`
	AfterMute     bool     `json:"ActionExecutedAfterMuteWindow"`
	OKActions     []string `json:"OKActions"`
	AlarmActions  []string `json:"AlarmActions"`
	NoDataActions []string `json:"InsufficientDataActions"`
	Trigger       any      `json:"Trigger,omitempty"`
	Rule          string   `json:"AlarmRule,omitempty"`
	Triggers      []child  `json:"TriggeringChildren,omitzero"` // of a composite alarm, also where there are none
}

func (n *notification) list(of *cloudwatch.ActionSettings) {
	n.OKActions, n.AlarmActions = alarmstate.List(of.OKActions), alarmstate.List(of.AlarmActions)
	n.NoDataActions = alarmstate.List(of.NoDataActions)
}

// child is an alarm that has led to the state of a composite one.
type child struct {
	ARN   string `json:"Arn"`
	State struct {
		Value     string `json:"Value"`
		Timestamp string `json:"Timestamp"`
	} `json:"State"`
}

// triggers are the alarms that the data of a reason name; other data, such as a client's own, name none.
// Source: messages and histories of AWS in field reports: a child has Arn and State with Value and Timestamp, and where
// SetAlarmState has set the state, the list is empty. The user guide does not tell of messages of composite alarms.
func triggers(data string) []child {
	var reason struct {
		Alarms []child `json:"triggeringAlarms"`
	}
	if json.Unmarshal([]byte(data), &reason) != nil || reason.Alarms == nil {
		return []child{}
	}
	return reason.Alarms
}

// trigger is the metric of an alarm, or its metrics.
type trigger struct {
	Metric            string            `json:"MetricName,omitempty"`
	Namespace         string            `json:"Namespace,omitempty"`
	StatisticType     string            `json:"StatisticType,omitempty"`
	Statistic         string            `json:"Statistic,omitempty"`
	ExtendedStatistic string            `json:"ExtendedStatistic,omitempty"`
	Unit              *string           `json:"Unit,omitempty"`
	Dimensions        []namedValue      `json:"Dimensions,omitempty"`
	Period            int32             `json:"Period,omitempty"`
	EvaluationPeriods int32             `json:"EvaluationPeriods"`
	DatapointsToAlarm *int32            `json:"DatapointsToAlarm,omitempty"`
	Comparison        string            `json:"ComparisonOperator"`
	Threshold         alarmstate.Double `json:"Threshold"`
	TreatMissingData  string            `json:"TreatMissingData"`
	LowSamples        string            `json:"EvaluateLowSampleCountPercentile"`
	Metrics           []query           `json:"Metrics,omitempty"`
}

type namedValue struct {
	Value *string `json:"value"`
	Name  *string `json:"name"`
}

// query is a metric data query of an alarm of metric math.
type query struct {
	ID         *string `json:"Id"`
	Expression *string `json:"Expression,omitempty"`
	Label      *string `json:"Label,omitempty"`
	ReturnData bool    `json:"ReturnData"`
	MetricStat any     `json:"MetricStat,omitempty"`
}

// message is what a topic gets of an action.
func message(tx *store.Tx, a *cloudwatch.Action) string {
	scope := arn.ScopeOf(a.Alarm)
	n := notification{
		Name: cloudwatch.AlarmName(a.Alarm), Account: scope.Account, State: string(a.New), Reason: a.Reason, At: alarmstate.Time(a.At),
		Region: regionName(scope.Region), ARN: a.Alarm, OldState: string(a.Old), OKActions: []string{}, AlarmActions: []string{}, NoDataActions: []string{},
	}
	if alarm := cloudwatch.AlarmByARN(tx, scope, a.Alarm); alarm != nil {
		n.Description, n.ConfiguredAt = alarm.Description, alarmstate.Time(alarm.ConfiguredAt)
		n.list(&alarm.ActionSettings)
		n.Trigger = triggerOf(alarm)
	} else if c := cloudwatch.CompositeByARN(tx, scope, a.Alarm); c != nil {
		n.Description, n.Rule, n.ConfiguredAt, n.Triggers = c.Description, c.Rule, alarmstate.Time(c.ConfiguredAt), triggers(a.Data)
		n.list(&c.ActionSettings)
	}
	return marshal(n)
}

func triggerOf(a *cloudwatch.Alarm) trigger {
	t := trigger{
		EvaluationPeriods: a.EvaluationPeriods, DatapointsToAlarm: a.DatapointsToAlarm, Comparison: string(a.Comparison), Threshold: alarmstate.Double(a.Threshold),
		TreatMissingData: aws.ToString(a.TreatMissingData), LowSamples: aws.ToString(a.LowSampleCountBehavior),
	}
	if a.Metrics != nil {
		for _, q := range a.Metrics {
			one := query{ID: q.Id, Expression: q.Expression, Label: q.Label, ReturnData: q.ReturnData == nil || *q.ReturnData}
			if q.MetricStat != nil {
				one.MetricStat = q.MetricStat
			}
			t.Metrics = append(t.Metrics, one)
		}
		return t
	}
	t.Metric, t.Namespace, t.Period = a.Metric, a.Namespace, a.Period
	t.StatisticType, t.Statistic = "Statistic", alarmstate.StatisticNames[a.Statistic]
	if a.ExtendedStatistic != nil {
		t.StatisticType, t.ExtendedStatistic = "ExtendedStatistic", *a.ExtendedStatistic
	}
	if a.Unit != "" {
		unit := string(a.Unit)
		t.Unit = &unit
	}
	t.Dimensions = make([]namedValue, len(a.Dimensions))
	for i, d := range a.Dimensions {
		t.Dimensions[i] = namedValue{d.Value, d.Name}
	}
	return t
}

// subject of a message. Source: field reports.
func subject(a *cloudwatch.Action) string {
	name, region := cloudwatch.AlarmName(a.Alarm), regionName(arn.ScopeOf(a.Alarm).Region)
	const longest = 100 // characters of a subject. Source: SNS API reference, Publish
	head, tail := string(a.New)+`: "`, `" in `+region
	if most := longest - len(head) - len(tail); len(name) > most && most > 3 {
		name = name[:most-3] + "..."
	}
	return head + name + tail
}

// payload is what a function gets of an action. Source: recorded answers.
func payload(a *cloudwatch.Action) string {
	scope := arn.ScopeOf(a.Alarm)
	return marshal(struct {
		Source  string          `json:"source"`
		ARN     string          `json:"alarmArn"`
		Account string          `json:"accountId"`
		Time    string          `json:"time"`
		Region  string          `json:"region"`
		Data    json.RawMessage `json:"alarmData"`
	}{"aws.cloudwatch", a.Alarm, scope.Account, alarmstate.Time(a.At), scope.Region, a.Event})
}

// published is what the history tells of a message. AWS has texts for mail and telephones beside it.
func published(body string) string {
	return marshal(map[string]string{"default": body})
}

// record keeps with a delivery what the history wants to know of its action.
func record(a *cloudwatch.Action) json.RawMessage {
	kept := *a
	kept.Event, kept.Data, kept.Reason = nil, "", ""
	return wire.MustText(kept)
}

func recorded(d *delivery.Delivery) *cloudwatch.Action {
	a := &cloudwatch.Action{}
	if err := json.Unmarshal(d.Alarm, a); err != nil {
		panic("a delivery has no action: " + err.Error())
	}
	return a
}

func marshal(v any) string { return string(wire.MustText(v)) }
