package handler

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient"
)

func (f *Failure) Error() string { return f.Message }

// Failed is a failure that a handler says itself.
func Failed(code Code, format string, args ...any) error {
	return &Failure{code, returned(fmt.Sprintf(format, args...))}
}

func returned(text string) string { return `Resource handler returned message: "` + text + `"` }

// FailureOf is the failure that an error is (CFN-107).
func FailureOf(err error) *Failure {
	if own, is := errors.AsType[*Failure](err); is {
		return own
	}
	refusal, is := errors.AsType[*apiclient.Error](err)
	if !is {
		return &Failure{GeneralServiceException, returned(err.Error())}
	}
	return &Failure{codeOf(refusal), returned(fmt.Sprintf("%s (Service: %s, Status Code: %d, Request ID: %s) (SDK Attempt Count: 1)",
		refusal.Message, serviceOf(refusal.Service), refusal.Status, refusal.RequestID))}
}

// serviceOf is a service as the SDK of Java calls it: Sqs, CloudWatchLogs (CFN-107).
func serviceOf(service string) string {
	var name strings.Builder
	for word := range strings.FieldsSeq(service) {
		if word == strings.ToUpper(word) {
			word = strings.ToLower(word)
		}
		name.WriteString(strings.ToUpper(word[:1]) + word[1:])
	}
	return name.String()
}

// codeOf is the HandlerErrorCode of a refusal (CFN-108; the kinds are a guess but for AccessDenied).
func codeOf(e *apiclient.Error) Code {
	switch {
	case isThrottling(e):
		return Throttling
	case denies(e):
		return AccessDenied
	case e.Status >= http.StatusInternalServerError:
		return GeneralServiceException
	case isThere(e):
		return AlreadyExists
	case isGone(e):
		return NotFound
	case hasAny(e.Code, "LimitExceeded", "TooMany", "Quota"):
		return ServiceLimitExceeded
	case hasAny(e.Code, "Invalid", "Validation", "Malformed", "ClientException", "MissingParameter"):
		return InvalidRequest
	}
	return GeneralServiceException
}

func denies(e *apiclient.Error) bool {
	return e.Status == http.StatusForbidden || hasAny(e.Code, "AccessDenied", "Unauthorized", "NotAuthorized")
}

// isDenied reports whether a call failed because its caller may not make it.
func isDenied(err error) bool {
	e, is := errors.AsType[*apiclient.Error](err)
	return is && denies(e)
}

// isThrottled reports whether a call failed because its caller has made too many.
func isThrottled(err error) bool {
	e, is := errors.AsType[*apiclient.Error](err)
	return is && isThrottling(e)
}

func isThrottling(e *apiclient.Error) bool {
	return e.Status == http.StatusTooManyRequests ||
		hasAny(e.Code, "Throttl", "TooManyRequests", "RequestLimitExceeded", "SlowDown", "ProvisionedThroughputExceeded")
}

// isThere is of a create of what is there already.
func isThere(e *apiclient.Error) bool {
	return hasAny(e.Code, "AlreadyExist", "ResourceExists", "Duplicate", "PriorityInUse") || hasAny(e.Code, "InvalidParameter", "ClientException", "ConflictException") &&
		(strings.Contains(e.Message, "already exists") || strings.Contains(e.Message, "was not idempotent")) // of ECS
}

// isGone is of a call that names what is not there.
func isGone(e *apiclient.Error) bool {
	return e.Status == http.StatusNotFound || hasAny(e.Code, "NotFound", "NoSuchEntity", "ServiceNotActive") ||
		e.Code == "ClientException" && strings.Contains(e.Message, "does not exist") // of ECS
}

// IsGone reports whether a call failed because what it names is not there.
func IsGone(err error) bool {
	e, is := errors.AsType[*apiclient.Error](err)
	return is && isGone(e)
}

func hasAny(code string, parts ...string) bool {
	for _, part := range parts {
		if strings.Contains(code, part) {
			return true
		}
	}
	return false
}
