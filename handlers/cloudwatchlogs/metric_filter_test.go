package cloudwatchlogs_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"
)

// putFilter puts a metric filter that counts what a pattern matches, unless change says otherwise.
func (s *scene) putFilter(name, pattern string, change func(in *sdk.PutMetricFilterInput, t *types.MetricTransformation)) error {
	in := &sdk.PutMetricFilterInput{
		LogGroupName: aws.String(group), FilterName: &name, FilterPattern: &pattern,
		MetricTransformations: []types.MetricTransformation{{MetricNamespace: aws.String("Shop"), MetricName: aws.String("Errors"), MetricValue: aws.String("1")}},
	}
	if change != nil {
		change(in, &in.MetricTransformations[0])
	}
	_, err := s.PutMetricFilter(s.Context(), in)
	return err
}

func (s *scene) filters(in *sdk.DescribeMetricFiltersInput) (names []string) {
	s.Helper()
	for more := true; more; more = in.NextToken != nil {
		out, err := s.DescribeMetricFilters(s.Context(), in)
		s.must(err)
		for _, f := range out.MetricFilters {
			names = append(names, *f.FilterName)
		}
		in.NextToken = out.NextToken
	}
	return names
}

func TestAMetricFilterIsKept(t *testing.T) {
	s := newScene(t)
	s.must(s.putFilter("errors", "A", nil))
	s.now = start.Add(time.Minute)
	s.must(s.putFilter("errors", "B", func(in *sdk.PutMetricFilterInput, t *types.MetricTransformation) {
		t.MetricValue, t.Unit, t.DefaultValue = aws.String("2"), types.StandardUnitCount, aws.Float64(0)
		in.EmitSystemFieldDimensions, in.FieldSelectionCriteria = []string{"@aws.region"}, aws.String(`@aws.region = "eu-west-1"`)
	}))
	out, err := s.DescribeMetricFilters(t.Context(), &sdk.DescribeMetricFiltersInput{LogGroupName: aws.String(group)})
	s.must(err)
	if len(out.MetricFilters) != 1 {
		t.Fatalf("got %d filters", len(out.MetricFilters))
	}
	f := out.MetricFilters[0]
	of := f.MetricTransformations[0]
	if *f.FilterName != "errors" || *f.FilterPattern != "B" || *f.LogGroupName != group || *f.CreationTime != start.UnixMilli() || f.ApplyOnTransformedLogs ||
		!slices.Equal(f.EmitSystemFieldDimensions, []string{"@aws.region"}) || *f.FieldSelectionCriteria != `@aws.region = "eu-west-1"` ||
		*of.MetricName != "Errors" || *of.MetricNamespace != "Shop" || *of.MetricValue != "2" || of.Unit != types.StandardUnitCount || *of.DefaultValue != 0 {
		t.Errorf("got %+v, %+v", f, of)
	}
	groups, err := s.DescribeLogGroups(t.Context(), &sdk.DescribeLogGroupsInput{})
	s.must(err)
	if n := *groups.LogGroups[0].MetricFilterCount; n != 1 {
		t.Errorf("the group has %d metric filters", n)
	}
	for range 2 {
		_, err = s.DeleteMetricFilter(t.Context(), &sdk.DeleteMetricFilterInput{LogGroupName: aws.String(group), FilterName: aws.String("errors")})
	}
	s.refused(err, "ResourceNotFoundException", "The specified metric filter does not exist.")
	if left := s.filters(&sdk.DescribeMetricFiltersInput{}); left != nil {
		t.Errorf("left are %v", left)
	}
}

