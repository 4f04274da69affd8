package cloudwatchlogs

import (
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	logs "github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatchlogs"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatchlogs/pattern"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatchlogs"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatchlogs/types"
)

// PutMetricFilter has events of a group become data of a metric from now on.
func (a *API) PutMetricFilter(ctx context.Context, in *cloudwatchlogs.PutMetricFilterInput) (*cloudwatchlogs.PutMetricFilterOutput, error) {
	if _, err := a.store.Group(awsapi.CallScope(ctx), *in.LogGroupName); err != nil {
		return nil, err
	}
	if _, err := metricPattern(*in.FilterPattern); err != nil {
		return nil, err
	}
	if err := checkTransformation(in); err != nil {
		return nil, err
	}
	return &cloudwatchlogs.PutMetricFilterOutput{}, a.store.PutMetricFilter(logs.MetricFilter{
		Scope: awsapi.CallScope(ctx), Group: *in.LogGroupName, Name: *in.FilterName, Pattern: *in.FilterPattern,
		Transformation: in.MetricTransformations[0], Transformed: in.ApplyOnTransformedLogs, SystemFields: in.EmitSystemFieldDimensions,
		Selection: aws.ToString(in.FieldSelectionCriteria),
	})
}

// DeleteMetricFilter removes a metric filter. Data of its metric stay.
func (a *API) DeleteMetricFilter(ctx context.Context, in *cloudwatchlogs.DeleteMetricFilterInput) (*cloudwatchlogs.DeleteMetricFilterOutput, error) {
	return &cloudwatchlogs.DeleteMetricFilterOutput{}, a.store.DeleteMetricFilter(awsapi.CallScope(ctx), *in.LogGroupName, *in.FilterName)
}

// DescribeMetricFilters lists the filters of a group, or all that make a metric, in order of their groups and names.
func (a *API) DescribeMetricFilters(ctx context.Context, in *cloudwatchlogs.DescribeMetricFiltersInput) (*cloudwatchlogs.DescribeMetricFiltersOutput, error) {
	// Source: recorded answers (LOGS0008). Without any of them all filters of the account are listed.
	// Source: API reference of DescribeMetricFilters.
	ofMetric := in.MetricName != nil || in.MetricNamespace != nil
	if ofMetric && (in.LogGroupName != nil || in.MetricName == nil || in.MetricNamespace == nil) {
		return nil, invalid("Describe Metric Filters request must contain either logGroupName or metricName and metricNamespace")
	}
	filters, err := a.store.MetricFilters(awsapi.CallScope(ctx), aws.ToString(in.LogGroupName))
	if err != nil {
		return nil, err
	}
	after, err := fromToken(in.NextToken)
	if err != nil || in.NextToken != nil && !strings.Contains(after, "\n") { // LOGS0008
		return nil, invalid("Pagination token in request is invalid. Only token from previous list call or null is valid.")
	}
	group, name, _ := strings.Cut(after, "\n")
	out := &cloudwatchlogs.DescribeMetricFiltersOutput{MetricFilters: []types.MetricFilter{}}
	for _, f := range filters {
		t := f.Transformation
		if f.Group < group || f.Group == group && f.Name <= name || !strings.HasPrefix(f.Name, aws.ToString(in.FilterNamePrefix)) ||
			ofMetric && (*t.MetricName != *in.MetricName || *t.MetricNamespace != *in.MetricNamespace) {
			continue
		}
		if n := len(out.MetricFilters); n == limit(in.Limit, 50) {
			last := out.MetricFilters[n-1]
			out.NextToken = toToken(*last.LogGroupName + "\n" + *last.FilterName)
			break
		}
		out.MetricFilters = append(out.MetricFilters, describeMetricFilter(f))
	}
	return out, nil
}

func describeMetricFilter(f *logs.MetricFilter) types.MetricFilter {
	d := types.MetricFilter{
		FilterName: aws.String(f.Name), FilterPattern: aws.String(f.Pattern), LogGroupName: aws.String(f.Group),
		CreationTime: aws.Int64(f.Created.UnixMilli()), MetricTransformations: []types.MetricTransformation{f.Transformation},
		ApplyOnTransformedLogs: f.Transformed, EmitSystemFieldDimensions: slices.Clone(f.SystemFields),
	}
	if f.Selection != "" {
		d.FieldSelectionCriteria = aws.String(f.Selection)
	}
	return d
}

// TestMetricFilter says which messages a pattern matches, and what it takes out of them: of JSON nothing.
// Source: recorded answers (LOGS0007).
func (a *API) TestMetricFilter(_ context.Context, in *cloudwatchlogs.TestMetricFilterInput) (*cloudwatchlogs.TestMetricFilterOutput, error) {
	p, err := metricPattern(*in.FilterPattern)
	if err != nil {
		return nil, err
	}
	out := &cloudwatchlogs.TestMetricFilterOutput{Matches: []types.MetricFilterMatchRecord{}}
	for i, message := range in.LogEventMessages {
		if !p.Match(message) {
			continue
		}
		values := pattern.Extract(p, message).Fields
		if values == nil {
			values = map[string]string{}
		}
		out.Matches = append(out.Matches, types.MetricFilterMatchRecord{EventNumber: int64(i + 1), EventMessage: &message, ExtractedValues: values})
	}
	return out, nil
}
