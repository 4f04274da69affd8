// Package applicationautoscaling has the types of resources of Application Auto Scaling.
package applicationautoscaling

import (
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/handler"
	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/applicationautoscaling/types"
)

// Types are all of this package.
func Types() []*handler.Type { return []*handler.Type{scalableTarget(), scalingPolicy()} }

func operation(name string) apiclient.Operation { return apiclient.Of("application-autoscaling", name) }

// scaled is what is scaled.
type scaled struct {
	resource  string
	dimension types.ScalableDimension
	namespace types.ServiceNamespace
}

// id is a scalable target's: "service/C/S|ecs:service:DesiredCount|ecs". Source: user guide, AWS::ApplicationAutoScaling::ScalableTarget, Ref.
func (s scaled) id() string {
	return s.resource + "|" + string(s.dimension) + "|" + string(s.namespace)
}

func scaledBy(t *handler.Turn) scaled {
	return scaled{t.Text("ResourceId"), types.ScalableDimension(t.Text("ScalableDimension")), types.ServiceNamespace(t.Text("ServiceNamespace"))}
}

// alreadyThere is of a create of what another one has made, which the operations would change.
func alreadyThere(kind, id string) error {
	return handler.Failed(handler.AlreadyExists, "Resource of type '%s' with identifier '%s' already exists.", kind, id)
}
