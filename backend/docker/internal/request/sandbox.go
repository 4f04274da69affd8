package request

import (
	"net"
	"net/netip"

	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/api/types/network"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/label"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/limits"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/vpcnet"
	"github.com/ecs-emulator/ecs-emulator/backend/internal/ipam"
)

// Sandbox is what other calls need to know of a sandbox; remembered so that
// they need not ask the engine.
type Sandbox struct {
	IP     netip.Addr // none without a network
	Routes bool
	// LedOut says that it leads out of its VPC by a bridge of the engine.
	LedOut bool
	// Network is the engine's name of its network.
	Network string
	Group   string // parent of the control groups of its containers; empty is none of its own
	Own     container.Resources
	// CPUQuota and Memory bound its containers: its own limits, or its parent's.
	CPUQuota int64 // per limits.CPUPeriod
	Memory   int64
}

// SandboxOf is a sandbox that a request has made.
func SandboxOf(id string, r container.CreateRequest, ip netip.Addr, parent Sandbox) Sandbox {
	return Sandbox{
		IP: ip, Routes: r.Labels[label.RoutesKey] != "", LedOut: r.Labels[label.WayOutKey] != "", Network: string(r.HostConfig.NetworkMode),
		Group: limits.GroupOf(r.HostConfig.CgroupParent, id), Own: r.HostConfig.Resources,
		CPUQuota: within(r.HostConfig.CPUQuota, parent.CPUQuota), Memory: within(r.HostConfig.Memory, parent.Memory),
	}
}

// ForSandbox is the request for a sandbox of an owner.
func ForSandbox(owner label.Owner, spec backend.SandboxSpec, vpc vpcnet.Network, ip netip.Addr, limits container.Resources) container.CreateRequest {
	r := container.CreateRequest{
		Config: &container.Config{Labels: owner.Labels(label.Sandbox, spec.Labels), OpenStdin: true}, // for commands
		HostConfig: &container.HostConfig{
			NetworkMode: "none",
			DNS:         serverAddresses(spec.Names.Servers),
			DNSSearch:   spec.Names.SearchDomains,
			ExtraHosts:  spec.Names.Hosts,
			Sysctls:     spec.Sysctls,
			LogConfig:   container.LogConfig{Type: "none"}, // what the program answers is for commands alone
			Resources:   limits,
		},
	}
	// Otherwise the engine starts itself once more to set up a namespace with nothing in it. The container then gets no
	// files with names, such as /etc/hosts.
	r.NetworkDisabled = !ip.IsValid() && spec.Names.Empty()
	if spec.Parent != "" {
		r.Labels[label.BoundKey] = spec.Parent
	}
	if spec.Devices {
		r.HostConfig.DeviceCgroupRules = []string{"a *:* rwm"}
	}
	if spec.SharesIPC {
		r.HostConfig.IpcMode = container.IPCModeShareable
	}
	if ip.IsValid() {
		var names []string
		if spec.Domain != "" {
			r.Hostname = backend.HostName(ip, spec.Domain)
			names = backend.FoundBy(r.Hostname)
		}
		names = append(names, spec.Aliases...)
		PutOn(&r, vpc, ip, names)
		// Commands need this right. Containers that share the namespace do not have it, and each
		// engine that can make networks can give it, unlike all rights of a privileged exec.
		r.HostConfig.CapAdd = []string{"NET_ADMIN"}
	}
	return r
}

// PutOn has a container made on a network, with an address and names for it there.
func PutOn(r *container.CreateRequest, vpc vpcnet.Network, ip netip.Addr, names []string) {
	endpoint := &network.EndpointSettings{IPAMConfig: &network.EndpointIPAMConfig{IPv4Address: ip}, Aliases: names}
	if mac, err := net.ParseMAC(ipam.MAC(ip)); err == nil {
		endpoint.MacAddress = network.HardwareAddr(mac)
	}
	r.HostConfig.NetworkMode = container.NetworkMode(vpc.DockerName)
	r.NetworkingConfig = &network.NetworkingConfig{
		EndpointsConfig: map[string]*network.EndpointSettings{vpc.DockerName: endpoint},
	}
}

// SandboxLimits bound the containers of a sandbox together. The kernel refuses a group
// more time than its parent group has.
func SandboxLimits(spec backend.SandboxSpec, parent Sandbox) container.Resources {
	quota, memory := cut(cpuQuota(spec.CPU), parent.CPUQuota), cut(spec.Memory, parent.Memory)
	both := memory // without swap
	if memory > 0 {
		both += spec.Swap
	}
	return container.Resources{CPUShares: spec.CPUShares, Memory: memory, MemorySwap: both, CPUPeriod: periodOf(quota), CPUQuota: quota}
}

// within is the limit that holds with an own one and a parent's. 0 is none.
func within(own, parent int64) int64 {
	if own == 0 {
		return parent
	}
	return cut(own, parent)
}
