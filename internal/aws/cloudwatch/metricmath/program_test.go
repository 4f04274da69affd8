package metricmath_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch/metricmath"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatch/types"
)

var begin = time.Date(2026, 9, 14, 1, 8, 0, 0, time.UTC)

// metric is a query of a metric that is not shown.
func metric(id string) types.MetricDataQuery {
	return types.MetricDataQuery{Id: &id, ReturnData: aws.Bool(false), MetricStat: &types.MetricStat{Period: aws.Int32(60), Stat: aws.String("Sum")}}
}

func expression(id, text string) types.MetricDataQuery {
	return types.MetricDataQuery{Id: &id, Expression: &text}
}

// series has a value each minute; "-" is none.
func series(label, values string) metricmath.Series {
	s := metricmath.Series{Label: label}
	for i, text := range strings.Fields(values) {
		var v float64
		if n, _ := fmt.Sscan(text, &v); n == 1 {
			s.Points = append(s.Points, metricmath.Point{At: begin.Add(time.Duration(i) * time.Minute), Value: v})
		}
	}
	return s
}

// show writes a series as series reads it.
func show(s metricmath.Series, minutes int) string {
	texts := strings.Fields(strings.Repeat("- ", minutes))
	for _, p := range s.Points {
		texts[int(p.At.Sub(begin)/time.Minute)] = fmt.Sprintf("%.5g", p.Value)
	}
	return strings.Join(texts, " ")
}

// input is five minutes of some metrics.
func input() metricmath.Input {
	return metricmath.Input{From: begin, To: begin.Add(5 * time.Minute), Series: map[string]metricmath.Series{
		"m": series("Scalar", "4 4 8 16 32"), "gaps": series("Gaps", "1 - 3 - 7"), "errors": series("Errors", "0 1 0 2 -"), "none": {Label: "None"},
	}}
}

func compile(t *testing.T, text string) (*metricmath.Program, error) {
	t.Helper()
	return metricmath.Compile([]types.MetricDataQuery{
		metric("m"), metric("gaps"), metric("errors"), metric("none"), expression("e", text),
	}, metricmath.ForData)
}

