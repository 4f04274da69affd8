package logs

import (
	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/handler"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/input"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatchlogs"
)

func metricFilter() *handler.Type {
	return &handler.Type{
		Name:   "AWS::Logs::MetricFilter",
		Naming: handler.Naming{Property: "FilterName", Most: 512},
		Puts:   true,
		Find: func(t *handler.Turn) ([]handler.Found, error) {
			var out sdk.DescribeMetricFiltersOutput
			in := sdk.DescribeMetricFiltersInput{LogGroupName: aws.String(t.Text("LogGroupName")), FilterNamePrefix: &t.Name}
			if err := t.Call(operation("DescribeMetricFilters"), &in, &out); err != nil {
				return nil, err
			}
			for _, f := range out.MetricFilters {
				if aws.ToString(f.FilterName) == t.Name {
					return []handler.Found{{ID: t.Name}}, nil
				}
			}
			return nil, nil
		},
		Create: func(t *handler.Turn) error { return putMetricFilter(t, t.Name) },
		Update: func(t *handler.Turn) error { return putMetricFilter(t, t.ID) },
		Delete: func(t *handler.Turn) error {
			in := sdk.DeleteMetricFilterInput{LogGroupName: aws.String(t.Text("LogGroupName")), FilterName: &t.ID}
			return t.Call(operation("DeleteMetricFilter"), &in, nil)
		},
	}
}

func putMetricFilter(t *handler.Turn, name string) error {
	in := sdk.PutMetricFilterInput{}
	if err := t.Fill(&in, input.Skipped("MetricTransformations.Dimensions")); err != nil {
		return err
	}
	in.FilterName = &name
	for i, item := range t.Items("MetricTransformations") {
		for _, d := range handler.PairsOf(item.Get("Dimensions")) {
			if in.MetricTransformations[i].Dimensions == nil {
				in.MetricTransformations[i].Dimensions = map[string]string{}
			}
			in.MetricTransformations[i].Dimensions[d.Key] = d.Value
		}
	}
	if err := t.Call(operation("PutMetricFilter"), &in, nil); err != nil {
		return err
	}
	t.ID = name
	return nil
}
