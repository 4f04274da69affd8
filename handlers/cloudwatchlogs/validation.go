package cloudwatchlogs

import (
	_ "embed"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/constraint"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatchlogs/types"
)

//go:embed model.json
var table []byte

// model is what the service model demands of requests. Source of the words and of the exception:
// field reports.
var model = constraint.New(table, constraint.Style{
	Err: func(message string) error { return &types.InvalidParameterException{Message: &message} },
})

func invalid(format string, args ...any) error {
	return &types.InvalidParameterException{Message: awsapi.Textf(format, args...)}
}