// The first five are recorded answers of AWS.
func TestExpressions(t *testing.T) {
	for text, want := range map[string]string{
		"m*2":            "8 8 16 32 64",
		"RUNNING_SUM(m)": "4 8 16 32 64",
		"IF(m>=8,m,0)":   "0 0 8 16 32",
		"SUM([m,m])":     "8 8 16 32 64",
		"FILL(m,0)":      "4 4 8 16 32",

		"m":             "4 4 8 16 32",
		"m + gaps":      "5 - 11 - 39",
		"errors / m":    "0 0.25 0 0.125 -",
		"m / errors":    "- 4 - 8 -",
		"100 * (m - 4)": "0 0 400 1200 2800",
		"-m + 2^3^0":    "-2 -2 -6 -14 -30",
		"0 - m^2":       "-16 -16 -64 -256 -1024",
		"2 - 1 - m":     "-3 -3 -7 -15 -31",
		"m / MAX(m)":    "0.125 0.125 0.25 0.5 1",
		"m - AVG(m)":    "-8.8 -8.8 -4.8 3.2 19.2",
		"m - MIN(gaps)": "3 3 7 15 31",
		"m * STDDEV(m)": "42.211 42.211 84.422 168.84 337.69",
		"m + SUM(gaps)": "15 15 19 27 43",
		"m * AVG(none)": "- - - - -",

		"m > 4 AND m < 32":                      "0 0 1 1 0",
		"m == 4 || m == 32":                     "1 1 0 0 1",
		"m != 4 && 1":                           "0 0 1 1 1",
		"IF(gaps, 5)":                           "5 - 5 - 5",
		"IF(errors, m)":                         "- 4 - 16 -",
		"IF(gaps > 1, 1, errors)":               "0 - 1 - 1",
		"IF(1 < 2, m, gaps)":                    "4 4 8 16 32",
		"IF(1 > 2, m, 7)":                       "7 7 7 7 7",
		"m * IF(1 > 2, 3, 4)":                   "16 16 32 64 128",
		"m * PERIOD(m)":                         "240 240 480 960 1920",
		"ABS(4 - m)":                            "0 0 4 12 28",
		"CEIL(m / 5)":                           "1 1 2 4 7",
		"FLOOR(m / 5)":                          "0 0 1 3 6",
		"DIFF(m)":                               "- 0 4 8 16",
		"DIFF(gaps)":                            "- - 2 - 4",
		"RATE(m) * 60":                          "- 0 4 8 16",
		"RATE(gaps) * 120":                      "- - 2 - 4",
		"FILL(gaps, 0)":                         "1 0 3 0 7",
		"FILL(gaps, -1.5)":                      "1 -1.5 3 -1.5 7",
		"FILL(gaps, REPEAT)":                    "1 1 3 3 7",
		"FILL(gaps, LINEAR)":                    "1 2 3 5 7",
		"FILL(gaps, m)":                         "1 4 3 16 7",
		"FILL(errors, LINEAR)":                  "0 1 0 2 -",
		"FILL(errors, REPEAT)":                  "0 1 0 2 2",
		"FILL(none, 3)":                         "3 3 3 3 3",
		"FILL(none, REPEAT)":                    "- - - - -",
		"SUM([gaps, errors])":                   "1 1 3 2 7",
		"AVG([gaps, errors])":                   "0.5 0.5 1.5 1 3.5",
		"MIN([gaps, errors])":                   "0 1 0 2 7",
		"MAX([gaps, errors, none])":             "1 1 3 2 7",
		"STDDEV([gaps, errors])":                "0.5 0.5 1.5 1 3.5",
		"SUM(METRICS())":                        "5 5 11 18 39",
		`SUM(METRICS("s"))`:                     "1 1 3 2 7",
		`SUM(METRICS('unknown'))`:               "- - - - -",
		"SUM([m, [gaps, errors]] * 2)":          "10 10 22 36 78",
		"MAX(IF([m, gaps] > 3, 1, 0))":          "1 1 1 1 1",
		"MAX(FILL([gaps, errors], 9))":          "1 9 3 9 9",
		"SUM(RUNNING_SUM([gaps, errors]))":      "1 1 5 3 11",
		"MIN([m]) + MAX(ABS(-METRICS()))*0":     "4 4 8 16 32",
		"IF(errors > 0 OR gaps > 2, m, 0 - m)":  "-4 - 8 - -",
		"(errors+0)*1/(m*0+1)":                  "0 1 0 2 -",
		"IF(FILL(errors,0)>0,1,FILL(gaps,0)*2)": "2 1 6 1 14",
	} {
		p, err := compile(t, text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		results, err := p.Evaluate(input())
		if err != nil || len(results) != 1 {
			t.Errorf("%s: %v, %v", text, results, err)
			continue
		}
		if got := show(results[0].Series, 5); got != want || results[0].ID != "e" || results[0].Label != "e" {
			t.Errorf("%s: %s, want %s; %s %s", text, got, want, results[0].ID, results[0].Label)
		}
	}
}

func TestWrongExpressions(t *testing.T) {
	const none = "The return value of the expression must be TimeSeries or Array[TimeSeries]"
	for text, want := range map[string]string{
		"NOT_A_FUNCTION(m)": "Function 'NOT_A_FUNCTION' not found",
		"sum(m)":            "Function 'sum' not found",
		"m_missing+1":       "ID 'm_missing' not found",
		"AVG(m)":            none, "1": none, `"text"`: none, "REPEAT": none, "PERIOD(m)": none, "IF(1,2,3)": none,
		"":                              "Unexpected end of the expression",
		"m +":                           "Unexpected end of the expression",
		"m m":                           "Unexpected 'm' at character 3",
		"m AND":                         "Unexpected end of the expression",
		"(m":                            "Unexpected end of the expression",
		"SUM(m,":                        "Unexpected end of the expression",
		"SUM(m]":                        "Unexpected ']' at character 6",
		"m & 1":                         "Unexpected '&' at character 3",
		"m + 1e999":                     "The number 1e999 is out of range",
		"[m]+[m]":                       "Unsupported operand type(s) for +: '[Array[TimeSeries], Array[TimeSeries]]'",
		"[1]":                           "Unsupported operand type(s) for []: '[Scalar]'",
		"SUM(1)":                        "Unsupported operand type(s) for SUM: '[Scalar]'",
		"SUM(m, m)":                     "Unsupported operand type(s) for SUM: '[TimeSeries, TimeSeries]'",
		"FILL(m)":                       "Unsupported operand type(s) for FILL: '[TimeSeries]'",
		"m + 'x'":                       "Unsupported operand type(s) for +: '[TimeSeries, String]'",
		"METRICS(m)":                    "Unsupported operand type(s) for METRICS: '[TimeSeries]'",
		"RATE(LINEAR)":                  "Unsupported operand type(s) for RATE: '[Option]'",
		"IF([m], [m], 1)":               "Unsupported operand type(s) for IF: '[Array[TimeSeries], Array[TimeSeries], Scalar]'",
		"e":                             "The expression refers to itself",
		strings.Repeat("-", 2047) + "m": "The expression is nested too deeply",
		strings.Repeat("(", 2047) + "m": "The expression is nested too deeply",
	} {
		_, err := compile(t, text)
		var wrong *metricmath.Error
		if !errors.As(err, &wrong) || wrong.Message != "Error in expression 'e': "+want || !wrong.Expression {
			t.Errorf("%.40s: %v, want %s", text, err, want)
		}
	}
	for _, text := range []string{"SEARCH('x', 'Sum', 60)", "m + HOUR(m)", "FIRST(METRICS())", " select AVG(x) from y"} {
		var missing *metricmath.NotBuilt
		if _, err := compile(t, text); !errors.As(err, &missing) {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func TestWrongQueries(t *testing.T) {
	both := metric("b")
	both.Expression = aws.String("1")
	shown := metric("m")
	shown.ReturnData = nil
	many := make([]types.MetricDataQuery, 501)
	for _, test := range []struct {
		use     metricmath.Use
		queries []types.MetricDataQuery
		want    string
	}{
		{metricmath.ForData, []types.MetricDataQuery{metric("Bad")}, "The value for parameter MetricDataQueries.member.1.Id is not matching the expected pattern ^[a-z][a-zA-Z0-9_]*$."},
		{metricmath.ForData, []types.MetricDataQuery{metric("m"), metric("m")}, "The values for parameter id in MetricDataQueries are not unique."},
		{metricmath.ForData, []types.MetricDataQuery{metric("m"), both}, "The parameters MetricDataQueries.member.2.Expression and MetricDataQueries.member.2.MetricStat are mutually exclusive and you have specified both."},
		{metricmath.ForAlarm, []types.MetricDataQuery{both}, "The parameters MetricDataQuery Expression and MetricStat are mutually exclusive and you have specified both."},
		{metricmath.ForAlarm, []types.MetricDataQuery{metric("m")}, "Exactly one element of the metrics list should return data."},
		{metricmath.ForAlarm, []types.MetricDataQuery{shown, expression("e", "m+1")}, "Exactly one element of the metrics list should return data."},
		{metricmath.ForAlarm, []types.MetricDataQuery{metric("m"), expression("e", "AVG(m)")}, "Error in expression 'e': The return value of the expression must be TimeSeries or Array[TimeSeries]"},
		{metricmath.ForAlarm, []types.MetricDataQuery{metric("m"), metric("n"), expression("e", "METRICS()")}, "Error in expression 'e': The expression of an alarm must come to one time series"},
		{metricmath.ForData, []types.MetricDataQuery{expression("a", "b+1"), expression("b", "SUM([a])")}, "Error in expression 'a': The expression refers to itself"},
		{metricmath.ForData, []types.MetricDataQuery{{Id: aws.String("a")}}, "At least one of the parameters MetricDataQueries.member.1.Expression and MetricDataQueries.member.1.MetricStat must be specified."},
		{metricmath.ForData, many, "The collection MetricDataQueries must not have a size greater than 500."},
	} {
		if _, err := metricmath.Compile(test.queries, test.use); err == nil || err.Error() != test.want {
			t.Errorf("%v, want %s", err, test.want)
		}
	}
}

// Expressions refer to each other in any order, to numbers too; arrays have a result for each member.
func TestProgram(t *testing.T) {
	scale := expression("scale", "MAX(m)")
	scale.ReturnData = aws.Bool(false)
	share := expression("share", "[m, gaps] / scale")
	share.Label = aws.String("share of")
	shown := metric("m")
	shown.ReturnData, shown.MetricStat.Period = nil, aws.Int32(300)
	p, err := metricmath.Compile([]types.MetricDataQuery{share, scale, shown, metric("gaps")}, metricmath.ForData)
	if err != nil {
		t.Fatal(err)
	}
	results, err := p.Evaluate(input())
	if err != nil || len(results) != 3 {
		t.Fatal(results, err)
	}
	for i, want := range []string{"share: share of Scalar 0.125 0.125 0.25 0.5 1", "share: share of Gaps 0.03125 - 0.09375 - 0.21875", "m: Scalar 4 4 8 16 32"} {
		if got := fmt.Sprintf("%s: %s %s", results[i].ID, results[i].Label, show(results[i].Series, 5)); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
	if p.Period() != 5*time.Minute || len(p.Metrics()) != 2 || p.Metrics()[1].ID != "gaps" {
		t.Errorf("%v, %v", p.Period(), p.Metrics())
	}
}

func TestPeriodOfAnAlarm(t *testing.T) {
	slow := metric("slow")
	slow.MetricStat.Period = aws.Int32(600)
	given := expression("e", "m + 1")
	given.Period = aws.Int32(10)
	for want, queries := range map[time.Duration][]types.MetricDataQuery{
		time.Minute:      {metric("m"), slow, given},
		10 * time.Minute: {metric("m"), slow, expression("e", "m + slow")},
	} {
		if p, err := metricmath.Compile(queries, metricmath.ForAlarm); err != nil || p.Period() != want {
			t.Errorf("%v, want %v; %v", p.Period(), want, err)
		}
	}
}

// An array that doubles in each expression ends at the most that AWS allows.
func TestArraysDoNotGrow(t *testing.T) {
	queries := []types.MetricDataQuery{metric("e0")}
	for i := range 20 {
		e := expression(fmt.Sprintf("e%d", i+1), fmt.Sprintf("[e%d, e%d]", i, i))
		queries = append(queries, e)
	}
	if _, err := metricmath.Compile(queries, metricmath.ForData); err == nil || !strings.Contains(err.Error(), "more than 500 time series") {
		t.Error(err)
	}
}

func TestTooManyPoints(t *testing.T) {
	p, err := compile(t, "FILL(m, 0)")
	if err != nil {
		t.Fatal(err)
	}
	in := input()
	in.To = in.From.AddDate(20, 0, 0)
	if _, err := p.Evaluate(in); err == nil {
		t.Error("a request for twenty years is answered")
	}
}
