package page

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
)

// Refusal is an error that a page shows: of AWS, or of the console.
type Refusal struct {
	Status  int    // 404
	Code    string // AWS's: ServiceNotFoundException; of the console none
	Message string
	// There are what could have been meant.
	There []Link
}

func (e *Refusal) Error() string {
	if e.Code == "" {
		return e.Message
	}
	return e.Code + ": " + e.Message
}

// NotFound is the refusal of what is not there, and names what is.
func NotFound(there []Link, format string, args ...any) *Refusal {
	return &Refusal{Status: http.StatusNotFound, Message: fmt.Sprintf(format, args...), There: there}
}

// Invalid is the refusal of a parameter or field that makes no sense.
func Invalid(format string, args ...any) *Refusal {
	return &Refusal{Status: http.StatusBadRequest, Message: fmt.Sprintf(format, args...)}
}

// Failed is the refusal of an operation that answers failures.
func Failed(f types.Failure) *Refusal {
	message := aws.ToString(f.Detail)
	if arn := aws.ToString(f.Arn); arn != "" {
		message = strings.TrimSpace(message + " " + arn)
	}
	return &Refusal{Status: http.StatusBadRequest, Code: aws.ToString(f.Reason), Message: message}
}
