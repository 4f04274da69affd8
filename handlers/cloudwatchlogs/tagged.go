package cloudwatchlogs

import (
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/tagging"
	logs "github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatchlogs"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// Tagged are the log groups with tags, which are kept beside the store.
func (a *API) Tagged() []tagging.Source {
	groups := func(_ *store.Tx, scope arn.Scope) []logs.Group {
		groups, _ := a.store.Groups(scope, "")
		return groups
	}
	return []tagging.Source{tagging.Of("logs:log-group", groups, func(g logs.Group) (string, []tagging.Tag) { return g.ARN(), tagging.Map(g.Tags) })}
}
