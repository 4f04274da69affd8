package app

import (
	"github.com/ecs-emulator/ecs-emulator/handlers/metadata"
	"github.com/ecs-emulator/ecs-emulator/internal/app/taskmetadata"
)

// DefaultMetadataRate is how many requests a container may make to the metadata endpoint if the user says nothing.
var DefaultMetadataRate = metadata.DefaultRate.String()

// CheckMetadataRate refuses a rate that cannot be; empty is the default.
func CheckMetadataRate(rate string) error {
	if rate == "" {
		return nil
	}
	_, err := metadata.ParseRate(rate)
	return err
}

// NewMetadata makes the endpoint that containers find at 169.254.170.2. The rate has been checked.
func NewMetadata(e *Engine, ecs *ECS, rate string) *taskmetadata.Endpoint {
	most, _ := metadata.ParseRate(rate)
	return &taskmetadata.Endpoint{
		Store: e.Store, Clock: e.Clock, Log: e.Log, Credentials: e.Credentials, ECS: ecs.API(), Agent: e.Agent, Rate: most,
	}
}
