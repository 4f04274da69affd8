package scheduler

import (
	"net/http"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/scheduler/types"
)

func invalid(format string, args ...any) error {
	return &types.ValidationException{Message: awsapi.Textf(format, args...)}
}

func notFound(format string, args ...any) error {
	return &types.ResourceNotFoundException{Message: awsapi.Textf(format, args...)}
}

func conflict(format string, args ...any) error {
	return &types.ConflictException{Message: awsapi.Textf(format, args...)}
}

// noWay refuses a target that AWS can call and the emulator cannot. Its text names what would be a way.
func noWay(err error) error {
	return &awsapi.Error{Code: "NotImplementedException", Message: err.Error() + ".", Status: http.StatusNotImplemented}
}

// badToken is about a NextToken of no answer. The text is the emulator's.
func badToken() error { return invalid("The NextToken you specify is not valid.") }
