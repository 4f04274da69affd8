package cloudwatch

import (
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/tagging"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch"
)

// Tagged are the alarms with tags. Dashboards are of no Region.
func (a *API) Tagged() []tagging.Source {
	return []tagging.Source{
		tagging.Of("cloudwatch:alarm", cloudwatch.Alarms.List, func(a *cloudwatch.Alarm) (string, []tagging.Tag) {
			return a.ARN(), tagsOf(a.Tags)
		}),
		tagging.Of("cloudwatch:alarm", cloudwatch.Composites.List, func(c *cloudwatch.Composite) (string, []tagging.Tag) {
			return c.ARN(), tagsOf(c.Tags)
		}),
	}
}
