package request

import (
	"maps"
	"net/netip"
	"strings"

	"github.com/moby/moby/api/types/container"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/label"
)

// looseFilter has the kernel take packets whose answers would leave by another interface: what a load balancer passes on has the
// address of its client, which may be anywhere. It is the most that any interface asks for that counts.
// Source: Linux Documentation/networking/ip-sysctl.rst, rp_filter.
const looseFilter = "net.ipv4.conf.all.rp_filter"

// LeadOut has a sandbox lead out of its VPC by a bridge of the engine with this gateway. routes is what the label of a sandbox
// says that routes a network.
func LeadOut(r *container.CreateRequest, gateway netip.Prefix, routes string) {
	r.Labels[label.WayOutKey] = gateway.String()
	r.Cmd = append(r.Cmd, "out="+gateway.String())
	if inside, _, _ := strings.Cut(routes, " "); inside != "" {
		r.Cmd = append(r.Cmd, "inside="+inside)
	}
	sysctls := map[string]string{looseFilter: "2"}
	maps.Copy(sysctls, r.HostConfig.Sysctls)
	r.HostConfig.Sysctls = sysctls
}
