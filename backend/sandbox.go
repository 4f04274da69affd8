package backend

import (
	"net/netip"
	"strings"
)

// SandboxSpec describes a network namespace that containers share.
type SandboxSpec struct {
	Name string
	// Network is the Name of the network that it is on. A sandbox without one has no
	// address: it bounds its containers, which have their networks elsewhere or none.
	Network string
	// Routes is the Name of a second network, an isolated one, whose gateway the sandbox
	// is: what containers send from there goes out with the sandbox's own address. A
	// network has one such sandbox, which has a Network itself.
	Routes string
	// Subnet is the part of the network from which the sandbox gets its address.
	// The zero Prefix is the whole network.
	Subnet netip.Prefix
	// IP is the address to have, which ReserveAddress gave; the zero Addr is one
	// of Subnet that the engine takes.
	IP netip.Addr
	// Domain is the domain of the host name, which follows from the address; see [HostName]. By
	// that name and by its first label containers find the sandbox for as long as it runs:
	// those on its network, and those on one that a sandbox there routes. Without a Domain
	// the host name is the engine's choice.
	Domain string
	// Aliases are further names by which they find it, such as that of a load balancer.
	Aliases []string
	// Names are those that its containers know, but for the host name. They are for
	// containers in its namespace, and for those that join another sandbox and have Names.
	Names   Names
	Sysctls map[string]string
	// Balances lets a load balancer in its namespace have the kernel lead flows to targets.
	Balances bool
	Labels   map[string]string
	// Parent is the id of a sandbox inside whose limits this one stays, with all
	// its containers; empty is none. Remove it after its children.
	Parent string
	// SharesIPC lets containers have the IPC namespace of the sandbox.
	SharesIPC bool
	// Devices lets its containers, and those of sandboxes inside it, have devices of the
	// engine's host: where limits nest, nothing inside has what the sandbox may not have.
	Devices bool
	// CPUShares weigh all its containers against other sandboxes; 0 is the engine's choice.
	CPUShares int64
	// CPU in CPU units (1024 = one vCPU) and Memory in bytes bound all containers
	// of the sandbox together; 0 is no bound.
	CPU    int64
	Memory int64
	// Swap in bytes is what they may use beside Memory, if that is bounded.
	Swap int64
}

// HostName is the host name of a sandbox with an address: ip-10-0-0-1.<domain>.
// Source: Amazon VPC user guide, DNS attributes.
func HostName(address netip.Addr, domain string) string {
	return "ip-" + strings.ReplaceAll(address.String(), ".", "-") + "." + domain
}

// HostAddress is the address that the first label of a host name is made of: HostName reversed. found is false for other names.
func HostAddress(hostName string) (address netip.Addr, found bool) {
	first, _, _ := strings.Cut(hostName, ".")
	digits, found := strings.CutPrefix(first, "ip-")
	address, err := netip.ParseAddr(strings.ReplaceAll(digits, "-", "."))
	return address, found && err == nil && address.Is4()
}

// FoundBy are the names by which others find a sandbox with a host name: that and its first
// label.
func FoundBy(hostName string) []string {
	first, _, _ := strings.Cut(hostName, ".")
	return []string{hostName, first}
}
