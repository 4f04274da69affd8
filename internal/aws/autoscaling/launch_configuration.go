package autoscaling

import (
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

var launchConfigurations = store.NewTable("autoscaling-launch-configuration", func(c *LaunchConfiguration) string {
	return GroupKey(c.Scope, *c.Settings.LaunchConfigurationName)
})

// LaunchConfiguration is what instances are launched from. It never changes.
type LaunchConfiguration struct {
	Scope    arn.Scope
	Settings types.LaunchConfiguration // as it is described
}

// FindLaunchConfiguration returns a launch configuration by its name, or nil.
func FindLaunchConfiguration(tx *store.Tx, s arn.Scope, name string) *LaunchConfiguration {
	return launchConfigurations.Get(tx, GroupKey(s, name))
}

// LaunchConfigurations returns those of an account and region, in order of their names.
func LaunchConfigurations(tx *store.Tx, s arn.Scope) []*LaunchConfiguration {
	return launchConfigurations.List(tx, scopeKey(s))
}

func PutLaunchConfiguration(tx *store.Tx, c *LaunchConfiguration) {
	launchConfigurations.Put(tx, c)
}

func DeleteLaunchConfiguration(tx *store.Tx, c *LaunchConfiguration) {
	launchConfigurations.Delete(tx, c)
}
