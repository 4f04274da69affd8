package docker

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"strings"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/moby/moby/api/types/network"
	"github.com/moby/moby/api/types/system"
	"github.com/moby/moby/client/pkg/versions"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/limits"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/stats"
)

// facts do not change while an engine runs.
type facts struct {
	architecture string
	// hosted says that containers run on the engine's own machine and network, not
	// in a virtual machine or a network namespace of a user.
	hosted  bool
	cgroups limits.Support
	// hostGateway says that the engine can name its host; see request.ReachHost.
	hostGateway bool
	logDrivers  []string
	memory      int64 // of its host
}

// licenseOfPodman tells it from Docker. Source: Podman pkg/api/handlers/compat/info.go.
const licenseOfPodman = "Apache-2.0"

func factsOf(info system.Info) facts {
	rootless := slices.ContainsFunc(info.SecurityOptions, func(option string) bool {
		return strings.Contains(option, "rootless")
	})
	layout := limits.Layout{Version: info.CgroupVersion, Driver: info.CgroupDriver}
	how, whyNot := layout.Binding(rootless)
	if how == limits.Nested && info.ProductLicense == licenseOfPodman {
		how, whyNot = limits.Unbound, "groups of Podman's containers have other names than their ids"
	}
	return facts{
		architecture: goArchitecture(info.Architecture),
		hosted:       !rootless && info.OperatingSystem != "Docker Desktop",
		cgroups:      limits.Support{Layout: layout, Binding: how, WhyNot: whyNot}, logDrivers: info.Plugins.Log, memory: info.MemTotal,
	}
}

// checkLog refuses FireLens by name on an engine that does not have its log driver. An engine that lacks another one says so
// itself.
func (f facts) checkLog(log backend.Log) error {
	if log.Driver != "fluentd" || slices.Contains(f.logDrivers, log.Driver) {
		return nil
	}
	return errors.New("the engine has no log driver fluentd, so FireLens does not work with it")
}

// goArchitecture translates what uname says, as the engine reports it.
func goArchitecture(machine string) string {
	switch machine {
	case "x86_64":
		return "amd64"
	case "aarch64":
		return "arm64"
	case "armv7l", "armv6l":
		return "arm"
	default:
		return machine
	}
}

func (e *Engine) engineFacts(ctx context.Context) (facts, error) {
	return e.facts.Get(ctx, func(ctx context.Context) (facts, error) {
		info, err := e.client.Info(ctx)
		if err != nil {
			return facts{}, err
		}
		known := factsOf(info)
		known.hostGateway, err = e.hasHostGateway(ctx)
		if err == nil && known.cgroups.Binding == limits.Unbound {
			e.limits.WarnUnbound(known.cgroups.WhyNot)
		}
		return known, err
	})
}

func (e *Engine) architecture(ctx context.Context) (string, error) {
	known, err := e.engineFacts(ctx)
	return known.architecture, err
}

func (e *Engine) cgroups(ctx context.Context) (limits.Support, error) {
	known, err := e.engineFacts(ctx)
	return known.cgroups, err
}

func (e *Engine) knownCgroups() (limits.Support, bool) {
	known, asked := e.facts.Peek()
	return known.cgroups, asked
}

func (e *Engine) statsHost(ctx context.Context) (stats.Host, error) {
	known, err := e.engineFacts(ctx)
	return stats.Host{Memory: known.memory, Groups: known.cgroups.Binding != limits.Unbound}, err
}

// reachable reports whether the addresses of sandboxes can be dialled from here.
func (e *Engine) reachable(ctx context.Context) (bool, error) {
	return e.direct.Get(ctx, func(ctx context.Context) (bool, error) {
		own, err := e.networks.Own(ctx)
		if err != nil || own.ID != "" {
			return err == nil, err
		}
		known, err := e.engineFacts(ctx)
		if err != nil || !e.local || !known.hosted || runtime.GOOS != "linux" {
			return false, err
		}
		return e.networks.GatewayHere(ctx)
	})
}

// bridgesReachable reports whether addresses on the engine's bridges can be dialled from here, also where the networks of VPCs
// are none.
func (e *Engine) bridgesReachable(ctx context.Context) (bool, error) {
	if e.networks.Swarm == nil {
		return e.reachable(ctx)
	}
	known, err := e.engineFacts(ctx)
	if err != nil || !e.local || !known.hosted || runtime.GOOS != "linux" {
		return false, err
	}
	return e.networks.BridgesHere(ctx)
}

// hasHostGateway reports whether the engine knows the word host-gateway, which stands for its host's
// address on the default bridge. An engine without that bridge starts no container that uses the word.
// Source: Docker Engine release notes, 20.10; Moby daemon/container_operations.go.
func (e *Engine) hasHostGateway(ctx context.Context) (bool, error) {
	if versions.LessThan(e.client.ClientVersion(), "1.41") {
		return false, nil
	}
	_, err := e.client.NetworkInspect(ctx, network.NetworkBridge)
	if cerrdefs.IsNotFound(err) {
		return false, nil
	}
	return err == nil, err
}
