package taskdef

import (
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
)

var networkModes = types.NetworkMode("").Values()

// checkNetworkMode checks the mode and the container settings that need a network
// namespace of the container's own, which awsvpc tasks do not have.
func checkNetworkMode(def *types.TaskDefinition) error {
	if err := checkEnum("networkMode", def.NetworkMode, networkModes); err != nil {
		return err
	}
	if def.NetworkMode != types.NetworkModeAwsvpc {
		return nil
	}
	for i := range def.ContainerDefinitions {
		c := &def.ContainerDefinitions[i]
		switch {
		case len(c.Links) > 0:
			return refuse("Links are not supported when networkMode=awsvpc.")
		case value(c.Hostname) != "":
			return refuse("hostname is not supported on container when networkMode=awsvpc.")
		case len(c.ExtraHosts) > 0:
			return refuse("Extra hosts are not supported on container when networkMode=awsvpc.")
		case len(c.DnsServers) > 0:
			return refuse("DNS servers are not supported on container when networkMode=awsvpc.")
		case len(c.DnsSearchDomains) > 0:
			return refuse("DNS search domains are not supported on container when networkMode=awsvpc.")
		case isTrue(c.DisableNetworking):
			return refuse("Disable Networking is not supported on container when networkMode=awsvpc.")
		}
	}
	return nil
}

// modeName is the network mode as messages name it; bridge is the default.
func modeName(mode types.NetworkMode) types.NetworkMode {
	if mode == "" {
		return types.NetworkModeBridge
	}
	return mode
}
