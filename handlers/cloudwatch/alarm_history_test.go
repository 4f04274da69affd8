package cloudwatch_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
)

// The history tells of settings and states in the recorded words, newest first, and stays when the alarm goes.
func TestDescribeAlarmHistory(t *testing.T) {
	inEachProtocol(t, func(s *scene) {
		ok(s, s.PutMetricAlarm, minimal("errors"))
		ok(s, s.SetAlarmState, &sdk.SetAlarmStateInput{
			AlarmName: aws.String("errors"), StateValue: types.StateValueAlarm, StateReason: aws.String("five & more"), StateReasonData: aws.String(`{ "n": 5, "a": [1] }`),
		})
		ok(s, s.DisableAlarmActions, &sdk.DisableAlarmActionsInput{AlarmNames: []string{"errors"}})
		ok(s, s.DisableAlarmActions, &sdk.DisableAlarmActionsInput{AlarmNames: []string{"errors"}}) // changes nothing
		ok(s, s.DeleteAlarms, &sdk.DeleteAlarmsInput{AlarmNames: []string{"errors"}})
		ok(s, s.PutMetricAlarm, minimal("other"))

		history := ok(s, s.DescribeAlarmHistory, &sdk.DescribeAlarmHistoryInput{AlarmName: aws.String("errors")}).AlarmHistoryItems
		want := []string{`Alarm "errors" deleted`, `Alarm "errors" updated`, "Alarm updated from INSUFFICIENT_DATA to ALARM", `Alarm "errors" created`}
		if got := summaries(history); !slices.Equal(got, want) {
			s.T.Fatalf("%q", got)
		}
		if data := *history[2].HistoryData; data != `{"version":"1.0","oldState":{"stateValue":"INSUFFICIENT_DATA","stateReason":"Unchecked: Initial alarm creation"},`+
			`"newState":{"stateValue":"ALARM","stateReason":"five & more","stateReasonData":{ "n": 5, "a": [1] }}}` {
			s.T.Error(data)
		}
		if data := *history[3].HistoryData; !strings.HasPrefix(data, `{"version":"1.0","type":"Create","createdAlarm":{"alarmName":"errors","alarmArn":"`+alarmARN("errors")+`",`) ||
			!strings.Contains(data, `"extendedStatistic":"AVERAGE","period":60,"dimensions":[],"threshold":10.0,"comparisonOperator":"GreaterThanThreshold"`) ||
			!strings.HasSuffix(data, `"actionsEnabled":true,"alarmActions":[],"insufficientDataActions":[],"okactions":[]}}`) {
			s.T.Error(data)
		}
		if data := *history[1].HistoryData; !strings.Contains(data, `"originalUpdatedFields":{"alarmConfigurationUpdatedTimestamp":`) || !strings.HasSuffix(data, `","actionsEnabled":true}}`) {
			s.T.Error(data)
		}
	})
}

// The queries of an alarm on metric math stand in its history in the recorded order.
func TestHistoryOfMath(t *testing.T) {
	s := newScene(t, protocols["JSON"])
	alarm := minimal("math")
	m, double := query("m Errors Average"), types.MetricDataQuery{Id: aws.String("e"), Expression: aws.String("m*2"), Period: aws.Int32(60)}
	m.ReturnData = aws.Bool(false)
	alarm.Namespace, alarm.MetricName, alarm.Statistic, alarm.Period, alarm.Metrics = nil, nil, "", nil, []types.MetricDataQuery{m, double}
	ok(s, s.PutMetricAlarm, alarm)
	const want = `"metrics":[{"id":"m","metricStat":{"metric":{"dimensions":[],"metricName":"Errors","namespace":"Shop"},"period":60,"stat":"Average"},"returnData":false},` +
		`{"expression":"m*2","id":"e","returnData":true,"period":60}],"threshold":`
	if data := *ok(s, s.DescribeAlarmHistory, &sdk.DescribeAlarmHistoryInput{}).AlarmHistoryItems[0].HistoryData; !strings.Contains(data, want) {
		t.Error(data)
	}
}

func summaries(items []types.AlarmHistoryItem) (list []string) {
	for _, h := range items {
		list = append(list, *h.HistorySummary)
	}
	return list
}

// Items are found by their type and time, in pages, for 30 days.
func TestDescribeAlarmHistoryInPages(t *testing.T) {
	s := newScene(t, protocols["JSON"])
	begin := s.Now
	for _, name := range []string{"b", "a"} {
		ok(s, s.PutMetricAlarm, minimal(name))
		ok(s, s.SetAlarmState, &sdk.SetAlarmStateInput{AlarmName: &name, StateValue: types.StateValueOk, StateReason: aws.String("fine")})
	}
	in := &sdk.DescribeAlarmHistoryInput{ScanBy: types.ScanByTimestampAscending, MaxRecords: aws.Int32(3)}
	first := ok(s, s.DescribeAlarmHistory, in)
	in.NextToken = first.NextToken
	rest := ok(s, s.DescribeAlarmHistory, in)
	all := append(first.AlarmHistoryItems, rest.AlarmHistoryItems...)
	if got := summaries(all); len(got) != 4 || got[0] != `Alarm "b" created` || *all[3].AlarmName != "a" || rest.NextToken != nil {
		t.Errorf("%q", got)
	}
	ofType := ok(s, s.DescribeAlarmHistory, &sdk.DescribeAlarmHistoryInput{HistoryItemType: types.HistoryItemTypeStateUpdate, StartDate: aws.Time(begin.Add(3 * time.Second))})
	if got := ofType.AlarmHistoryItems; len(got) != 1 || *got[0].AlarmName != "a" {
		t.Errorf("%q", summaries(got))
	}
	composites := ok(s, s.DescribeAlarmHistory, &sdk.DescribeAlarmHistoryInput{AlarmTypes: []types.AlarmType{types.AlarmTypeCompositeAlarm}})
	if got := composites.AlarmHistoryItems; len(got) != 0 {
		t.Errorf("%q", summaries(got))
	}
	refused(s, s.DescribeAlarmHistory, &sdk.DescribeAlarmHistoryInput{NextToken: aws.String("x")}, "InvalidNextToken", "Invalid NextToken : x")
	s.Now = begin.Add(30*24*time.Hour + 1500*time.Millisecond)
	if got := ok(s, s.DescribeAlarmHistory, &sdk.DescribeAlarmHistoryInput{}).AlarmHistoryItems; len(got) != 2 {
		t.Errorf("after 30 days: %q", summaries(got))
	}
}
