package service

import (
	"strings"

	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
)

// checkAlarms looks for the alarms that a request has a service watch; those that are off mean nothing.
// Source: ECS API reference, DeploymentAlarms, and ECS developer guide, CloudWatch alarms of deployments:
// they have to be there. The words are not published.
func checkAlarms(c kit.InCluster, asked *types.DeploymentConfiguration) error {
	if asked == nil || asked.Alarms == nil || !asked.Alarms.Enable {
		return nil
	}
	if len(asked.Alarms.AlarmNames) == 0 {
		return kit.InvalidParameter("alarmNames can not be empty.")
	}
	var missing []string
	for _, name := range asked.Alarms.AlarmNames {
		if _, found := cloudwatch.StandingOf(c.Tx, cloudwatch.AlarmARN(c.Scope, name)); !found {
			missing = append(missing, name)
		}
	}
	if len(missing) > 0 {
		return kit.InvalidParameter("The following CloudWatch alarms do not exist: " + strings.Join(missing, ", "))
	}
	return nil
}
