package relay

import (
	"context"
	"net"
	"net/netip"
	"slices"

	"github.com/moby/moby/api/types/container"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/dockerapi"
)

// registryPort is where the relay is asked for images, by the engine and by clients on its host: a published port
// leads there.
const registryPort = 4578

// ListenRegistry is what the engine's host finds at RegistryPort; see backend.RegistryHost.
func (r *Relay) ListenRegistry(needed func(context.Context) uint16) net.Listener {
	r.mu.Lock()
	r.registryNeeded = needed
	r.mu.Unlock()
	return r.listenAt(registryPort)
}

// RegistryPort is published at the loopback address of the engine's host; see backend.RegistryHost.
func (r *Relay) RegistryPort(ctx context.Context) (uint16, error) {
	l, err := r.get(ctx)
	if err != nil {
		return 0, dockerapi.Classify(err)
	}
	return l.published.registry, nil
}

// chooseRegistryPort is the port to have published for the registry: best the one of before, which names of images
// have, then the one that is needed. 0 is none.
func chooseRegistryPort(needed, before uint16, taken []uint16) uint16 {
	if needed == 0 {
		return 0
	}
	ports := []uint16{before, needed}
	for port := uint16(lastHostPort); port >= firstHostPort; port-- { // from above: others have published ports from below
		ports = append(ports, port)
	}
	for _, port := range ports {
		if port != 0 && !slices.Contains(taken, port) {
			return port
		}
	}
	return 0
}

// askRegistryNeeded asks which port is best for the registry, if it is needed.
func (r *Relay) askRegistryNeeded(ctx context.Context) uint16 {
	r.mu.Lock()
	needed := r.registryNeeded
	r.mu.Unlock()
	if needed == nil {
		return 0
	}
	return needed(ctx)
}

// gateways are the addresses from which the engine's host comes in at published ports, and no container does.
func gateways(relay container.InspectResponse) (all []netip.Addr) {
	if relay.NetworkSettings == nil {
		return nil
	}
	for _, endpoint := range relay.NetworkSettings.Networks {
		all = append(all, endpoint.Gateway)
	}
	return all
}
