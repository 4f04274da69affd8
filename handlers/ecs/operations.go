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
		Operations: a.built(), Complete: true,
		Access: a.access(), Tags: a.tagsOf,
	}
}

// built is the table of what is built, which is all operations of the SDK. It is written out because reflection over the SDK's client would
// make the linker keep all of it. The tests of this package fail if one of them was not
// called with success, so nothing stands here untried.
func (a *API) built() []awsapi.Operation {
	return slices.Concat(a.clusters.Operations(), a.providers.Operations(), a.instances.Operations(), a.taskDefinitions.Operations(), a.tasks.Operations(), a.services.Operations(), a.taskSets.Operations(), a.express.Operations(), a.daemons.Operations(), a.gateways.Operations(), []awsapi.Operation{
		awsapi.Works("ListTagsForResource", "capacity providers, clusters, container instances, daemons and their task definitions, gateways, services, task sets, tasks and task definitions", a.ListTagsForResource),
		awsapi.Works("TagResource", "capacity providers, clusters, container instances, daemons and their task definitions, gateways, services, task sets, tasks and task definitions", a.TagResource),
		awsapi.Works("UntagResource", "capacity providers, clusters, container instances, daemons and their task definitions, gateways, services, task sets, tasks and task definitions", a.UntagResource),
	})
}
