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
	found, err := s.Client.NetworkInspect(ctx, id)
	if err != nil {
		return err
	}
	for container, endpoint := range found.Containers {
		err := s.Client.NetworkDisconnect(ctx, id, container)
		if cerrdefs.IsNotFound(err) { // the endpoint has outlived its container, and is found by its name alone
			err = s.Client.NetworkDisconnect(ctx, id, endpoint.Name)
		}
		if err != nil {
			s.Log.Debug("disconnect container", "network", found.Name, "container", container, "error", err)
		}
	}
	err = s.Client.NetworkRemove(ctx, id)
	if cerrdefs.IsPermissionDenied(err) && len(found.Containers) == 0 && strings.Contains(err.Error(), "has active endpoints") {
		return fmt.Errorf("%w: %w", dockerapi.ErrNetworkStuck, err)
	}
	return err
}
