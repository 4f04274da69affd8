package nameserver

import (
	"context"
	"net/netip"
	"os"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/vpcnet"
)

// Address is where the resolver of a network is or is to be.
func (r *Resolvers) Address(vpc vpcnet.Network) netip.Addr {
	if !vpc.Resolver {
		return netip.Addr{}
	}
	if address := r.of(vpc).Has.known(); address.IsValid() {
		return address
	}
	return vpc.ResolverAddress()
}

// mostServers is how many servers an engine asks in turn. Source: Moby, libnetwork/resolver.go, maxExtDNS.
const mostServers = 3

// Servers are those that a sandbox on a network asks: its resolver and, for when that does not answer,
// those of the engine's host. On a network of the user's, where another container may have the resolver's
// usual address, it waits for the resolver.
func (r *Resolvers) Servers(ctx context.Context, vpc vpcnet.Network) []netip.Addr {
	if !vpc.Resolver {
		return nil
	}
	if address := r.of(vpc).Has.known(); !address.IsValid() && vpc.Adopted {
		if _, _, err := r.Run(ctx, vpc); err != nil {
			r.Log.Warn("a sandbox does not ask the DNS server of its VPC", "network", vpc.DockerName, "error", err)
			return nil
		}
	}
	at := r.Address(vpc)
	if !at.IsValid() {
		return nil
	}
	servers := []netip.Addr{at}
	if r.Local {
		servers = append(servers, hostServers()...)
	}
	return servers[:min(len(servers), mostServers)]
}

// hostServers are the DNS servers of this host that containers reach: those that an engine on it uses by
// itself, as far as it is seen.
// Source: Moby, libnetwork/internal/resolvconf: not those at loopback addresses, and systemd-resolved's own.
func hostServers() (all []netip.Addr) {
	for _, name := range []string{"/etc/resolv.conf", "/run/systemd/resolve/resolv.conf"} {
		file, _ := os.ReadFile(name)
		for line := range strings.Lines(string(file)) {
			words := strings.Fields(line)
			if len(words) < 2 || words[0] != "nameserver" {
				continue
			}
			if at, err := netip.ParseAddr(words[1]); err == nil && at.Is4() && !at.IsLoopback() {
				all = append(all, at)
			}
		}
		if len(all) > 0 {
			break
		}
	}
	return all
}
