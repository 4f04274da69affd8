package ecs

import (
	"slices"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/model"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs"
)

// TargetPrefix is the service in the X-Amz-Target header of ECS requests.
const TargetPrefix = "AmazonEC2ContainerServiceV20141113"

func (a *API) Service() awsapi.Service {
	return awsapi.Service{
		Name: "ecs", ID: sdk.ServiceID, Title: "Amazon ECS",
		Protocol:   awsapi.JSON{TargetPrefix: TargetPrefix, Codec: model.Codec(), Refuse: model.Refuse, Unknown: model.Unknown},
		Operations: slices.Concat(a.built(), notBuiltOperations), Complete: true,
		Access: a.access(), Tags: a.tagsOf,
	}
}

// built is the table of what is built; the other operations of the SDK stand in
// notBuiltOperations. It is written out because reflection over the SDK's client would
// make the linker keep all of it. The tests of this package fail if one of them was not
// called with success, so nothing stands here untried.
func (a *API) built() []awsapi.Operation {
	return slices.Concat(a.clusters.Operations(), a.providers.Operations(), a.instances.Operations(), a.taskDefinitions.Operations(), a.tasks.Operations(), a.services.Operations(), a.taskSets.Operations(), a.express.Operations(), a.daemons.Operations(), []awsapi.Operation{
		awsapi.Partial("ListTagsForResource", "capacity providers, clusters, container instances, daemons and their task definitions, services, task sets, tasks and task definitions; no tags of a gateway", a.ListTagsForResource),
		awsapi.Partial("TagResource", "capacity providers, clusters, container instances, daemons and their task definitions, services, task sets, tasks and task definitions; no tags of a gateway", a.TagResource),
		awsapi.Partial("UntagResource", "capacity providers, clusters, container instances, daemons and their task definitions, services, task sets, tasks and task definitions; no tags of a gateway", a.UntagResource),
	})
}
