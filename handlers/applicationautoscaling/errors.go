package applicationautoscaling

import (
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/applicationautoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/sdk/applicationautoscaling/types"
	"github.com/ecs-emulator/ecs-emulator/internal/store"
)

func invalid(format string, args ...any) error {
	return &types.ValidationException{Message: awsapi.Textf(format, args...)}
}

func notFound(format string, args ...any) error {
	return &types.ObjectNotFoundException{Message: awsapi.Textf(format, args...)}
}

func notBuilt(what string) error { return awsapi.NotImplemented("application-autoscaling", what) }

// targetOf returns the target of a resource, or the refusal of what needs one (AAS0001.8).
func targetOf(tx *store.Tx, r applicationautoscaling.Resource) (*applicationautoscaling.Target, error) {
	if t := applicationautoscaling.FindTarget(tx, r); t != nil {
		return t, nil
	}
	return nil, notFound("No scalable target registered for %s", told(r))
}

// told is a resource as AWS tells it in errors.
func told(r applicationautoscaling.Resource) string {
	return "service namespace: " + string(r.Namespace) + ", resource ID: " + r.Resource + ", scalable dimension: " + string(r.Dimension)
}
