package iam

import (
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
)

// statuses are the statuses of the model that are not 400. Source: IAM API reference.
var statuses = map[string]int{
	"NoSuchEntity": 404, "EntityAlreadyExists": 409, "DeleteConflict": 409, "LimitExceeded": 409,
}

func noSuchEntity(format string, args ...any) error {
	return &types.NoSuchEntityException{Message: awsapi.Textf(format, args...)}
}

func alreadyExists(format string, args ...any) error {
	return &types.EntityAlreadyExistsException{Message: awsapi.Textf(format, args...)}
}

func deleteConflict(message string) error {
	return &types.DeleteConflictException{Message: &message}
}

func limitExceeded(format string, args ...any) error {
	return &types.LimitExceededException{Message: awsapi.Textf(format, args...)}
}

func invalidInput(format string, args ...any) error {
	return &types.InvalidInputException{Message: awsapi.Textf(format, args...)}
}

func malformedPolicy(why string) error {
	return &types.MalformedPolicyDocumentException{Message: &why}
}

// protected refuses to change a role of a service. Source: field reports.
func protected(name string) error {
	return &types.UnmodifiableEntityException{
		Message: awsapi.Textf("Cannot perform the operation on the protected role '%s' - this role is only modifiable by AWS", name),
	}
}

// validationError has no type in the SDK.
func validationError(format string, args ...any) error {
	return awsapi.Errorf("ValidationError", format, args...)
}
