package applicationautoscaling

import (
	"fmt"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/applicationautoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/applicationautoscaling/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

func invalid(format string, args ...any) error {
	return &types.ValidationException{Message: awsapi.Textf(format, args...)}
}

func notFound(format string, args ...any) error {
	return &types.ObjectNotFoundException{Message: awsapi.Textf(format, args...)}
}

// Quotas of a target and of a policy of step scaling. AWS raises the last one on request, but not the others. Its quota of
// 3,000 targets of ECS is not here. Source: Application Auto Scaling user guide, "Quotas for Application Auto Scaling"
// (docs.aws.amazon.com/autoscaling/application/userguide/application-auto-scaling-quotas.html).
const (
	mostPolicies         = 50
	mostScheduledActions = 200
	mostStepAdjustments  = 20
)

// tooMany refuses what is beyond a quota. The code is the API reference's. AWS says these words about step adjustments
// (issue 26215 of aws-cdk); those about policies and scheduled actions have not been seen.
func tooMany(what string, most int, of string) error {
	return &awsapi.Error{Code: "LimitExceededException", Message: fmt.Sprintf("There can be at most %d %s per %s", most, what, of), Capital: true}
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
