// Package scheduler has the types of resources of EventBridge Scheduler.
package scheduler

import (
	"cmp"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/handler"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/input"
	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/scheduler"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/scheduler/types"
)

// Types are all of this package.
func Types() []*handler.Type { return []*handler.Type{schedule(), group()} }

func operation(name string) apiclient.Operation { return apiclient.Of("scheduler", name) }

// schedule is made with a client token besides its name, so that a create that is repeated does not meet its own schedule.
func schedule() *handler.Type {
	return &handler.Type{
		Name:   "AWS::Scheduler::Schedule",
		Naming: handler.Naming{Property: "Name", Most: 64},
		Find: func(t *handler.Turn) ([]handler.Found, error) {
			err := t.Call(operation("GetSchedule"), &sdk.GetScheduleInput{Name: &t.Name, GroupName: groupOf(t)}, nil)
			if handler.IsGone(err) {
				return nil, nil
			} else if err != nil {
				return nil, err
			}
			return []handler.Found{{ID: t.Name}}, nil
		},
		Create: func(t *handler.Turn) error {
			in := sdk.CreateScheduleInput{ClientToken: t.Token()}
			if err := t.Fill(&in); err != nil {
				return err
			}
			in.Name = &t.Name
			if err := t.Call(operation("CreateSchedule"), &in, nil); err != nil {
				return err
			}
			t.ID = t.Name
			return nil
		},
		Read: func(t *handler.Turn) (bool, error) {
			var out sdk.GetScheduleOutput
			if err := t.Call(operation("GetSchedule"), &sdk.GetScheduleInput{Name: &t.ID, GroupName: groupOf(t)}, &out); err != nil {
				return false, err
			}
			t.Set("Arn", out.Arn)
			return true, nil
		},
		Update: func(t *handler.Turn) error { // all of it: what a request leaves out is as in a new one
			if t.Changed("GroupName") && cmp.Or(t.Text("GroupName"), "default") != cmp.Or(t.Previous.TextOf("GroupName"), "default") {
				return handler.Failed(handler.NotUpdatable, "A schedule cannot go to another group") // a guess
			}
			var in sdk.UpdateScheduleInput
			if err := t.Fill(&in); err != nil {
				return err
			}
			in.Name = &t.ID
			return t.Call(operation("UpdateSchedule"), &in, nil)
		},
		Delete: func(t *handler.Turn) error {
			return t.Call(operation("DeleteSchedule"), &sdk.DeleteScheduleInput{Name: &t.ID, GroupName: groupOf(t)}, nil)
		},
	}
}

// groupOf is the schedule's group, nil for the default one.
func groupOf(t *handler.Turn) *string {
	if name := t.Text("GroupName"); name != "" {
		return &name
	}
	return nil
}

func group() *handler.Type {
	return &handler.Type{
		Name:   "AWS::Scheduler::ScheduleGroup",
		Naming: handler.Naming{Property: "Name", Most: 64},
		Find:   findGroup,
		Create: func(t *handler.Turn) error {
			in := sdk.CreateScheduleGroupInput{Name: &t.Name, ClientToken: t.Token(), Tags: handler.Tags(t.AllTags(), tag)}
			if err := t.Fill(&in, input.Skipped("Name"), input.Skipped("Tags")); err != nil {
				return err
			}
			if err := t.Call(operation("CreateScheduleGroup"), &in, nil); err != nil {
				return err
			}
			t.ID = t.Name
			return nil
		},
		Read: func(t *handler.Turn) (bool, error) {
			out, err := groupNow(t, t.ID)
			if err != nil {
				return false, err
			}
			t.Set("Arn", out.Arn)
			t.Set("State", aws.String(string(out.State)))
			t.Set("CreationDate", date(out.CreationDate))
			t.Set("LastModificationDate", date(out.LastModificationDate))
			return true, nil
		},
		Delete: func(t *handler.Turn) error {
			err := t.Call(operation("DeleteScheduleGroup"), &sdk.DeleteScheduleGroupInput{Name: &t.ID}, nil)
			if err == nil {
				return nil
			}
			if g, reading := groupNow(t, t.ID); reading == nil && g.State == types.ScheduleGroupStateDeleting {
				return nil // a second request is refused
			}
			return err
		},
		Gone: func(t *handler.Turn) (bool, error) {
			_, err := groupNow(t, t.ID)
			return false, err
		},
		Tagging: &handler.Tagging{
			Tag: func(t *handler.Turn, list []handler.Tag) error {
				in := sdk.TagResourceInput{ResourceArn: aws.String(t.Attribute("Arn")), Tags: handler.Tags(list, tag)}
				return t.Call(operation("TagResource"), &in, nil)
			},
			Untag: func(t *handler.Turn, keys []string) error {
				return t.Call(operation("UntagResource"), &sdk.UntagResourceInput{ResourceArn: aws.String(t.Attribute("Arn")), TagKeys: keys}, nil)
			},
		},
	}
}

func findGroup(t *handler.Turn) ([]handler.Found, error) {
	g, err := groupNow(t, t.Name)
	if handler.IsGone(err) {
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	var out sdk.ListTagsForResourceOutput
	if err := t.Call(operation("ListTagsForResource"), &sdk.ListTagsForResourceInput{ResourceArn: g.Arn}, &out); err != nil {
		return nil, err
	}
	tags := handler.ReadTags(out.Tags, func(v types.Tag) (key, value *string) { return v.Key, v.Value })
	return []handler.Found{{ID: t.Name, Tags: tags}}, nil
}

func groupNow(t *handler.Turn, name string) (*sdk.GetScheduleGroupOutput, error) {
	var out sdk.GetScheduleGroupOutput
	err := t.Call(operation("GetScheduleGroup"), &sdk.GetScheduleGroupInput{Name: &name}, &out)
	return &out, err
}

func tag(key, value *string) types.Tag { return types.Tag{Key: key, Value: value} }

func date(at *time.Time) *string {
	if at == nil {
		return nil
	}
	return aws.String(at.UTC().Format(time.RFC3339))
}
