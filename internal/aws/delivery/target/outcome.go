package target

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/delivery"
	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
)

// Values of ERROR_CODE. Source: EventBridge user guide, dead-letter queues; recorded answers.
const (
	codeNotAssumed    = "FAILED_TO_ASSUME_ROLE"
	codeNoPermissions = "NO_PERMISSIONS"
	codeNoResource    = "NO_RESOURCE"
	codeInvalidJSON   = "INVALID_JSON"
	codeInvalid       = "INVALID_PARAMETER"
	codeLimit         = "RESOURCE_LIMIT_EXCEEDED"
	codeThrottled     = "THROTTLING"
	codeInternal      = "INTERNAL_ERROR"
	codeClient        = "SDK_CLIENT_ERROR"
	codeNoClient      = "CONNECTION_FAILURE"
)

var sent = delivery.Outcome{Result: delivery.Sent}

func retry(code, message string) delivery.Outcome {
	return delivery.Outcome{Result: delivery.Retry, Code: code, Message: message}
}

func final(code, message string) delivery.Outcome {
	return delivery.Outcome{Result: delivery.Final, Code: code, Message: message}
}

// failed is what becomes of a call with an error of the client's, or with none. Permissions, resources that are not
// there, and parameters are final. Source: EventBridge user guide, retry policies; recorded answers.
func failed(err error, service string) delivery.Outcome {
	var refused *apiclient.Error
	switch {
	case err == nil:
		return sent
	case !errors.As(err, &refused):
		return retry(codeClient, err.Error())
	}
	return refusal(refused, service)
}

// refusal is what becomes of a call that a service has refused.
func refusal(e *apiclient.Error, service string) delivery.Outcome {
	message := fmt.Sprintf("%s (Service: %s; Status Code: %d; Error Code: %s; Request ID: %s; Proxy: null)",
		e.Message, service, e.Status, e.Code, e.RequestID)
	has := func(parts ...string) bool {
		return slices.ContainsFunc(parts, func(p string) bool { return strings.Contains(e.Code, p) })
	}
	switch {
	case e.Status == http.StatusTooManyRequests, has("Throttl", "TooManyRequests", "RequestLimitExceeded"):
		return retry(codeThrottled, message)
	case e.Status >= http.StatusInternalServerError, e.Code == "ServerException":
		return retry(codeInternal, message)
	case has("AccessDenied", "Unauthorized", "AuthorizationError", "NotAuthorized", "AccessForbidden"):
		return final(codeNoPermissions, message) // ECS0216
	case has("NotFound", "DoesNotExist", "NonExistent", "NoSuch"):
		return final(codeNoResource, message)
	case has("LimitExceeded"):
		return retry(codeLimit, message)
	}
	return final(codeInvalid, message)
}

// notAssumed is AWS's text for a role that a service cannot assume (EVB0022.1).
func notAssumed(service, role string) string {
	return fmt.Sprintf("User: %s is not authorized to perform: sts:AssumeRole on resource: %s "+
		"(Service: AWSSecurityTokenService; Status Code: 403; Error Code: AccessDenied; Request ID: %s; Proxy: null)", service, role, arn.NewUUID())
}

// sessionName is the name of the session in which a role acts: 32 digits of hexadecimal, on AWS any.
// Source: recorded answers.
func sessionName(id string) string { return strings.ReplaceAll(id, "-", "") }
