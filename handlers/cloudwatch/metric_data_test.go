package cloudwatch_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
)

// query is one of a metric of the baseline: id name statistic, and the unit if there is one.
func query(text string) types.MetricDataQuery {
	parts := append(strings.Fields(text), "")
	return types.MetricDataQuery{Id: &parts[0], MetricStat: &types.MetricStat{
		Metric: &types.Metric{Namespace: aws.String("Shop"), MetricName: &parts[1]}, Period: aws.Int32(60), Stat: &parts[2], Unit: types.StandardUnit(parts[3]),
	}}
}

func (s *scene) data(queries ...types.MetricDataQuery) *sdk.GetMetricDataInput {
	return &sdk.GetMetricDataInput{MetricDataQueries: queries, StartTime: s.at(0, 0), EndTime: s.at(5, 0)}
}

// toldData is what an answer has of each query: id label status minutes=values.
func toldData(out *sdk.GetMetricDataOutput) string {
	var list []string
	for _, r := range out.MetricDataResults {
		text := fmt.Sprintf("%s %s %s", *r.Id, *r.Label, r.StatusCode)
		for i, v := range r.Values {
			text += fmt.Sprintf(" %s=%g", r.Timestamps[i].Add(15*time.Minute).Format("4:05"), v)
		}
		for _, m := range r.Messages {
			text += " " + *m.Code + ": " + *m.Value
		}
		list = append(list, text)
	}
	return strings.Join(list, "\n")
}

func TestGetMetricData(t *testing.T) {
	inEachProtocol(t, func(s *scene) {
		s.baseline()
		expect := func(in *sdk.GetMetricDataInput, want ...string) *sdk.GetMetricDataOutput {
			t.Helper()
			out := ok(s, s.GetMetricData, in)
			if got := toldData(out); got != strings.Join(want, "\n") {
				t.Errorf("%s\nwant %s", got, strings.Join(want, "\n"))
			}
			return out
		}
		expect(s.data(query("m Scalar Sum")), "m Scalar Complete 4:00=32 3:00=16 2:00=8 1:00=4 0:00=4")
		ascending := s.data(query("m Scalar Sum"))
		ascending.ScanBy, ascending.MaxDatapoints = types.ScanByTimestampAscending, aws.Int32(2)
		for _, want := range []string{"m Scalar PartialData 0:00=4 1:00=4", "m Scalar PartialData 2:00=8 3:00=16", "m Scalar Complete 4:00=32"} {
			ascending.NextToken = expect(ascending, want).NextToken
		}
		if ascending.NextToken != nil {
			t.Errorf("the last page has a token")
		}
		high, standard := query("high High Sum"), query("standard Standard Sum")
		high.MetricStat.Period, standard.MetricStat.Period = aws.Int32(1), aws.Int32(1)
		expect(s.data(high, standard), "high High Complete 1:01=13 1:00=11 0:05=7 0:02=3 0:01=2", "standard Standard Complete 1:00=24 0:00=12")
		expect(s.data(query("all Units Sum"), query("s Units Sum Seconds"), query("ms Units Sum Milliseconds"), query("wrong Units Sum Bytes")),
			"all Units Complete 0:00=1000 MultipleUnits: Multiple units returned: '[Milliseconds, Seconds]'", "s Units Complete 0:00=1", "ms Units Complete 0:00=1000", "wrong Units Complete")
		foreign := query("m Scalar Sum")
		foreign.AccountId = aws.String("111111111111")
		expect(s.data(foreign), "m Scalar Forbidden Forbidden: Access denied when getting data - please check that this account and the requested metric account are linked")
		foreign.AccountId = aws.String("123456789012")
		expect(s.data(foreign), "m Scalar Complete 4:00=32 3:00=16 2:00=8 1:00=4 0:00=4")
		hidden, named := query("h Scalar Sum"), query("n Scalar Maximum")
		hidden.ReturnData, named.Label = aws.Bool(false), aws.String("named")
		expect(s.data(hidden, named, query("a Weighted Sum"), query("b Weighted Maximum")),
			"n named Complete 4:00=32 3:00=16 2:00=8 1:00=4 0:00=2", "a Weighted Sum Complete 0:00=34", "b Weighted Maximum Complete 0:00=10")
	})
}

