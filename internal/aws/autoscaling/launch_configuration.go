package autoscaling

import (
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// LaunchConfigurations are the launch configurations of accounts and regions, by their names.
var LaunchConfigurations = store.NewScoped("autoscaling-launch-configuration", GroupKey, func(c *LaunchConfiguration) string {
	return GroupKey(c.Scope, *c.Settings.LaunchConfigurationName)
})

// LaunchConfiguration is what instances are launched from. It never changes.
type LaunchConfiguration struct {
	Scope    arn.Scope
	Settings types.LaunchConfiguration // as it is described
}
