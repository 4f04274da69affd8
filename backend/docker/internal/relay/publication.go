package relay

import (
	"net/netip"

	"github.com/moby/moby/api/types/network"
)

// publication has the ports of a relay that are published at the loopback address of the engine's host.
type publication struct {
	tasks    hostPorts // lead where SetPublished says
	registry uint16    // leads to registryPort; 0 is none
}

// demand says what a relay publishes.
type demand struct {
	tasks    int    // how many TCP ports; see askFor
	registry uint16 // the best port for the registry; 0: it needs none
}

// choose are the ports to ask for: best the same as before, and none that is taken.
func (d demand) choose(before publication, taken hostPorts) publication {
	tasks := askFor(d.tasks, before.tasks, taken)
	return publication{tasks, chooseRegistryPort(d.registry, before.registry, taken.and(tasks).tcp)}
}

func (p publication) all() hostPorts {
	if p.registry == 0 {
		return p.tasks
	}
	return p.tasks.and(hostPorts{tcp: []uint16{p.registry}})
}

// bindings are the ports as the engine is asked for them.
func (p publication) bindings() (network.PortSet, network.PortMap) {
	exposed, bound := network.PortSet{}, network.PortMap{}
	add := func(protocol network.IPProtocol, port, inside uint16) {
		at, _ := network.PortFrom(inside, protocol)
		exposed[at] = struct{}{}
		bound[at] = []network.PortBinding{{HostIP: netip.MustParseAddr(loopbackAddress), HostPort: decimal(port)}}
	}
	for _, port := range p.tasks.tcp {
		add(network.TCP, port, port)
	}
	for _, port := range p.tasks.udp {
		add(network.UDP, port, port)
	}
	if p.registry != 0 {
		add(network.TCP, p.registry, registryPort)
	}
	return exposed, bound
}
