package kit

import (
	"errors"
	"fmt"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
)

// Refuse is an error with a code of EC2.
func Refuse(code, format string, args ...any) error {
	return &awsapi.Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

// Answered is an error of the rules of EC2 as the API answers it.
func Answered(err error) error {
	var refused *ec2.Error
	if errors.As(err, &refused) {
		return &awsapi.Error{Code: refused.Code, Message: refused.Message}
	}
	return err
}

// MissingParameter refuses a request without a required member. Source of the text: field reports.
func MissingParameter(parameter string) error {
	return Refuse("MissingParameter", "The request must contain the parameter %s", parameter)
}

// NotBuilt refuses a part of an operation by name.
func NotBuilt(operation, what string) error {
	return Refuse("UnsupportedOperation", "ecs-emulator does not support %s of %s", what, operation)
}

// InUse refuses to delete what something else needs. Source: recorded answers (EC20010).
func InUse(noun, id string) error {
	return Refuse("DependencyViolation", "The %s '%s' has dependencies and cannot be deleted.", noun, id)
}
