// Package taskport says which ports of tasks are on the loopback address of this host, and under which numbers.
package taskport

import (
	"net/netip"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/host/containerinstance"
	"github.com/ecs-emulator/ecs-emulator/internal/host/hostport"
)

// Rules say which ports a host's tasks have on the loopback address.
type Rules struct {
	Local bool // HostOptions.LocalPorts
	UDP   bool // tasks take datagrams
	// Engine is the one of the host.
	Engine hostport.Dialer
}

// Mappings are the mappings of a task: the mapped ports of its own network interface, or of
// its container instance, on.
func (r Rules) Mappings(
	t *state.Task, s *state.TaskStatus, definitions []types.ContainerDefinition, on containerinstance.Place,
) (list []hostport.Mapping) {
	if t.Spec.HasInterface() {
		ip, _ := netip.ParseAddr(s.Attachment.PrivateIPv4)
		for _, c := range definitions {
			for _, b := range containerinstance.WantedBindings(c.PortMappings) {
				b.HostPort = b.ContainerPort // of its own interface
				list = r.add(list, aws.ToString(c.Name), b, hostport.Target{Engine: r.Engine, Sandbox: s.SandboxID, IP: ip}, r.ofInterface)
			}
		}
		return list
	}
	if on.Sandbox == "" {
		return nil // it has not been taken over yet
	}
	picked := pickedPorts(definitions)
	for _, c := range s.Containers {
		for _, b := range c.Bindings {
			of := r.fixed
			if picked[pickedPort{c.Name, b.Protocol, b.ContainerPort}] {
				of = r.dynamic
			}
			list = r.add(list, c.Name, b, hostport.Target{Engine: r.Engine, Sandbox: on.Sandbox, IP: on.IP}, of)
		}
	}
	return list
}

// numbering says which numbers a port of a container has here, shared and own.
type numbering func(container, host uint16) (shared, own uint16)

func (r Rules) ofInterface(container, _ uint16) (shared, own uint16) {
	if r.Local {
		return container, 0
	}
	return 0, 0
}

// fixed is for a port of a container instance that the definition names: who asks for 8080
// there looks for it at 8080 here.
func (r Rules) fixed(_, host uint16) (shared, own uint16) {
	if r.Local {
		return host, 0
	}
	return 0, host
}

// dynamic is for one that the agent has picked.
func (r Rules) dynamic(container, host uint16) (shared, own uint16) {
	if r.Local {
		return container, host
	}
	return 0, host
}

// mostOfRange bounds the listeners for a range: each has a file of this process.
const mostOfRange = 1000

// add adds the mappings of a binding of a sandbox.
func (r Rules) add(
	list []hostport.Mapping, container string, b state.Binding, leads hostport.Target, of numbering,
) []hostport.Mapping {
	if b.Protocol == types.TransportProtocolUdp && !r.UDP {
		return list
	}
	for i := range uint16(min(b.Count(), mostOfRange)) {
		m := hostport.Mapping{Container: container, ContainerPort: int(b.ContainerPort + i), Protocol: b.Protocol, Leads: leads}
		m.Leads.Port = b.HostPort + i
		m.Shared, m.Own = of(b.ContainerPort+i, b.HostPort+i)
		list = append(list, m)
	}
	return list
}

// pickedPort is a port of a container for which the agent picks that of the container
// instance.
type pickedPort struct {
	container string
	protocol  types.TransportProtocol
	first     uint16
}

func pickedPorts(definitions []types.ContainerDefinition) map[pickedPort]bool {
	picked := map[pickedPort]bool{}
	for _, c := range definitions {
		for _, b := range containerinstance.WantedBindings(c.PortMappings) {
			if b.HostPort == 0 {
				picked[pickedPort{aws.ToString(c.Name), b.Protocol, b.ContainerPort}] = true
			}
		}
	}
	return picked
}

// Owner is a task as the owner of ports of this host.
func Owner(t *state.Task, s *state.TaskStatus, stop *state.Stop) hostport.Owner {
	return hostport.Owner{ID: t.ARN, Service: t.Spec.ServiceARN, StartedAt: s.StartedAt, Leaving: stop != nil}
}
