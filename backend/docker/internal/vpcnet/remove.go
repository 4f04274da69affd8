package vpcnet

import (
	"context"
	"fmt"
	"strings"

	cerrdefs "github.com/containerd/errdefs"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/dockerapi"
)

// Remove removes a network. It disconnects what is still on it, such as the container in
// which the emulator runs or one that the user connected.
func (s *Networks) Remove(ctx context.Context, id string) error {
	had, err := s.disconnectAll(ctx, id)
	if err != nil {
		return err
	}
	err = s.Client.NetworkRemove(ctx, id)
	if cerrdefs.IsPermissionDenied(err) && had == 0 && strings.Contains(err.Error(), "has active endpoints") {
		return fmt.Errorf("%w: %w", dockerapi.ErrNetworkStuck, err)
	}
	return err
}

// disconnectAll takes all containers of the engine off a network, and counts them.
func (s *Networks) disconnectAll(ctx context.Context, id string) (had int, err error) {
	found, err := s.Client.NetworkInspect(ctx, id)
	if err != nil {
		return 0, err
	}
	for container, endpoint := range found.Containers {
		if isOverlay(found.Network) && strings.HasPrefix(container, "lb-") { // Swarm's own
			continue
		}
		had++
		err := s.Client.NetworkDisconnect(ctx, id, container)
		if cerrdefs.IsNotFound(err) { // the endpoint has outlived its container, and is found by its name alone
			err = s.Client.NetworkDisconnect(ctx, id, endpoint.Name)
		}
		if err != nil {
			s.Log.Debug("disconnect container", "network", found.Name, "container", container, "error", err)
		}
	}
	return had, nil
}
