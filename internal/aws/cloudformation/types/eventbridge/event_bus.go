package eventbridge

import (
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/handler"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/input"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/document"
	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/eventbridge"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/eventbridge/types"
)

func bus() *handler.Type {
	return &handler.Type{
		Name:    "AWS::Events::EventBus",
		Refused: []string{"EventSourceName", "KmsKeyIdentifier"},
		Naming:  handler.Naming{Property: "Name"},
		Find: func(t *handler.Turn) ([]handler.Found, error) {
			var out sdk.DescribeEventBusOutput
			err := t.Call(operation("DescribeEventBus"), &sdk.DescribeEventBusInput{Name: &t.Name}, &out)
			if handler.IsGone(err) {
				return nil, nil
			} else if err != nil {
				return nil, err
			}
			return found(t, t.Name, out.Arn)
		},
		Create: func(t *handler.Turn) error {
			in := sdk.CreateEventBusInput{Tags: handler.Tags(t.AllTags(), tag)}
			if err := t.Fill(&in, input.Skipped("Policy"), input.Skipped("Tags")); err != nil {
				return err
			}
			in.Name = &t.Name
			if err := t.Call(operation("CreateEventBus"), &in, nil); err != nil {
				return err
			}
			t.ID = t.Name
			return nil
		},
		Configure: putPolicy,
		Read: func(t *handler.Turn) (bool, error) {
			var out sdk.DescribeEventBusOutput
			if err := t.Call(operation("DescribeEventBus"), &sdk.DescribeEventBusInput{Name: &t.ID}, &out); err != nil {
				return false, err
			}
			t.Set("Arn", out.Arn)
			t.Set("Name", &t.ID)
			t.Set("Policy", aws.String(aws.ToString(out.Policy)))
			return true, nil
		},
		Update: func(t *handler.Turn) error {
			// An empty description is none, and so is a configuration without a queue.
			in := sdk.UpdateEventBusInput{Description: aws.String(""), DeadLetterConfig: &types.DeadLetterConfig{}}
			if err := t.Fill(&in, input.Skipped("Policy"), input.Skipped("Tags")); err != nil {
				return err
			}
			in.Name = &t.ID
			if err := t.Call(operation("UpdateEventBus"), &in, nil); err != nil {
				return err
			}
			return putPolicy(t)
		},
		Delete: func(t *handler.Turn) error {
			return t.Call(operation("DeleteEventBus"), &sdk.DeleteEventBusInput{Name: &t.ID}, nil)
		},
		Busy: func(_ *handler.Turn, e *apiclient.Error) bool {
			return strings.Contains(e.Message, "since it has rules")
		},
		Tagging: tagging(),
	}
}

// putPolicy replaces the whole policy, and removes it where the property has gone.
func putPolicy(t *handler.Turn) error {
	text := jsonOf(t.Properties.Get("Policy"))
	if text == jsonOf(t.Previous.Get("Policy")) {
		return nil
	}
	if text == "" {
		return t.Call(operation("RemovePermission"), &sdk.RemovePermissionInput{EventBusName: &t.ID, RemoveAllPermissions: true}, nil)
	}
	return t.Call(operation("PutPermission"), &sdk.PutPermissionInput{EventBusName: &t.ID, Policy: &text}, nil)
}

// jsonOf is the text of a document that may be written as an object or as text.
func jsonOf(v *document.Value) string {
	switch {
	case v == nil:
		return ""
	case v.Scalar():
		return v.Text
	default:
		return v.TypedJSON()
	}
}
