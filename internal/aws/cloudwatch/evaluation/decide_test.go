package evaluation_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch/evaluation"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatch/types"
)

// begin is when the newest period of a view begins.
var begin = time.Date(2026, 9, 14, 5, 44, 0, 0, time.UTC)

// alarm is one that looks for values above 50 in M of N periods of 10 s. Without M it is as many as N.
func alarm(n int32, m int32, treats string) *cloudwatch.Alarm {
	a := &cloudwatch.Alarm{
		Scope: arn.Scope{Region: "eu-west-1", Account: "123456789012"}, Name: "high", State: types.StateValueInsufficientData,
		Settings: cloudwatch.Settings{
			EvaluationPeriods: n, Period: 10, Threshold: 50, Comparison: types.ComparisonOperatorGreaterThanThreshold, Statistic: types.StatisticAverage,
			Unit: types.StandardUnitCount,
		},
	}
	if m > 0 {
		a.DatapointsToAlarm = &m
	}
	if treats != "" {
		a.TreatMissingData = &treats
	}
	return a
}

// view is of periods as a text has them, oldest first: X breaches with 100, 0 does not, - is missing.
func view(a *cloudwatch.Alarm, periods string) evaluation.View {
	v := evaluation.View{Alarm: a, Period: 10 * time.Second, At: begin.Add(27550 * time.Millisecond)}
	for i := len(periods) - 1; i >= 0; i-- {
		s := evaluation.Slot{At: begin.Add(-time.Duration(len(v.Slots)) * v.Period)}
		switch periods[i] {
		case 'X':
			s.Real, s.Value, s.Count = true, 100, 1
		case '0':
			s.Real, s.Count = true, 1
		}
		v.Slots = append(v.Slots, s)
	}
	return v
}

// The states are those of the user guide's tables and of recorded answers. Letters: Alarm, Ok, Insufficient data, or a dot
// for the state that there is.
func TestStates(t *testing.T) {
	treatments := []string{"missing", "ignore", "breaching", "notBreaching"}
	for _, c := range []struct {
		n, m   int32
		slots  string
		want   string // for each treatment
		source string
	}{
		{3, 3, "0-X-X", "OOOO", "user guide"},
		{3, 3, "----0", "OOOO", "user guide"},
		{3, 3, "-----", "I.AO", "user guide"},
		{3, 3, "0XX-X", "AAAA", "user guide"},
		{3, 3, "--X--", "A.AO", "user guide"},
		{3, 2, "0-X-X", "AAAA", "user guide"},
		{3, 2, "00X0X", "AAAA", "user guide"},
		{3, 2, "0-X--", "OOAO", "user guide"},
		{3, 2, "----0", "OOAO", "user guide"},
		{3, 2, "----X", "..AO", "recorded: one breaching point has to be the second newest at least"},
		{3, 2, "-------X-", "A.AO", "recorded: isolated-premature-m2"},
		{3, 3, "------X--", "A.AO", "recorded: isolated-premature-m3"},
		{3, 2, "------X0X", "AAAA", "recorded: dense-nonconsecutive-m2"},
		{3, 2, "0X-------", "OOAO", "recorded: dense-oldest-breach-expires"},
		{3, 2, "X--------", "A.AO", "recorded: dense-last-breach-ages"},
		{3, 3, "X-X------", "A.AO", "recorded: sparse-old-good-expires"},
		{3, 3, "0-X-X----", "OOOO", "recorded: sparse-real-over-breaching"},
		{1, 1, "X-", "AAAA", "one of one: real points go before missing ones"},
		{3, 0, "-XXX", "AAAA", "M is N"},
	} {
		for i, treats := range treatments {
			got := "."
			if to, ok := evaluation.Decide(view(alarm(c.n, c.m, treats), c.slots)); ok {
				got = string(to.Value)[:1]
			}
			if want := c.want[i : i+1]; got != want {
				t.Errorf("%d of %d, %s, %s: %s; want %s (%s)", c.m, c.n, c.slots, treats, got, want, c.source)
			}
		}
	}
}

// Reasons are in the recorded words.
func TestReasons(t *testing.T) {
	for _, c := range []struct {
		alarm       *cloudwatch.Alarm
		slots, want string
	}{
		{alarm(3, 2, "missing"), "X0X", "Threshold Crossed: 2 out of the last 3 datapoints [100.0 (14/09/26 05:44:00), 100.0 (14/09/26 05:43:40)] were greater than the threshold (50.0) (minimum 2 datapoints for OK -> ALARM transition)."},
		{alarm(3, 3, "breaching"), "X0X", "Threshold Crossed: 1 out of the last 3 datapoints [0.0 (14/09/26 05:43:50)] was not greater than the threshold (50.0) (minimum 1 datapoint for ALARM -> OK transition)."},
		{alarm(3, 3, "breaching"), "---", "Threshold Crossed: no datapoints were received for 3 periods and 3 missing datapoints were treated as [Breaching]."},
		{alarm(1, 1, "notBreaching"), "-", "Threshold Crossed: no datapoints were received for 1 period and 1 missing datapoint was treated as [NonBreaching]."},
		{alarm(3, 3, ""), "---", "Insufficient Data: 3 datapoints were unknown."},
		{alarm(3, 3, "breaching"), "X-X-", "Threshold Crossed: 2 out of the last 3 datapoints [100.0 (14/09/26 05:43:50), 100.0 (14/09/26 05:43:30)] were greater than the threshold (50.0) and 1 missing datapoint was treated as [Breaching] (minimum 3 datapoints for OK -> ALARM transition)."},
		{alarm(3, 3, "breaching"), "--0", "Threshold Crossed: 1 out of the last 3 datapoints [0.0 (14/09/26 05:44:00)] was not greater than the threshold (50.0) and 2 missing datapoints were treated as [Breaching] (minimum 1 datapoint for ALARM -> OK transition)."},
		{alarm(3, 0, ""), "-0-", "Threshold Crossed: 1 datapoint [0.0 (14/09/26 05:43:50)] was not greater than the threshold (50.0)."},
		{alarm(3, 0, ""), "XXX", "Threshold Crossed: 3 datapoints [100.0 (14/09/26 05:44:00), 100.0 (14/09/26 05:43:50), 100.0 (14/09/26 05:43:40)] were greater than the threshold (50.0)."},
	} {
		to, ok := evaluation.Decide(view(c.alarm, c.slots))
		if !ok || *to.Reason != c.want {
			t.Errorf("%s:\ngot  %s\nwant %s", c.slots, *to.Reason, c.want)
		}
	}
}