func TestMetricFiltersAreFound(t *testing.T) {
	s := newScene(t)
	for _, name := range []string{"b-2", "a-1", "c", "a-2", "b-1"} {
		s.must(s.putFilter(name, "", func(_ *sdk.PutMetricFilterInput, t *types.MetricTransformation) { t.MetricName = aws.String(name[:1]) }))
	}
	for _, c := range []struct {
		in   sdk.DescribeMetricFiltersInput
		want string
	}{
		{sdk.DescribeMetricFiltersInput{LogGroupName: aws.String(group), Limit: aws.Int32(2)}, "a-1 a-2 b-1 b-2 c"},
		{sdk.DescribeMetricFiltersInput{LogGroupName: aws.String(group), FilterNamePrefix: aws.String("a-"), Limit: aws.Int32(1)}, "a-1 a-2"},
		{sdk.DescribeMetricFiltersInput{MetricName: aws.String("b"), MetricNamespace: aws.String("Shop")}, "b-1 b-2"},
		{sdk.DescribeMetricFiltersInput{}, "a-1 a-2 b-1 b-2 c"},
	} {
		if got := strings.Join(s.filters(&c.in), " "); got != c.want {
			t.Errorf("got %s, want %s", got, c.want)
		}
	}
	const either = "Describe Metric Filters request must contain either logGroupName or metricName and metricNamespace"
	for _, in := range []sdk.DescribeMetricFiltersInput{
		{LogGroupName: aws.String(group), MetricName: aws.String("a")}, {MetricNamespace: aws.String("Shop")},
		{LogGroupName: aws.String(group), MetricName: aws.String("a"), MetricNamespace: aws.String("Shop")},
	} {
		_, err := s.DescribeMetricFilters(t.Context(), &in)
		s.refused(err, "InvalidParameterException", either)
	}
	_, err := s.DescribeMetricFilters(t.Context(), &sdk.DescribeMetricFiltersInput{LogGroupName: aws.String(group), NextToken: aws.String("invalid")})
	s.refused(err, "InvalidParameterException", "Pagination token in request is invalid. Only token from previous list call or null is valid.")
}

func TestRefusedMetricFilters(t *testing.T) {
	s := newScene(t)
	for _, c := range []struct {
		pattern, text string
		change        func(in *sdk.PutMetricFilterInput, t *types.MetricTransformation)
	}{
		{"{ $.broken = }", "Invalid metric filter pattern", nil},
		{"{ $.a = %a% && $.b = %b% && $.c = %c% }", "Your input has exceeded the maximum of 2 regular expressions per filter pattern.", nil},
		{"", "1 validation error detected: Value at 'metricTransformations' failed to satisfy constraint: Member must have length less than or equal to 1",
			func(in *sdk.PutMetricFilterInput, t *types.MetricTransformation) {
				in.MetricTransformations = append(in.MetricTransformations, *t)
			}},
		{"", "Invalid metric transformation: metric value not-a-number must be a valid number",
			func(_ *sdk.PutMetricFilterInput, t *types.MetricTransformation) {
				t.MetricValue = aws.String("not-a-number")
			}},
		{"", "Invalid metric transformation: metric value $.items[*].value must be a valid number",
			func(_ *sdk.PutMetricFilterInput, t *types.MetricTransformation) {
				t.MetricValue = aws.String("$.items[*].value")
			}},
		{"{ $.a = 1 }", "Invalid metric transformation: dimensions and default value are mutually exclusive properties",
			func(_ *sdk.PutMetricFilterInput, t *types.MetricTransformation) {
				t.Dimensions, t.DefaultValue = map[string]string{"A": "$.a"}, aws.Float64(0)
			}},
		{"{ $.a = 1 }", "Invalid metric transformation: dimension value must be valid selector",
			func(_ *sdk.PutMetricFilterInput, t *types.MetricTransformation) {
				t.Dimensions = map[string]string{"A": "literal"}
			}},
		{"{ $.a = 1 }", "Invalid metric transformation: dimension value must be valid selector",
			func(_ *sdk.PutMetricFilterInput, t *types.MetricTransformation) {
				t.Dimensions = map[string]string{"A": "$.items[*].bucket"}
			}},
		{"{ $.a = 1 }", "Number of dimensions exceeds the maximum number of dimensions supported per metric filter",
			func(_ *sdk.PutMetricFilterInput, t *types.MetricTransformation) {
				t.Dimensions = map[string]string{"A": "$.a", "B": "$.a", "C": "$.a", "D": "$.a"}
			}},
		{"{ $.a = 1 }", "Number of dimensions exceeds the maximum number of dimensions supported per metric filter",
			func(in *sdk.PutMetricFilterInput, t *types.MetricTransformation) {
				in.EmitSystemFieldDimensions = []string{"@aws.account"}
				t.Dimensions = map[string]string{"A": "$.a", "B": "$.a", "C": "$.a"}
			}},
		{"", "The provided system fields are invalid. The supported system fields are - [@aws.region, @aws.account, @source.log]",
			func(in *sdk.PutMetricFilterInput, _ *types.MetricTransformation) {
				in.EmitSystemFieldDimensions = []string{"@aws.nope"}
			}},
		{"", "The provided field selection criteria is invalid",
			func(in *sdk.PutMetricFilterInput, _ *types.MetricTransformation) {
				in.FieldSelectionCriteria = aws.String("nonsense")
			}},
	} {
		s.refused(s.putFilter("refused", c.pattern, c.change), "InvalidParameterException", c.text)
	}
	missing := func(in *sdk.PutMetricFilterInput, _ *types.MetricTransformation) {
		in.LogGroupName = aws.String("missing")
	}
	s.refused(s.putFilter("refused", "", missing), "ResourceNotFoundException", "The specified log group does not exist.")
	_, err := s.DescribeMetricFilters(t.Context(), &sdk.DescribeMetricFiltersInput{LogGroupName: aws.String("missing")})
	s.refused(err, "ResourceNotFoundException", "The specified log group does not exist.")
	_, err = s.DeleteMetricFilter(t.Context(), &sdk.DeleteMetricFilterInput{LogGroupName: aws.String("missing"), FilterName: aws.String("f")})
	s.refused(err, "ResourceNotFoundException", "The specified log group does not exist.")
	if left := s.filters(&sdk.DescribeMetricFiltersInput{}); left != nil {
		t.Errorf("left are %v", left)
	}
}