func TestMathOfGetMetricData(t *testing.T) {
	inEachProtocol(t, func(s *scene) {
		s.baseline()
		expression := func(id, text string) types.MetricDataQuery { return types.MetricDataQuery{Id: &id, Expression: &text} }
		m, double := query("m Scalar Sum"), expression("double", "m*2")
		m.ReturnData, double.Label = aws.Bool(false), aws.String("double")
		in := s.data(m, double, expression("running", "RUNNING_SUM(m)"), expression("conditional", "IF(m>=8,m,0)"), expression("aggregate", "SUM([m,m])"), expression("filled", "FILL(m,0)"))
		in.ScanBy = types.ScanByTimestampAscending
		want := strings.Join([]string{
			"double double Complete 0:00=8 1:00=8 2:00=16 3:00=32 4:00=64", "running running Complete 0:00=4 1:00=8 2:00=16 3:00=32 4:00=64",
			"conditional conditional Complete 0:00=0 1:00=0 2:00=8 3:00=16 4:00=32", "aggregate aggregate Complete 0:00=8 1:00=8 2:00=16 3:00=32 4:00=64",
			"filled filled Complete 0:00=4 1:00=4 2:00=8 3:00=16 4:00=32",
		}, "\n")
		if got := toldData(ok(s, s.GetMetricData, in)); got != want {
			t.Errorf("%s\nwant %s", got, want)
		}
		both := s.data(m, expression("both", "[m,m]"))
		if got, want := toldData(ok(s, s.GetMetricData, both)), "both Scalar Complete 4:00=32 3:00=16 2:00=8 1:00=4 0:00=4"; got != want+"\n"+want {
			t.Errorf("the newest are not first: %s", got)
		}
		refused(s, s.GetMetricData, s.data(expression("bad", "NOT_A_FUNCTION(m)"), query("m Scalar Sum")), "ValidationError",
			"Error in expression 'bad': Function 'NOT_A_FUNCTION' not found")
	})
}

func TestRefusedMetricDataQueries(t *testing.T) {
	inEachProtocol(t, func(s *scene) {
		bad, both, stat := query("Bad Scalar Sum"), query("m Scalar Sum"), query("m Scalar not-a-stat")
		both.Expression = aws.String("1+1")
		const first = "MetricDataQueries.member.1."
		for text, in := range map[string]*sdk.GetMetricDataInput{
			"The values for parameter id in MetricDataQueries are not unique.":                                                       s.data(query("m Scalar Sum"), query("m Weighted Sum")),
			"The value for parameter " + first + "Id is not matching the expected pattern ^[a-z][a-zA-Z0-9_]*$.":                     s.data(bad),
			"The parameters " + first + "Expression and " + first + "MetricStat are mutually exclusive and you have specified both.": s.data(both),
			"The value for parameter " + first + "MetricStat.Stat is not a valid statistic.":                                         s.data(stat),
		} {
			refused(s, s.GetMetricData, in, "ValidationError", text)
		}
		in := s.data(query("m Scalar Sum"))
		in.NextToken = aws.String("invalid-owned-token")
		refused(s, s.GetMetricData, in, "InvalidNextToken", "")
	})
}

