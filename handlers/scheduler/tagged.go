package scheduler

import (
	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/tagging"
	eventbridgescheduler "github.com/ecs-emulator/ecs-emulator/internal/aws/scheduler"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/scheduler/types"
)

// Tagged are the schedule groups with tags; schedules have none.
func (a *API) Tagged() []tagging.Source {
	return []tagging.Source{tagging.Of("scheduler:schedule-group", eventbridgescheduler.Groups, func(g *eventbridgescheduler.Group) (string, []tagging.Tag) {
		if g.Gone(a.Now()) {
			return "", nil
		}
		return g.ARN(), tagging.List(g.Tags, pair)
	})}
}

func pair(t types.Tag) (key, value string) { return *t.Key, aws.ToString(t.Value) }
