// Package taskset answers the ECS operations about task sets: of services with the deployment controller EXTERNAL by calls of
// users, of those with CODE_DEPLOY by calls of CodeDeploy alone.
package taskset

import (
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/launch"
)

// API answers these operations.
type API struct {
	kit.Base
	launches launch.Rules
}

func New(b kit.Base, launches launch.Rules) *API { return &API{Base: b, launches: launches} }

func (a *API) Operations() []awsapi.Operation {
	return []awsapi.Operation{
		awsapi.Partial("CreateTaskSet", "on Fargate and on container instances, with one target group of an application or network load balancer; its members are below", a.CreateTaskSet),
		awsapi.Works("DeleteTaskSet", "from a scale of 0, or with force; DRAINING until its last task has stopped", a.DeleteTaskSet),
		awsapi.Works("DescribeTaskSets", "by id or ARN; tags where asked for", a.DescribeTaskSets),
		awsapi.Works("UpdateServicePrimaryTaskSet", "the service shows from then on what the task set is made of", a.UpdateServicePrimaryTaskSet),
		awsapi.Works("UpdateTaskSet", "any scale from 0 to 100 percent of the service's desired count", a.UpdateTaskSet),
	}
}
