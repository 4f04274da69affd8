package secretsmanager

import (
	"fmt"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/secretsmanager/types"
)

func notFound(format string, args ...any) error {
	return &types.ResourceNotFoundException{Message: awsapi.Textf(format, args...)}
}

func exists(format string, args ...any) error {
	return &types.ResourceExistsException{Message: awsapi.Textf(format, args...)}
}

func invalidRequest(message string) error {
	return &types.InvalidRequestException{Message: &message}
}

func invalidParameter(format string, args ...any) error {
	return &types.InvalidParameterException{Message: awsapi.Textf(format, args...)}
}

// denied is what requests for a secret of another account get, in which no policy lets them do so.
// That there is no such secret there AWS does not say (SEC0010).
func denied(call awsapi.Call, secretARN string) error {
	action := "secretsmanager:" + call.Operation
	return &awsapi.Error{Code: "AccessDeniedException", Message: fmt.Sprintf(
		"User: %s is not authorized to perform: %s on resource: %s because no resource-based policy allows the %s action", call.Principal(), action, secretARN, action)}
}
