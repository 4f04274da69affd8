// Package cloudwatch makes alarms and dashboards in stacks.
package cloudwatch

import (
	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/handler"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/input"
	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatch"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatch/types"
)

// Types are what stacks can make of the service.
func Types() []*handler.Type { return []*handler.Type{alarm(), compositeAlarm(), dashboard()} }

func operation(name string) apiclient.Operation { return apiclient.Of("monitoring", name) }

func tags(list []handler.Tag) []types.Tag {
	return handler.Tags(list, func(key, value *string) types.Tag { return types.Tag{Key: key, Value: value} })
}

func alarm() *handler.Type {
	put := func(t *handler.Turn, name string, tags []types.Tag) error {
		in := sdk.PutMetricAlarmInput{Tags: tags}
		if err := t.Fill(&in, input.Skipped("Tags")); err != nil {
			return err
		}
		in.AlarmName = &name
		if err := t.Call(operation("PutMetricAlarm"), &in, nil); err != nil {
			return err
		}
		t.ID = name
		return nil
	}
	return anyAlarm("AWS::CloudWatch::Alarm", types.AlarmTypeMetricAlarm, put, "EvaluationCriteria", "EvaluationInterval")
}

func compositeAlarm() *handler.Type {
	put := func(t *handler.Turn, name string, tags []types.Tag) error {
		in := sdk.PutCompositeAlarmInput{Tags: tags}
		if err := t.Fill(&in, input.Skipped("Tags")); err != nil {
			return err
		}
		in.AlarmName = &name
		if err := t.Call(operation("PutCompositeAlarm"), &in, nil); err != nil {
			return err
		}
		t.ID = name
		return nil
	}
	return anyAlarm("AWS::CloudWatch::CompositeAlarm", types.AlarmTypeCompositeAlarm, put)
}

// anyAlarm is what alarms of both kinds have. To put one again is to change it; only a new one takes tags.
func anyAlarm(name string, kind types.AlarmType, put func(*handler.Turn, string, []types.Tag) error, refused ...string) *handler.Type {
	return &handler.Type{
		Name:    name,
		Refused: refused,
		Naming:  handler.Naming{Property: "AlarmName"},
		Puts:    true,
		Find: func(t *handler.Turn) ([]handler.Found, error) {
			id, err := alarmARN(t, t.Name, kind)
			if id == nil || err != nil {
				return nil, err
			}
			var out sdk.ListTagsForResourceOutput
			if err := t.Call(operation("ListTagsForResource"), &sdk.ListTagsForResourceInput{ResourceARN: id}, &out); err != nil {
				return nil, err
			}
			tags := handler.ReadTags(out.Tags, func(tag types.Tag) (key, value *string) { return tag.Key, tag.Value })
			return []handler.Found{{ID: t.Name, Tags: tags}}, nil
		},
		Create: func(t *handler.Turn) error { return put(t, t.Name, tags(t.AllTags())) },
		Read: func(t *handler.Turn) (bool, error) {
			id, err := alarmARN(t, t.ID, kind)
			t.Set("Arn", id)
			return true, err
		},
		Update: func(t *handler.Turn) error { return put(t, t.ID, nil) },
		Delete: func(t *handler.Turn) error {
			return t.Call(operation("DeleteAlarms"), &sdk.DeleteAlarmsInput{AlarmNames: []string{t.ID}}, nil)
		},
		Tagging: &handler.Tagging{
			Tag: func(t *handler.Turn, list []handler.Tag) error {
				return t.Call(operation("TagResource"), &sdk.TagResourceInput{ResourceARN: aws.String(t.Attribute("Arn")), Tags: tags(list)}, nil)
			},
			Untag: func(t *handler.Turn, keys []string) error {
				return t.Call(operation("UntagResource"), &sdk.UntagResourceInput{ResourceARN: aws.String(t.Attribute("Arn")), TagKeys: keys}, nil)
			},
		},
	}
}

// alarmARN is the ARN of an alarm, nil if there is none.
func alarmARN(t *handler.Turn, name string, kind types.AlarmType) (*string, error) {
	var out sdk.DescribeAlarmsOutput
	in := sdk.DescribeAlarmsInput{AlarmNames: []string{name}, AlarmTypes: []types.AlarmType{kind}}
	if err := t.Call(operation("DescribeAlarms"), &in, &out); err != nil {
		return nil, err
	}
	for _, a := range out.MetricAlarms {
		return a.AlarmArn, nil
	}
	for _, a := range out.CompositeAlarms {
		return a.AlarmArn, nil
	}
	return nil, nil
}

func dashboard() *handler.Type {
	put := func(t *handler.Turn, name string) error {
		in := sdk.PutDashboardInput{DashboardName: &name, DashboardBody: aws.String(t.Document("DashboardBody"))}
		if err := t.Call(operation("PutDashboard"), &in, nil); err != nil {
			return err
		}
		t.ID = name
		return nil
	}
	return &handler.Type{
		Name:   "AWS::CloudWatch::Dashboard",
		Naming: handler.Naming{Property: "DashboardName"},
		Puts:   true,
		Find: func(t *handler.Turn) ([]handler.Found, error) {
			err := t.Call(operation("GetDashboard"), &sdk.GetDashboardInput{DashboardName: &t.Name}, nil)
			if handler.IsGone(err) {
				return nil, nil
			}
			if err != nil {
				return nil, err
			}
			return []handler.Found{{ID: t.Name}}, nil
		},
		Create: func(t *handler.Turn) error { return put(t, t.Name) },
		Update: func(t *handler.Turn) error { return put(t, t.ID) },
		Delete: func(t *handler.Turn) error {
			return t.Call(operation("DeleteDashboards"), &sdk.DeleteDashboardsInput{DashboardNames: []string{t.ID}}, nil)
		},
	}
}
