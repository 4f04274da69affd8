package containerspec

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
)

// names are what a definition says of the container's own name and of others.
func names(d *types.ContainerDefinition) backend.Names {
	n := backend.Names{Host: aws.ToString(d.Hostname), Servers: d.DnsServers, SearchDomains: d.DnsSearchDomains}
	for _, entry := range d.ExtraHosts {
		n.Hosts = append(n.Hosts, aws.ToString(entry.Hostname)+":"+aws.ToString(entry.IpAddress))
	}
	return n
}

// LentNames are those that a task's sandbox has for containers in host mode, which are in the
// namespace of their machine: of each kind those of all these containers.
func LentNames(mode types.NetworkMode, definitions []types.ContainerDefinition) (all backend.Names) {
	if mode != types.NetworkModeHost {
		return all
	}
	for i := range definitions {
		n := names(&definitions[i])
		all.Servers = append(all.Servers, n.Servers...)
		all.SearchDomains = append(all.SearchDomains, n.SearchDomains...)
		all.Hosts = append(all.Hosts, n.Hosts...)
	}
	return all
}
