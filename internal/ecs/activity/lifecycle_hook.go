package activity

import (
	"fmt"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// LifecycleHook says which status a lifecycle hook has come to. It has the whole id:
// ContinueServiceDeployment asks for it.
func LifecycleHook(c *state.HookChange, at time.Time) []Line {
	text := fmt.Sprintf("hook %s of service:%s%s is %s at %s", c.HookID, arn.Name(c.ServiceARN), inCluster(c.ServiceARN), c.Status, c.Stage)
	return []Line{{At: at, Tone: toneOfHook(c.Status), Text: text}}
}

func toneOfHook(status types.DeploymentLifecycleHookStatus) Tone {
	switch status {
	case types.DeploymentLifecycleHookStatusInProgress:
		return Passing
	case types.DeploymentLifecycleHookStatusSucceeded:
		return Good
	case types.DeploymentLifecycleHookStatusFailed:
		return Bad
	case types.DeploymentLifecycleHookStatusTimedOut:
		return Warning
	}
	return Plain
}
