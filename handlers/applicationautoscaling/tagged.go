package applicationautoscaling

import (
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/tagging"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/applicationautoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/applicationautoscaling/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// Tagged are the scalable targets with tags.
func (a *API) Tagged() []tagging.Source {
	targets := func(tx *store.Tx, scope arn.Scope) []*applicationautoscaling.Target {
		return applicationautoscaling.TargetsIn(tx, scope, types.ServiceNamespaceEcs)
	}
	return []tagging.Source{tagging.Of("application-autoscaling:scalable-target", targets, func(t *applicationautoscaling.Target) (string, []tagging.Tag) {
		return t.ARN(), tagging.Map(t.Tags)
	})}
}
