package agent

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/containerspec"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/host/firelens"
)

// routerTask is what a log router tells of its task.
func (h *host) routerTask(t *state.Task) firelens.Task {
	told := firelens.Task{
		ARN: t.ARN, Cluster: arn.Name(t.Spec.ClusterARN), Definition: fmt.Sprintf("%s:%d", t.Spec.FamilyName(), t.Spec.Revision),
		OnFargate: t.OnFargate(), NetworkMode: t.Spec.NetworkMode,
	}
	if t.Spec.HasInterface() {
		told.NetworkMode = types.NetworkModeAwsvpc
	}
	instance := state.FindContainerInstance(h.agent.Store.Read(), t.Placement.ContainerInstance)
	if instance != nil && instance.LaunchType != types.LaunchTypeExternal {
		told.InstanceID = instance.EC2InstanceID
	}
	return told
}

// socketIn is the log router's socket in what it mounts, on the engine's host.
func (h *host) socketIn(ctx context.Context, mount backend.Mount) (string, error) {
	folder := mount.Source
	if mount.Volume {
		found, err := h.Engine.Volume(ctx, mount.Source)
		if err != nil {
			return "", err
		}
		folder = found.Mountpoint
	}
	return firelens.Socket(folder)
}

// errNoRouterAddress is why a container is not made that cannot be told where its log router is. Source: amazon-ecs-agent.
var errNoRouterAddress = errors.New("unable to get BridgeIP for task in bridge mode")

// tellRouter is what tells a container the address of its log router, if that has one of its own. The lock is held.
func (w *taskRunner) tellRouter(i int) func(context.Context, *backend.ContainerSpec) error {
	router := w.view.LogRouter(i)
	if router == nil {
		return func(context.Context, *backend.ContainerSpec) error { return nil }
	}
	h, id := w.host, router.EngineID
	return func(ctx context.Context, spec *backend.ContainerSpec) error {
		if id == "" {
			return errNoRouterAddress
		}
		seen, err := h.Engine.Inspect(ctx, id)
		switch {
		case errors.Is(err, backend.ErrNotFound), err == nil && !seen.IP.IsValid():
			return errNoRouterAddress
		case err != nil:
			return err
		}
		spec.Env = containerspec.Replacing(spec.Env, firelens.Variables(seen.IP.String()))
		return nil
	}
}

// warnOfRouter tells what a log router leaves out of its configuration.
func (w *taskRunner) warnOfRouter() {
	at := firelens.Router(w.view.Definitions)
	if at < 0 || w.view.Begun() {
		return
	}
	if value := firelens.MetadataIgnored(w.view.Definitions[at].FirelensConfiguration); value != "" {
		w.host.agent.Log.Warn("a log router adds no fields of ECS, as the value of enable-ecs-log-metadata is neither true nor false",
			"task", w.task.ARN, "container", aws.ToString(w.view.Definitions[at].Name), "value", value)
	}
}
