package docker

import (
	"slices"
	"strings"

	"github.com/moby/moby/api/types/container"
)

// hostName is under which containers find the engine's host: Docker Desktop's own name for
// it, which other engines give a container that asks for it.
const hostName = "host.docker.internal"

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
