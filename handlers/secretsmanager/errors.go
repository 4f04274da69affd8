package secretsmanager

import (
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"
)

func notFound(format string, args ...any) error {
	return &types.ResourceNotFoundException{Message: text(format, args)}
}

func exists(format string, args ...any) error {
	return &types.ResourceExistsException{Message: text(format, args)}
}

func invalidRequest(message string) error {
	return &types.InvalidRequestException{Message: &message}
}

func invalidParameter(format string, args ...any) error {
	return &types.InvalidParameterException{Message: text(format, args)}
}

func text(format string, args []any) *string {
	s := fmt.Sprintf(format, args...)
	return &s
}
