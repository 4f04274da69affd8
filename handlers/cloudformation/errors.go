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

// refusal is an error of a call that a service has refused.
type refusal interface {
	error
	// Refusal is the action, as policies name it, with the code and the text of the answer; empty if the service itself has failed.
	Refusal() (action, code, message string)
}

// ofTemplate is the refusal of a template, of the values of its parameters, or of a call that it takes to know them. Public reports
// have the words about one that policies deny, which name the operation of AWS; about others they are a guess.
func ofTemplate(err error) error {
	var wrong *document.Error
	var refused refusal
	if errors.As(err, &refused) {
		if action, code, message := refused.Refusal(); denied(code) {
			return invalid("AccessDenied. User doesn't have permission to call %s", readTogether(action))
		} else if code != "" {
			return invalid("%s", message)
		}
	}
	switch {
	case !errors.As(err, &wrong):
		return err
	case wrong.NotBuilt:
		return notBuilt(strings.TrimSuffix(wrong.Message, " is not built"))
	default:
		return invalid("%s", wrong.Message)
	}
}

func denied(code string) bool {
	return code == "UnauthorizedOperation" || strings.HasPrefix(code, "AccessDenied")
}

// readTogether is the action that is denied on AWS, which reads parameters of SSM together.
func readTogether(action string) string {
	if action == "ssm:GetParameter" {
		return "ssm:GetParameters"
	}
	return action
}

// changeSetNotFound is the refusal of a change set by its name or ARN (CFN-37).
func changeSetNotFound(nameOrID string) error {
	return &awsapi.Error{Code: "ChangeSetNotFound", Shape: "ChangeSetNotFoundException", Status: http.StatusNotFound, Message: "ChangeSet [" + nameOrID + "] does not exist"}
}
