package service

import (
	"strings"

	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch"
)

// deploymentAlarms are the alarms that a request has a service watch; those that are off mean nothing.
type deploymentAlarms struct{ unsaid }

func (deploymentAlarms) names(r Request) (named Named) {
	if c := r.DeploymentConfiguration; c != nil && c.Alarms != nil {
		for _, name := range c.Alarms.AlarmNames {
			named.Resources = append(named.Resources, Resource{Alarm, name})
		}
	}
	return named
}

// resolve looks for the alarms.
//
// Source: ECS API reference, DeploymentAlarms, and ECS developer guide, CloudWatch alarms of deployments:
// they have to be there. The words are not published.
func (deploymentAlarms) resolve(in *resolving) error {
	asked := in.DeploymentConfiguration
	if asked == nil || asked.Alarms == nil || !asked.Alarms.Enable {
		return nil
	}
	if len(asked.Alarms.AlarmNames) == 0 {
		return kit.InvalidParameter("alarmNames can not be empty.")
	}
	var missing []string
	for _, name := range asked.Alarms.AlarmNames {
		if cloudwatch.StandingOf(in.Tx, cloudwatch.AlarmARN(in.Scope, name)) == nil {
			missing = append(missing, name)
		}
	}
	if len(missing) > 0 {
		return kit.InvalidParameter("The following CloudWatch alarms do not exist: " + strings.Join(missing, ", "))
	}
	return nil
}
