package ssm

import (
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ssm/types"
)

// refusal is an error whose text is its member message, in small letters, which is not what
// the SDK's types are called by. Others have it in capitals, or none (SSM0001, SSM0003).
func refusal(code, format string, args ...any) error {
	return awsapi.Errorf(code, format, args...)
}

func invalid(format string, args ...any) error {
	return refusal("ValidationException", format, args...)
}

// notFound has no text (SSM0001).
func notFound() error { return &types.ParameterNotFound{} }

// noVersion is said of a number or a label that no version has. Source: recorded answers.
func noVersion(name, selector string, number bool) error {
	if number {
		return refusal("ParameterVersionNotFound", "Systems Manager could not find version %s of %s. Verify the version and try again.", selector, name)
	}
	return refusal("ParameterVersionNotFound",
		"Systems Manager could not find a version of %s that has the specified label, %s. Verify the parameter label and try again.", name, selector)
}

// hushed is an error of which the log gets another text, because the one for the caller
// tells a value.
type hushed struct {
	error
	logged string
}

func (h hushed) Error() string { return h.logged }

func (h hushed) Unwrap() error { return h.error }
