package vpcnet

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/dockerapi"
	"github.com/ecs-emulator/ecs-emulator/internal/base/pause"
)

// A manager learns a little later that a container is off a network.
const (
	learnPatience = 30 * time.Second
	learnPause    = 20 * time.Millisecond
	// abandonedPatience is how long it may take where other things wait.
	abandonedPatience = 3 * time.Second
)

// removeWithin removes a network from which the last container has just been taken, but for containers of nodes that are away.
func removeWithin(ctx context.Context, manager dockerapi.Client, id string, patience time.Duration, away map[string]bool) error {
	for began := time.Now(); ; {
		err := manager.NetworkRemove(ctx, id)
		if err == nil || !inUse(err) || time.Since(began) > patience || len(away) > 0 && keptBy(ctx, manager, id, away) {
			return err
		}
		if err := pause.For(ctx, learnPause); err != nil {
			return err
		}
	}
}

// keptBy reports whether nothing but containers of some nodes keeps a network.
func keptBy(ctx context.Context, manager dockerapi.Client, id string, nodes map[string]bool) bool {
	all, err := manager.Attachments(ctx, id)
	return err == nil && len(all) > 0 && !slices.ContainsFunc(all, func(a dockerapi.Attachment) bool { return !nodes[a.Node] })
}

// inUse recognizes the refusal of a manager, or of the engine, to remove a network.
// Source: swarmkit, manager/controlapi/network.go; Moby, libnetwork/error.go.
func inUse(err error) bool {
	return strings.Contains(err.Error(), "is in use by task") || strings.Contains(err.Error(), "has active endpoints")
}