// A group has five filters with regular expressions, however many each has, and 100 in all.
func TestLimitsOfMetricFilters(t *testing.T) {
	s := newScene(t)
	s.must(s.putFilter("two", "{ $.a = %a% && $.b = %b% }", nil))
	for i := range 4 {
		s.must(s.putFilter(fmt.Sprint(i), "%x%", nil))
	}
	s.refused(s.putFilter("4", "%x%", nil), "LimitExceededException", "Resource limit exceeded.")
	s.must(s.putFilter("1", "%replaced%", nil))
	for i := range 95 {
		s.must(s.putFilter(fmt.Sprint("plain-", i), "x", nil))
	}
	s.refused(s.putFilter("plain-95", "x", nil), "LimitExceededException", "Resource limit exceeded.")
}

func TestTestMetricFilter(t *testing.T) {
	s := newScene(t)
	for _, c := range []struct {
		pattern, message string
		want             map[string]string
	}{
		{"ERROR", "ERROR 1", map[string]string{}},
		{`{ $.kind = * && $.value = * }`, `{"kind":"bad","value":"banana"}`, map[string]string{}},
		{`[kind = "SPACE", value, bucket]`, `SPACE "17.5" A`, map[string]string{"$kind": "SPACE", "$value": "17.5", "$bucket": "A"}},
		{`[..., request = *.html*, status = 4*, bytes]`, `127.0.0.1 - frank [10/Oct/2000:13:25:15 -0700] "GET /index.html HTTP/1.0" 404 1534`, map[string]string{
			"$1": "127.0.0.1", "$2": "-", "$3": "frank", "$4": "10/Oct/2000:13:25:15 -0700", "$request": "GET /index.html HTTP/1.0", "$status": "404", "$bytes": "1534",
		}},
	} {
		out, err := s.TestMetricFilter(t.Context(), &sdk.TestMetricFilterInput{FilterPattern: &c.pattern, LogEventMessages: []string{"other", c.message}})
		s.must(err)
		if len(out.Matches) != 1 || out.Matches[0].EventNumber != 2 || *out.Matches[0].EventMessage != c.message || !maps.Equal(out.Matches[0].ExtractedValues, c.want) {
			t.Errorf("%s: got %+v", c.pattern, out.Matches)
		}
	}
}
