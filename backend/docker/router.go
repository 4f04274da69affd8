package docker

import (
	"context"
	"maps"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/dockerapi"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/label"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/vpcnet"
)

// createRouter makes a sandbox that is the gateway of another network. It is on both: on the second one
// the engine gives it an address of its own, and the sandbox program adds the gateway's when the sandbox
// has started.
func (e *Engine) createRouter(ctx context.Context, spec backend.SandboxSpec, vpc, routed vpcnet.Network) (backend.Container, error) {
	// Forwarding holds in the namespace of the sandbox alone. Packets to the loopback
	// address may leave it, because what listens there for a container may be elsewhere. The
	// kernel tells a container of each refusal, and not once in a second.
	sysctls := map[string]string{"net.ipv4.ip_forward": "1", "net.ipv4.conf.all.route_localnet": "1", "net.ipv4.icmp_ratelimit": "0"}
	maps.Copy(sysctls, spec.Sysctls)
	spec.Sysctls = sysctls
	routes := routed.GatewayPrefix() + " " + vpc.GatewayPrefix()
	if vpc.Overlay {
		out, err := e.wayOut.Get(ctx)
		if err != nil {
			return backend.Container{}, dockerapi.Classify(err)
		}
		routes = routed.GatewayPrefix() + " " + out.Gateway.String()
	}
	c, err := e.createInstead(ctx, spec, vpc, map[string]string{label.RoutesKey: routes})
	if err != nil {
		return c, err
	}
	if err := e.networks.Connect(ctx, c.ID, routed); err != nil {
		return c, dockerapi.Classify(err)
	}
	return c, nil
}
