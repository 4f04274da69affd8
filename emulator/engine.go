package emulator

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/docker"
	"github.com/ecs-emulator/ecs-emulator/backend/sim"
	"github.com/ecs-emulator/ecs-emulator/emulator/arn"
	"github.com/ecs-emulator/ecs-emulator/emulator/clock"
)

// openEngine opens the engine that the options name.
func openEngine(ctx context.Context, o Options, c *clock.Clock) (backend.Engine, error) {
	if o.Backend != nil {
		return o.Backend, nil
	}
	newSim := func() backend.Engine { return sim.New(sim.Options{Clock: sim.ClockOf(c)}) }
	switch {
	case o.Engine == "sim":
		return newSim(), nil
	case o.Engine == "docker":
		return openDocker(ctx, o, "")
	case o.Engine == "auto":
		engine, err := openDocker(ctx, o, "")
		if errors.Is(err, backend.ErrUnavailable) {
			o.Log.Warn("no Docker engine: containers are simulated", "reason", err)
			return newSim(), nil
		}
		return engine, err
	case strings.Contains(o.Engine, "://"):
		return openDocker(ctx, o, o.Engine)
	default:
		return nil, fmt.Errorf("engine %q is none of auto, docker, sim and an engine's URL (unix://, tcp://, ssh://)", o.Engine)
	}
}

func openDocker(ctx context.Context, o Options, host string) (backend.Engine, error) {
	owner, err := ownerOf(o.DataDir)
	if err != nil {
		return nil, err
	}
	engine, err := docker.Open(ctx, docker.Options{
		Host: host, Owner: owner, Durable: o.OnExit == Keep, Log: o.Log,
	})
	if err != nil {
		return nil, err
	}
	return engine, nil
}

// ownerOf is the name under which the emulator's containers are its own: that of
// the data directory, whose tasks the next run takes over, else one for this run.
func ownerOf(dataDir string) (string, error) {
	if dataDir == "" {
		return arn.NewID(), nil
	}
	path := filepath.Join(dataDir, "owner")
	owner, err := os.ReadFile(path)
	if err == nil {
		return strings.TrimSpace(string(owner)), nil
	}
	if !errors.Is(err, os.ErrNotExist) {
		return "", fmt.Errorf("read the owner of the data directory: %w", err)
	}
	id := arn.NewID()
	if err := os.WriteFile(path, []byte(id+"\n"), 0o600); err != nil {
		return "", fmt.Errorf("write the owner of the data directory: %w", err)
	}
	return id, nil
}
