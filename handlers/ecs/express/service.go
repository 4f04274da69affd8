package express

import (
	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/lazyregexp"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/express"
)

// serviceName is what names consist of. Source: ECS API reference, CreateService.
var serviceName = lazyregexp.New(`^[a-zA-Z0-9_-]{1,255}$`)

// notFound is of a service that is not there, or is none of these services. Its words are those that Terraform looks for (ECS0339).
const notFound = "Resource not found"

// find returns the service of an ARN, in any status, or nil if there is none.
func find(tx *store.Tx, scope arn.Scope, ref *string) (*express.Service, error) {
	id := aws.ToString(ref)
	parsed, ok := arn.Parse(id)
	if !ok || parsed.Type != "service" || len(parsed.Resource) != 2 {
		return nil, kit.InvalidParameter("The Service ARN provided is invalid.")
	}
	if err := kit.CheckRegion(scope, parsed); err != nil {
		return nil, err
	}
	if !scope.Owns(parsed) {
		return nil, nil
	}
	return express.Find(tx, id), nil
}

// findActive returns the service that an update or a deletion is about (ECS0339).
func findActive(tx *store.Tx, scope arn.Scope, ref *string) (*express.Service, error) {
	s, err := find(tx, scope, ref)
	switch {
	case err != nil:
		return nil, err
	case s == nil:
		return nil, kit.InvalidParameter(notFound)
	}
	switch s.Status(tx) {
	case types.ExpressGatewayServiceStatusCodeDraining:
		return nil, notActive("Service is in DRAINING status")
	case types.ExpressGatewayServiceStatusCodeInactive:
		return nil, notActive("Cannot perform this operation on a service in INACTIVE status")
	}
	return s, nil
}

func notActive(message string) error {
	return &types.ServiceNotActiveException{Message: aws.String(message)}
}
