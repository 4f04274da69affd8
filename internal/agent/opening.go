package agent

import (
	"net/netip"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/state"
)

// opening is a port of a task that is wanted on the user's loopback address.
type opening struct {
	container     string
	containerPort int
	protocol      types.TransportProtocol
	leads         target
	// shared is the number under which the tasks of a service have it in turn; 0 is none.
	shared uint16
	// own is the number for this task alone, if that is free; 0 is any.
	own uint16
}

// target is where a port of the loopback address leads: a port of a sandbox, and its address.
type target struct {
	sandbox string
	ip      netip.Addr
	port    uint16
}

func (t target) addrPort() netip.AddrPort { return netip.AddrPortFrom(t.ip, t.port) }

// openingRules say which openings a host's tasks have.
type openingRules struct {
	local bool // HostOptions.LocalPorts
	udp   bool // tasks take datagrams
}

// openings are those of a task: the mapped ports of its own network interface, or those of
// its container instance, the machine.
func (r openingRules) openings(t *state.Task, s *state.TaskStatus, definitions []types.ContainerDefinition, machine place) (list []opening) {
	if t.Spec.HasInterface() {
		ip, _ := netip.ParseAddr(s.Attachment.PrivateIPv4)
		for _, c := range definitions {
			for _, b := range wantedBindings(c.PortMappings) {
				b.HostPort = b.ContainerPort // of its own interface
				list = r.add(list, aws.ToString(c.Name), b, target{sandbox: s.SandboxID, ip: ip}, r.ofInterface)
			}
		}
		return list
	}
	if machine.sandbox == "" {
		return nil // it has not been taken over yet
	}
	picked := pickedPorts(definitions)
	for _, c := range s.Containers {
		for _, b := range c.Bindings {
			numbers := r.fixed
			if picked[pickedPort{c.Name, b.Protocol, b.ContainerPort}] {
				numbers = r.dynamic
			}
			list = r.add(list, c.Name, b, target{sandbox: machine.sandbox, ip: machine.ip}, numbers)
		}
	}
	return list
}

// Which numbers the ports of a container have here, shared and own.

func (r openingRules) ofInterface(container, _ uint16) (shared, own uint16) {
	if r.local {
		return container, 0
	}
	return 0, 0
}

// fixed is for a port of a container instance that the definition names: who asks for 8080
// there looks for it at 8080 here.
func (r openingRules) fixed(_, host uint16) (shared, own uint16) {
	if r.local {
		return host, 0
	}
	return 0, host
}

// dynamic is for one that the agent has picked.
func (r openingRules) dynamic(container, host uint16) (shared, own uint16) {
	if r.local {
		return container, host
	}
	return 0, host
}

// mostOfRange bounds the listeners for a range: each has a file of this process.
const mostOfRange = 1000

// add adds the openings of a binding of a sandbox.
func (r openingRules) add(list []opening, container string, b state.Binding, leads target, numbers func(container, host uint16) (shared, own uint16)) []opening {
	if b.Protocol == types.TransportProtocolUdp && !r.udp {
		return list
	}
	for i := range uint16(min(b.Count(), mostOfRange)) {
		o := opening{container: container, containerPort: int(b.ContainerPort + i), protocol: b.Protocol, leads: leads}
		o.leads.port = b.HostPort + i
		o.shared, o.own = numbers(b.ContainerPort+i, b.HostPort+i)
		list = append(list, o)
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
		for _, b := range wantedBindings(c.PortMappings) {
			if b.HostPort == 0 {
				picked[pickedPort{aws.ToString(c.Name), b.Protocol, b.ContainerPort}] = true
			}
		}
	}
	return picked
}
