package autoscaling

import (
	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/handler"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/autoscaling"
)

// lifecycleHook has its name for an id, which Ref is. Source: user guide, AWS::AutoScaling::LifecycleHook.
func lifecycleHook() *handler.Type {
	put := func(t *handler.Turn, name string) error {
		var in sdk.PutLifecycleHookInput
		if err := t.Fill(&in); err != nil {
			return err
		}
		in.LifecycleHookName = &name
		return t.Call(operation("PutLifecycleHook"), &in, nil)
	}
	return &handler.Type{
		Name:   "AWS::AutoScaling::LifecycleHook",
		Naming: handler.Naming{Property: "LifecycleHookName"},
		Puts:   true,
		Find: func(t *handler.Turn) (list []handler.Found, err error) {
			var out sdk.DescribeLifecycleHooksOutput
			in := sdk.DescribeLifecycleHooksInput{AutoScalingGroupName: aws.String(t.Text("AutoScalingGroupName")), LifecycleHookNames: []string{t.Name}}
			err = unlessGone(t.Call(operation("DescribeLifecycleHooks"), &in, &out))
			for range out.LifecycleHooks {
				list = append(list, handler.Found{ID: t.Name})
			}
			return list, err
		},
		Create: func(t *handler.Turn) error {
			if err := put(t, t.Name); err != nil {
				return err
			}
			t.ID = t.Name
			return nil
		},
		Update: func(t *handler.Turn) error { return put(t, t.ID) },
		Delete: func(t *handler.Turn) error { return unlessGone(deleteHook(t, t.Text("AutoScalingGroupName"), t.ID)) },
	}
}

func deleteHook(t *handler.Turn, group, name string) error {
	return t.Call(operation("DeleteLifecycleHook"), &sdk.DeleteLifecycleHookInput{AutoScalingGroupName: &group, LifecycleHookName: &name}, nil)
}
