package emulator_test

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"github.com/ecs-emulator/ecs-emulator/emulator"
)

const (
	pager  = "arn:aws:sns:us-east-1:000000000000:pager"
	lambda = "arn:aws:lambda:us-east-1:000000000000:function:page"
)

// mailbox is what a target has got.
type mailbox struct {
	mu  sync.Mutex
	got []string
}

func (m *mailbox) take(_ context.Context, body []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.got = append(m.got, string(body))
	return nil
}

func (m *mailbox) all() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.got)
}

// putErrorAlarm makes an alarm of errors above 2 a minute, which pages.
func putErrorAlarm(w *world, actions ...string) {
	w.Helper()
	_, err := cloudwatch.NewFromConfig(w.srv.Config()).PutMetricAlarm(w.Context(), &cloudwatch.PutMetricAlarmInput{
		AlarmName: aws.String("errors"), Namespace: aws.String("Shop"), MetricName: aws.String("Errors"), Statistic: types.StatisticSum, Period: aws.Int32(60),
		EvaluationPeriods: aws.Int32(1), Threshold: aws.Float64(2), ComparisonOperator: types.ComparisonOperatorGreaterThanThreshold, AlarmActions: actions,
	})
	w.must(err)
}

// putErrors puts errors now.
func putErrors(w *world, n float64) {
	w.Helper()
	_, err := cloudwatch.NewFromConfig(w.srv.Config()).PutMetricData(w.Context(), &cloudwatch.PutMetricDataInput{
		Namespace: aws.String("Shop"), MetricData: []types.MetricDatum{{MetricName: aws.String("Errors"), Value: &n, Timestamp: aws.Time(w.srv.Clock().Now())}},
	})
	w.must(err)
}

// alarmHistory is of an alarm, oldest first.
func alarmHistory(w *world, name string, kind types.HistoryItemType) []types.AlarmHistoryItem {
	w.Helper()
	out, err := cloudwatch.NewFromConfig(w.srv.Config()).DescribeAlarmHistory(w.Context(), &cloudwatch.DescribeAlarmHistoryInput{
		AlarmName: &name, HistoryItemType: kind, ScanBy: types.ScanByTimestampAscending,
	})
	w.must(err)
	return out.AlarmHistoryItems
}

// Data change the state of an alarm at the next full minute. The change is told to a topic, a function and EventBridge, and
// the history says what has become of each action.
func TestActionsOfAlarms(t *testing.T) {
	t.Parallel()
	var topic, function mailbox
	w := start(t, emulator.Options{Speed: emulator.Still, EventTargetFuncs: map[string]emulator.EventTargetFunc{pager: topic.take, lambda: function.take}})
	const stop, page = "arn:aws:automate:us-east-1:ec2:stop", "arn:aws:sns:us-east-1:000000000000:nowhere"
	putErrorAlarm(w, pager, lambda, stop, page)
	events := w.srv.Events(t.Context(), `{"source": ["aws.cloudwatch"]}`)
	putErrors(w, 5)
	w.must(w.srv.Clock().Advance(time.Minute))

	if got := topic.all(); len(got) != 1 || !strings.HasPrefix(got[0], `{"AlarmName":"errors","AlarmDescription":null,"AWSAccountId":"000000000000",`) ||
		!strings.Contains(got[0], `"NewStateValue":"ALARM","NewStateReason":"Threshold Crossed: 1 datapoint [5.0 (`) || !strings.Contains(got[0], `"Region":"US East (N. Virginia)"`) {
		t.Errorf("the topic got %q", got)
	}
	var called struct {
		Source    string
		AlarmData struct{ State, PreviousState struct{ Value string } }
	}
	if got := function.all(); len(got) != 1 || json.Unmarshal([]byte(got[0]), &called) != nil || called.AlarmData.State.Value != "ALARM" || called.AlarmData.PreviousState.Value != "INSUFFICIENT_DATA" {
		t.Errorf("the function got %q", got)
	}
	for event, err := range events {
		w.must(err)
		if event.DetailType != "CloudWatch Alarm State Change" || len(event.Resources) != 1 || event.Resources[0] != "arn:aws:cloudwatch:us-east-1:000000000000:alarm:errors" {
			t.Errorf("%+v", event)
		}
		break
	}
	var told []string
	for _, h := range alarmHistory(w, "errors", types.HistoryItemTypeAction) {
		told = append(told, *h.HistorySummary)
	}
	slices.Sort(told)
	want := []string{
		"Failed to execute action " + stop + ". Reason: ecs-emulator does no actions of Amazon EC2, such as " + stop,
		"Failed to execute action " + page + ". Reason: ecs-emulator has no Amazon SNS: start it with --event-target " + page + "=URL or --upstream",
		"Successfully executed action " + lambda, "Successfully executed action " + pager,
	}
	if !slices.Equal(told, want) {
		t.Errorf("the history has %q", told)
	}
}

// Actions that are disabled are not done, nor when they are enabled again (source: recorded answers); a state that stays is
// told once, however often the alarm is evaluated.
func TestDisabledActionsOfAlarms(t *testing.T) {
	t.Parallel()
	var topic mailbox
	w := start(t, emulator.Options{Speed: emulator.Still, EventTargetFuncs: map[string]emulator.EventTargetFunc{pager: topic.take}})
	putErrorAlarm(w, pager)
	client, names := cloudwatch.NewFromConfig(w.srv.Config()), []string{"errors"}
	_, err := client.DisableAlarmActions(t.Context(), &cloudwatch.DisableAlarmActionsInput{AlarmNames: names})
	w.must(err)
	for range 3 {
		putErrors(w, 5)
		w.must(w.srv.Clock().Advance(time.Minute))
	}
	_, err = client.EnableAlarmActions(t.Context(), &cloudwatch.EnableAlarmActionsInput{AlarmNames: names})
	w.must(err)
	w.must(w.srv.Clock().Advance(time.Minute))
	if got := topic.all(); len(got) != 0 {
		t.Errorf("the topic got %q", got)
	}
	if states := alarmHistory(w, "errors", types.HistoryItemTypeStateUpdate); len(states) != 1 {
		t.Errorf("%d changes of state", len(states))
	}
	w.must(w.srv.Clock().Advance(10 * time.Minute)) // without data the alarm does not stay
	putErrors(w, 5)
	w.must(w.srv.Clock().Advance(time.Minute))
	if got := topic.all(); len(got) != 1 {
		t.Errorf("the topic got %q", got)
	}
}
