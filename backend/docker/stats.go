package docker

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

// Stats implements backend.Engine.
func (e *Engine) Stats(ctx context.Context, id string) (backend.Stats, error) {
	its, err := e.tiesOf(ctx, id)
	if err != nil {
		return backend.Stats{}, engineError(err)
	}
	s, err := e.engineStats(ctx, id)
	if err != nil {
		return s, engineError(err)
	}
	s.NetworksRead = s.Read
	if its.bound != "" && its.joins != "" { // they are those of a sandbox that is not its own
		s.Networks, s.NetworksRead = nil, time.Time{}
	}
	return s, nil
}

// engineStats are those that the engine itself has. Of a container that does not run they
// have no time.
func (e *Engine) engineStats(ctx context.Context, id string) (s backend.Stats, err error) {
	answer, err := e.client.ContainerStatsOneShot(ctx, id)
	if err != nil {
		return s, err
	}
	defer func() { _ = answer.Body.Close() }()
	if err := json.NewDecoder(answer.Body).Decode(&s); err != nil {
		return s, fmt.Errorf("read stats of %s: %w", id, err)
	}
	if s.Read.Equal(time.Time{}) {
		return s, fmt.Errorf("%w: %s", backend.ErrNotRunning, id)
	}
	return s, nil
}
