// Package taskdefinition answers the ECS operations about task definitions.
package taskdefinition

import (
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
)

// API answers these operations.
type API struct {
	kit.Base
	inRegistry func(image string) bool
}

// New makes the operations. Some images may have names at the emulator's own registry.
func New(b kit.Base, inRegistry func(image string) bool) *API {
	return &API{Base: b, inRegistry: inRegistry}
}

func (a *API) Operations() []awsapi.Operation {
	return []awsapi.Operation{
		awsapi.Works("DeleteTaskDefinitions", "revisions go an hour later, once no task and no service refers to them", a.DeleteTaskDefinitions),
		awsapi.Works("DeregisterTaskDefinition", "makes a revision INACTIVE; running tasks and services keep it", a.DeregisterTaskDefinition),
		awsapi.Works("DescribeTaskDefinition", "by family, revision or ARN, in any status; tags where asked for", a.DescribeTaskDefinition),
		awsapi.Works("ListTaskDefinitionFamilies", "by prefix and status, in pages", a.ListTaskDefinitionFamilies),
		awsapi.Works("ListTaskDefinitions", "by family and status, in either order, in pages", a.ListTaskDefinitions),
		awsapi.Works("RegisterTaskDefinition", "all members, with ECS's checks, defaults, compatibilities and required attributes; members that are refused below are so when the definition is used", a.RegisterTaskDefinition),
	}
}
