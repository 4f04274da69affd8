package docker

import (
	"context"

	"github.com/moby/moby/api/types/container"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

// lendNames mounts the hosts file and the resolv.conf of its own sandbox into a container that joins
// another one. The engine would give it those of the sandbox that it joins, and refuses others.
func (e *Engine) lendNames(ctx context.Context, host *container.HostConfig, spec backend.ContainerSpec) error {
	host.DNS, host.DNSSearch, host.ExtraHosts = nil, nil, nil
	hosts, servers := len(spec.Names.Hosts) > 0, len(spec.Names.Servers)+len(spec.Names.SearchDomains) > 0
	if !hosts && !servers {
		return nil
	}
	found, err := e.client.ContainerInspect(ctx, spec.Sandbox)
	if err == nil && found.HostsPath == "" { // it has the files once it has started
		if err = e.Start(ctx, spec.Sandbox); err == nil {
			found, err = e.client.ContainerInspect(ctx, spec.Sandbox)
		}
	}
	if err != nil {
		return err
	}
	if hosts {
		host.Binds = append(host.Binds, found.HostsPath+":/etc/hosts")
	}
	if servers {
		host.Binds = append(host.Binds, found.ResolvConfPath+":/etc/resolv.conf")
	}
	return nil
}
