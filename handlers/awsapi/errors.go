package awsapi

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"github.com/aws/smithy-go"

	"github.com/ecs-emulator/ecs-emulator/internal/base/wire"
)

// Error is an answer for which the SDK has no exception type.
type Error struct {
	Code    string // "UnknownOperationException"
	Message string // may be empty
	Status  int    // default 400
	// Shape is the name of the error in the model, where the code is another one: AWS Query has
	// codes of its own.
	Shape string
	// Capital has JSON name the message Message, as most services do in errors of their own.
	Capital bool
}

var _ smithy.APIError = (*Error)(nil)

// Errorf is an answer with a code for which the SDK has no exception type.
func Errorf(code, format string, args ...any) error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

func (e *Error) Error() string { return e.Code + ": " + e.Message }

// ErrorCode implements [smithy.APIError].
func (e *Error) ErrorCode() string { return e.Code }

// ErrorMessage implements [smithy.APIError].
func (e *Error) ErrorMessage() string { return e.Message }

// ErrorFault implements [smithy.APIError].
func (e *Error) ErrorFault() smithy.ErrorFault {
	if e.status() >= 500 {
		return smithy.FaultServer
	}
	return smithy.FaultClient
}

func (e *Error) status() int {
	if e.Status == 0 {
		return http.StatusBadRequest
	}
	return e.Status
}

// notImplemented is loud and can't be mistaken for an answer of AWS, whose
// UnsupportedFeatureException means something else. SDKs don't retry a 501.
func notImplemented(service, what string) *Error {
	return &Error{
		Code:    "NotImplementedException",
		Message: fmt.Sprintf("ecs-emulator does not implement %s; see %s.", what, Page(service)),
		Status:  http.StatusNotImplemented,
	}
}

// NotImplemented is the error for a part of an operation that the emulator has not: it is
// answered like an operation that is not built. The service is a Service.Name.
func NotImplemented(service, what string) error { return notImplemented(service, what) }

// Page is where the documents list what a service has: at the repository, as a release brings none
// along. The version is not in it, since a build from source has none that is there.
func Page(service string) string {
	return "https://github.com/ecs-emulator/ecs-emulator/blob/main/docs/reference/compatibility/" + service + ".md"
}

// failure is an error as a protocol answers it.
type failure struct {
	code, message string
	shape         string // see Error.Shape
	status        int
	exception     smithy.APIError // an SDK exception, whose members are all answered
	capital       bool            // the key is Message, as the AWS framework has it for type errors; see Error.Capital
	reason        string          // for the log, where it knows more than message
	internal      bool            // whether it went wrong on our side
	cutOff        bool            // whether the caller is not there any more
}

// describe decides what err is to the caller. serverCode is the protocol's name for
// an internal error.
func describe(err error, requestID, serverCode string) *failure {
	var (
		malformed *wire.SyntaxError
		mistyped  *wire.TypeError
		own       *Error
		exception smithy.APIError
	)
	switch {
	case errors.As(err, &malformed):
		return &failure{code: "SerializationException", message: malformed.Error(), status: http.StatusBadRequest}
	case errors.As(err, &mistyped):
		return &failure{code: "SerializationException", message: mistyped.Message, status: http.StatusBadRequest,
			capital: true, reason: mistyped.Error()}
	case errors.As(err, &own):
		return &failure{code: own.Code, message: own.Message, shape: own.Shape, status: own.status(), capital: own.Capital, reason: wrapping(err, own)}
	case errors.As(err, &exception):
		status := http.StatusBadRequest
		if exception.ErrorFault() == smithy.FaultServer {
			status = http.StatusInternalServerError
		}
		return &failure{code: exception.ErrorCode(), message: exception.ErrorMessage(), status: status,
			exception: exception, reason: wrapping(err, exception)}
	}
	return &failure{
		code:     serverCode,
		message:  "Service Unavailable. Please try again later. (request id " + requestID + "; the emulator's log has the cause)",
		status:   http.StatusInternalServerError,
		reason:   err.Error(),
		internal: true,
	}
}

// wrapping returns the text of an error that wraps the answer: it may say more.
func wrapping(err, answer error) string {
	if err == answer { //nolint:errorlint // whether it is wrapped is the question
		return ""
	}
	return err.Error()
}

type panicked struct {
	value any
	stack []byte
}

func (p *panicked) Error() string { return fmt.Sprintf("panic: %v\n%s", p.value, p.stack) }

// tooLarge has no model: the real service's front end cuts such requests off.
func tooLarge(limit int64) error {
	return &Error{
		Code:    "RequestEntityTooLargeException",
		Message: "The request body is larger than " + strconv.FormatInt(limit, 10) + " bytes.",
		Status:  http.StatusRequestEntityTooLarge,
	}
}
