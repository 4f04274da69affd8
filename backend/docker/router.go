package docker

import (
	"context"
	"maps"
	"net/netip"
	"strings"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/moby/moby/api/types/network"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/dockerapi"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/label"
)

// createRouter makes a sandbox that is the gateway of another network. It is on both:
// the engine knows of an address of its own on the second one, and the sandbox program
// adds the gateway's when the sandbox has started.
func (e *Engine) createRouter(ctx context.Context, spec backend.SandboxSpec, vpc, routed vpcNetwork) (backend.Container, error) {
	// Forwarding holds in the namespace of the sandbox alone. Packets to the loopback
	// address may leave it, because what listens there for a container may be elsewhere. What it
	// refuses it says each time: the kernel would tell a container so once in a second.
	sysctls := map[string]string{"net.ipv4.ip_forward": "1", "net.ipv4.conf.all.route_localnet": "1", "net.ipv4.icmp_ratelimit": "0"}
	maps.Copy(sysctls, spec.Sysctls)
	spec.Sysctls = sysctls
	routes := gatewayOf(routed) + " " + gatewayOf(vpc)
	c, err := e.createInstead(ctx, spec, vpc, map[string]string{label.RoutesKey: routes})
	if err != nil {
		return c, err
	}
	if err := e.connect(ctx, c.ID, routed); err != nil {
		return c, dockerapi.Classify(err)
	}
	return c, nil
}

// gatewayOf is a gateway with the length of its range, as the sandbox program reads it.
func gatewayOf(n vpcNetwork) string {
	return netip.PrefixFrom(n.gateway, n.subnet.Bits()).String()
}

// connect puts a sandbox on a second network, unless it is there: somebody may have
// died in between.
func (e *Engine) connect(ctx context.Context, id string, to vpcNetwork) error {
	found, err := e.client.ContainerInspect(ctx, id)
	if err != nil {
		return err
	}
	if found.NetworkSettings.Networks[to.dockerName] != nil {
		return nil
	}
	ip, err := to.addresses.Take(netip.Prefix{})
	if err != nil {
		return err
	}
	err = e.client.NetworkConnect(ctx, to.id, id, &network.EndpointSettings{
		IPAMConfig: &network.EndpointIPAMConfig{IPv4Address: ip},
	})
	if err == nil {
		e.leases.add(id, lease{ip, to.addresses})
		return nil
	}
	to.addresses.Give(ip)
	if (cerrdefs.IsPermissionDenied(err) || cerrdefs.IsConflict(err)) && strings.Contains(err.Error(), "already exists in network") {
		return nil // connected meanwhile
	}
	return err
}
