package cloudformation

import (
	"errors"
	"net/http"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/document"
)

// service is the name in signatures, and of the page that lists what is built.
const service = "cloudformation"

// invalid is most of what CloudFormation refuses (CFN-1). It has no type in the SDK.
func invalid(format string, args ...any) error {
	return awsapi.Errorf("ValidationError", format, args...)
}

// notBuilt is loud about what would have an effect.
func notBuilt(what string) error { return awsapi.NotImplemented(service, what) }

// ofTemplate is the refusal of a template, or of the values of its parameters.
func ofTemplate(err error) error {
	var wrong *document.Error
	switch {
	case !errors.As(err, &wrong):
		return err
	case wrong.NotBuilt:
		return notBuilt(strings.TrimSuffix(wrong.Message, " is not built"))
	default:
		return invalid("%s", wrong.Message)
	}
}

// changeSetNotFound is the refusal of a change set by its name or ARN (CFN-37).
func changeSetNotFound(nameOrID string) error {
	return &awsapi.Error{Code: "ChangeSetNotFound", Shape: "ChangeSetNotFoundException", Status: http.StatusNotFound, Message: "ChangeSet [" + nameOrID + "] does not exist"}
}
