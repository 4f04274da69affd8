package acm

import (
	"fmt"

	"github.com/ecs-emulator/ecs-emulator/internal/sdk/acm/types"
)

func notFound(format string, args ...any) error {
	return &types.ResourceNotFoundException{Message: text(format, args)}
}

func inUse(format string, args ...any) error {
	return &types.ResourceInUseException{Message: text(format, args)}
}

func invalid(format string, args ...any) error {
	return &types.ValidationException{Message: text(format, args)}
}

func invalidState(format string, args ...any) error {
	return &types.InvalidStateException{Message: text(format, args)}
}

func invalidValidationOption(format string, args ...any) error {
	return &types.InvalidDomainValidationOptionsException{Message: text(format, args)}
}

func text(format string, args []any) *string {
	s := fmt.Sprintf(format, args...)
	return &s
}