// The data about a reason have the recorded members: values oldest first with gaps, points that decide newest first.
func TestReasonData(t *testing.T) {
	for _, c := range []struct {
		alarm       *cloudwatch.Alarm
		slots, want string
	}{
		{
			alarm(3, 3, "missing"), "X-X-----", `"startDate":"2026-09-14T05:42:50.000+0000","unit":"Count","statistic":"Average","period":10,"recentDatapoints":[100.0,null,100.0],"threshold":50.0,` +
				`"evaluatedDatapoints":[{"timestamp":"2026-09-14T05:44:00.000+0000"},{"timestamp":"2026-09-14T05:43:10.000+0000","sampleCount":1.0,"value":100.0},` +
				`{"timestamp":"2026-09-14T05:42:50.000+0000","sampleCount":1.0,"value":100.0}]}`,
		},
		{
			alarm(3, 2, "missing"), "---", `"unit":"Count","statistic":"Average","period":10,"recentDatapoints":[],"threshold":50.0,` +
				`"evaluatedDatapoints":[{"timestamp":"2026-09-14T05:44:00.000+0000"},{"timestamp":"2026-09-14T05:43:50.000+0000"}]}`,
		},
		{
			alarm(1, 1, ""), "X0X", `"startDate":"2026-09-14T05:44:00.000+0000","unit":"Count","statistic":"Average","period":10,"recentDatapoints":[100.0],"threshold":50.0,` +
				`"evaluatedDatapoints":[{"timestamp":"2026-09-14T05:44:00.000+0000","sampleCount":1.0,"value":100.0}]}`,
		},
	} {
		to, _ := evaluation.Decide(view(c.alarm, c.slots))
		got, found := strings.CutPrefix(*to.Data, `{"version":"1.0","queryDate":"2026-09-14T05:44:27.550+0000",`)
		if !found || got != c.want {
			t.Errorf("%s:\ngot  %s\nwant %s", c.slots, *to.Data, c.want)
		}
	}
}

// Scaling takes the data points as values: they are those of the text, without gaps.
func TestPointsAreThoseOfTheReasonData(t *testing.T) {
	var try func(slots string)
	try = func(slots string) {
		for _, a := range []*cloudwatch.Alarm{alarm(1, 1, ""), alarm(3, 2, "missing"), alarm(3, 3, "breaching"), alarm(2, 0, "ignore")} {
			to, ok := evaluation.Decide(view(a, slots))
			if !ok {
				continue
			}
			var data struct{ RecentDatapoints []*float64 }
			if err := json.Unmarshal([]byte(*to.Data), &data); err != nil {
				t.Fatal(err)
			}
			var want []float64
			for _, p := range data.RecentDatapoints {
				if p != nil {
					want = append(want, *p)
				}
			}
			if !slices.Equal(to.Points, want) {
				t.Errorf("%s of %d: %v, and the text has %v", slots, a.EvaluationPeriods, to.Points, want)
			}
		}
		for next := 0; next < 3 && len(slots) < 7; next++ {
			try(slots + "X0-"[next:next+1])
		}
	}
	try("X")
	try("0")
	try("-")
}

// A percentile of 99 samples keeps the state if it is to be ignored, and one of 100 does not (source: recorded answers).
func TestPercentilesOfFewSamples(t *testing.T) {
	p90, ignores, evaluates := "p90", "ignore", "evaluate"
	for _, c := range []struct {
		samples float64
		low     *string
		ok      bool
	}{{99, &ignores, false}, {100, &ignores, true}, {99, &evaluates, true}, {1, nil, true}} {
		a := alarm(1, 1, "ignore")
		a.Statistic, a.ExtendedStatistic, a.LowSampleCountBehavior = "", &p90, c.low
		v := view(a, "X")
		v.Slots[0].Count = c.samples
		if _, ok := evaluation.Decide(v); ok != c.ok {
			t.Errorf("%v samples: evaluated %t", c.samples, ok)
		}
	}
}

func TestRange(t *testing.T) {
	for period, want := range map[time.Duration]int{10 * time.Second: 9, 20 * time.Second: 6, 30 * time.Second: 5, time.Minute: 5, time.Hour: 5} {
		if got := evaluation.Range(alarm(3, 2, ""), period); got != want {
			t.Errorf("%v: %d; want %d", period, got, want)
		}
	}
}
