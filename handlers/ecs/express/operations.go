// Package express answers the ECS operations about Express gateway services. They write what is asked; the controller in
// internal/ecs/express makes it, by the calls that a user would make.
package express

import (
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/launch"
)

// API answers these operations.
type API struct {
	kit.Base
	launches launch.Rules
	// inRegistry reports whether an image has a name at the emulator's own registry. Nil: none has.
	inRegistry func(image string) bool
}

func New(b kit.Base, launches launch.Rules, inRegistry func(image string) bool) *API {
	return &API{Base: b, launches: launches, inRegistry: inRegistry}
}

func (a *API) Operations() []awsapi.Operation {
	return []awsapi.Operation{
		awsapi.Works("CreateExpressGatewayService", "all that it makes is made by public operations, as the infrastructure role where its managed policy lets it", a.CreateExpressGatewayService),
		awsapi.Works("DeleteExpressGatewayService", "DRAINING, then INACTIVE for an hour; the cluster, the log group and the task definitions stay", a.DeleteExpressGatewayService),
		awsapi.Works("DescribeExpressGatewayService", "tags where asked for", a.DescribeExpressGatewayService),
		awsapi.Works("UpdateExpressGatewayService", "always a service deployment; the subnets stay as they are", a.UpdateExpressGatewayService),
	}
}
