package autoscaling

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/handler"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/input"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/autoscaling"
)

// launchConfiguration is replaced by each change.
func launchConfiguration() *handler.Type {
	return &handler.Type{
		Name:    "AWS::AutoScaling::LaunchConfiguration",
		Refused: []string{"ClassicLinkVPCId", "ClassicLinkVPCSecurityGroups", "InstanceId"},
		Naming:  handler.Naming{Property: "LaunchConfigurationName"},
		Find: func(t *handler.Turn) (list []handler.Found, err error) {
			var out sdk.DescribeLaunchConfigurationsOutput
			in := sdk.DescribeLaunchConfigurationsInput{LaunchConfigurationNames: []string{t.Name}}
			err = t.Call(operation("DescribeLaunchConfigurations"), &in, &out)
			for range out.LaunchConfigurations {
				list = append(list, handler.Found{ID: t.Name})
			}
			return list, err
		},
		Create: func(t *handler.Turn) error {
			var in sdk.CreateLaunchConfigurationInput
			if err := t.Fill(&in, input.Skipped("InstanceMonitoring")); err != nil {
				return err
			}
			if on := t.Properties.Get("InstanceMonitoring"); on != nil {
				in.InstanceMonitoring = &types.InstanceMonitoring{Enabled: aws.Bool(on.IsTrue())}
			}
			in.LaunchConfigurationName = &t.Name
			if err := t.Call(operation("CreateLaunchConfiguration"), &in, nil); err != nil {
				return err
			}
			t.ID = t.Name
			return nil
		},
		Delete: func(t *handler.Turn) error {
			in := sdk.DeleteLaunchConfigurationInput{LaunchConfigurationName: &t.ID}
			return unlessGone(t.Call(operation("DeleteLaunchConfiguration"), &in, nil))
		},
	}
}
