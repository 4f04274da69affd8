package scheduler

import (
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/sdk/scheduler/types"
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

// notBuilt refuses what AWS has and the emulator has not.
func notBuilt(what string) error { return awsapi.NotImplemented("scheduler", what) }

// badToken is about a NextToken of no answer. The text is the emulator's.
func badToken() error { return invalid("The NextToken you specify is not valid.") }
