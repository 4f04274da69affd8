package sim

import (
	"slices"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

type protocolPort struct {
	udp  bool
	port int
}

func (d protocolPort) protocol() (name string, number int) {
	if d.udp {
		return "udp", backend.UDP
	}
	return "tcp", backend.TCP
}

func portOf(server Server) protocolPort { return protocolPort{server.UDP, server.Port} }

// servedAt is what a script serves on a port.
func servedAt(at protocolPort, servers []Server) Server {
	var catchAll Server
	for _, server := range servers {
		switch portOf(server) {
		case at:
			return server
		case protocolPort{}:
			catchAll = server
		}
	}
	return catchAll
}

// server is the container that serves a port of the namespace; nil if none does.
func (n *namespace) server(at protocolPort) *container {
	if n.self.state != backend.Running {
		return nil
	}
	if c := n.ports[at]; c != nil {
		return c
	}
	if len(n.catchAll) > 0 && !at.udp {
		return n.catchAll[0]
	}
	return nil
}

// listen takes the ports of a container that starts. If another container has
// one, it takes none and returns that one.
func (e *Engine) listen(c *container) (port int, ok bool) {
	net := c.net
	for _, server := range c.script.Serve {
		if server.Port != 0 && net.ports[portOf(server)] != nil {
			return server.Port, false
		}
	}
	for _, server := range c.script.Serve {
		if server.Port == 0 {
			net.catchAll = append(net.catchAll, c)
			continue
		}
		if net.ports == nil {
			net.ports = map[protocolPort]*container{}
		}
		net.ports[portOf(server)] = c
	}
	e.portsChanged(c)
	return 0, true
}

// unlisten gives up what a container that ended has of its sandnet.
func (e *Engine) unlisten(c *container) {
	net, isIt := c.net, func(other *container) bool { return other == c }
	for _, server := range c.script.Serve {
		if net.ports[portOf(server)] == c {
			delete(net.ports, portOf(server))
		}
	}
	net.catchAll = slices.DeleteFunc(net.catchAll, isIt)
	net.checkers = slices.DeleteFunc(net.checkers, isIt)
	e.portsChanged(c)
}

// portsChanged has the health checks look again that hang on a port.
func (e *Engine) portsChanged(c *container) {
	if len(c.script.Serve) == 0 {
		return
	}
	for _, checker := range c.net.checkers {
		e.armProbe(checker)
	}
}
