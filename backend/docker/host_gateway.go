package docker

import (
	"context"
	"slices"
	"strings"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/api/types/network"
	"github.com/moby/moby/client/pkg/versions"
)

// hostName is under which containers find the engine's host: Docker Desktop's own name for
// it, which other engines give a container that asks for it.
const hostName = "host.docker.internal"

// hasHostGateway says whether the engine knows the word that stands for the address of its
// host. That is the default bridge's, so an engine without that bridge has none and would
// start no container that asks.
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

// reachHost lets a container on a network find the engine's host by name, unless the spec
// says where that name leads.
func reachHost(host *container.HostConfig, known facts) {
	if !known.hostGateway || slices.ContainsFunc(host.ExtraHosts, func(entry string) bool {
		return strings.HasPrefix(entry, hostName+":")
	}) {
		return
	}
	host.ExtraHosts = append(slices.Clone(host.ExtraHosts), hostName+":host-gateway")
}
