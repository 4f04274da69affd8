package docker

import (
	"context"
	"errors"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/dockerapi"
)

// Exec implements backend.Executor.
func (e *Engine) Exec(ctx context.Context, id string, spec backend.ExecSpec) (backend.Session, error) {
	if spec.Forward == nil && len(spec.Command) == 0 {
		return nil, errors.New("a session runs a command or forwards a port, and is told neither")
	}
	opened, err := e.sessions.Open(ctx, id, spec)
	if err != nil {
		return nil, dockerapi.Classify(err)
	}
	return opened, nil
}
