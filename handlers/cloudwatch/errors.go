package cloudwatch

import (
	"fmt"
	"net/http"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
)

// validation is the refusal of what a request says.
func validation(format string, args ...any) error {
	return &awsapi.Error{Code: "ValidationError", Shape: "ValidationException", Message: fmt.Sprintf(format, args...)}
}

// invalidValue is the refusal of one parameter.
func invalidValue(message string) error {
	return &awsapi.Error{Code: "InvalidParameterValue", Shape: "InvalidParameterValueException", Message: message}
}

// invalidCombination is the refusal of parameters that do not go together.
func invalidCombination(message string) error {
	return &awsapi.Error{Code: "InvalidParameterCombination", Shape: "InvalidParameterCombinationException", Message: message}
}

// Errors that AWS answers without a message (CW0004.6, CW0004.7, CW0006.6).
var (
	errNoAlarm    = &awsapi.Error{Code: "ResourceNotFound", Status: http.StatusNotFound}
	errNoResource = &awsapi.Error{Code: "ResourceNotFoundException", Status: http.StatusNotFound}
	errNotJSON    = &awsapi.Error{Code: "InvalidFormat", Shape: "InvalidFormatFault"}
)

func notBuilt(what string) error { return awsapi.NotImplemented("monitoring", what) }