func TestListMetrics(t *testing.T) {
	inEachProtocol(t, func(s *scene) {
		s.baseline()
		listed := func(in *sdk.ListMetricsInput) string {
			t.Helper()
			in.Namespace = aws.String("Shop")
			var names []string
			for _, m := range ok(s, s.ListMetrics, in).Metrics {
				names = append(names, fmt.Sprint(*m.MetricName, len(m.Dimensions)))
			}
			return strings.Join(names, " ")
		}
		const all = "DefaultCounts0 Dimensions0 Dimensions1 Dimensions2 Fractional0 General0 High0 Negative0 Scalar0 Standard0 Units0 Weighted0"
		a := types.DimensionFilter{Name: aws.String("A")}
		one := types.DimensionFilter{Name: aws.String("A"), Value: aws.String("one")}
		for _, c := range []struct{ got, want string }{
			{listed(&sdk.ListMetricsInput{}), all},
			{listed(&sdk.ListMetricsInput{RecentlyActive: types.RecentlyActivePt3h}), all},
			{listed(&sdk.ListMetricsInput{Dimensions: []types.DimensionFilter{a}}), "Dimensions1 Dimensions2"},
			{listed(&sdk.ListMetricsInput{Dimensions: []types.DimensionFilter{one}}), "Dimensions1 Dimensions2"},
			{listed(&sdk.ListMetricsInput{Dimensions: []types.DimensionFilter{{Name: aws.String("Z")}}}), ""},
			{listed(&sdk.ListMetricsInput{MetricName: aws.String("High")}), "High0"},
			{listed(&sdk.ListMetricsInput{OwningAccount: aws.String("111111111111"), IncludeLinkedAccounts: aws.Bool(true)}), ""},
		} {
			if c.got != c.want {
				t.Errorf("%s\nwant %s", c.got, c.want)
			}
		}
		refused(s, s.ListMetrics, &sdk.ListMetricsInput{RecentlyActive: "PT1H"}, "InvalidParameterValue", "Request parameter recentlyActive value is invalid")
		refused(s, s.ListMetrics, &sdk.ListMetricsInput{NextToken: aws.String("invalid-owned-token")}, "InvalidParameterValue", "Request parameter NextToken is invalid")
	})
}

// A query without a label gets what tells it from the others. Source: recorded answers.
func TestLabelsOfMetricData(t *testing.T) {
	s := newScene(t, protocols["JSON"])
	for want, queries := range map[string][]string{ // namespace metric statistic period dimensions
		"A":               {"N A p50 60"},
		"A|B":             {"N A SampleCount 60", "N B Sum 60"},
		"A Sum|A Average": {"N A Sum 60", "N A Average 60"},
		"A Sum|A p90|B":   {"N A Sum 60", "N A p90 60", "N B Sum 60"},
		"A|missing":       {"N A Sum 60", "N A Average 60 Probe=missing"},
		"N|O":             {"N A Sum 60", "O A Average 60"},
		"N A|O B":         {"N A Sum 60", "O B Sum 60"},
		"a|b":             {"N A Sum 60 Zone=a Common=same", "N A Sum 60 Zone=b Common=same"},
		"a A|b B":         {"N A Sum 60 Zone=a", "N B Sum 60 Zone=b"},
		"a1 z1|a2 z2":     {"N A Sum 60 Zebra=z1 Alpha=a1", "N A Sum 60 Alpha=a2 Zebra=z2"},
		"A 60|A 120":      {"N A Sum 60", "N A Sum 120"},
	} {
		in := s.data()
		for i, q := range queries {
			parts := strings.Fields(q)
			period, _ := strconv.Atoi(parts[3])
			one := &types.MetricStat{Metric: &types.Metric{Namespace: &parts[0], MetricName: &parts[1]}, Stat: &parts[2], Period: aws.Int32(int32(period))}
			for _, d := range parts[4:] {
				name, value, _ := strings.Cut(d, "=")
				one.Metric.Dimensions = append(one.Metric.Dimensions, types.Dimension{Name: &name, Value: &value})
			}
			in.MetricDataQueries = append(in.MetricDataQueries, types.MetricDataQuery{Id: aws.String(fmt.Sprintf("q%d", i)), MetricStat: one})
		}
		var got []string
		for _, r := range ok(s, s.GetMetricData, in).MetricDataResults {
			got = append(got, *r.Label)
		}
		if strings.Join(got, "|") != want {
			t.Errorf("%q: %q", queries, got)
		}
	}
}
