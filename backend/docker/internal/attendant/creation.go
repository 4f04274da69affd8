package attendant

import (
	"net/netip"

	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/api/types/network"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/containers"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/vpcnet"
)

// Creation is a container on a network alone, at an address of the network's or, without one, where the engine puts it. Memory
// bounds it, in bytes.
func Creation(name string, vpc vpcnet.Network, at netip.Addr, memory int64, config *container.Config) containers.Creation {
	endpoint := &network.EndpointSettings{}
	if at.IsValid() {
		endpoint.IPAMConfig = &network.EndpointIPAMConfig{IPv4Address: at}
	}
	return containers.Creation{Name: name, CreateRequest: container.CreateRequest{
		Config: config,
		HostConfig: &container.HostConfig{
			NetworkMode: container.NetworkMode(vpc.DockerName),
			LogConfig:   container.LogConfig{Type: "none"},
			Resources:   container.Resources{Memory: memory, MemorySwap: memory},
		},
		NetworkingConfig: &network.NetworkingConfig{EndpointsConfig: map[string]*network.EndpointSettings{vpc.DockerName: endpoint}},
	}}
}
