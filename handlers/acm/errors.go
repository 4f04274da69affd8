package acm

import (
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/acm/types"
)

func notFound(format string, args ...any) error {
	return &types.ResourceNotFoundException{Message: awsapi.Textf(format, args...)}
}

func inUse(format string, args ...any) error {
	return &types.ResourceInUseException{Message: awsapi.Textf(format, args...)}
}

func invalid(format string, args ...any) error {
	return &types.ValidationException{Message: awsapi.Textf(format, args...)}
}

func invalidState(format string, args ...any) error {
	return &types.InvalidStateException{Message: awsapi.Textf(format, args...)}
}

func invalidValidationOption(format string, args ...any) error {
	return &types.InvalidDomainValidationOptionsException{Message: awsapi.Textf(format, args...)}
}
