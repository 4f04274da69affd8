package sim

import (
	"net/netip"
	"syscall"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/sim/internal/daemon"
)

// namespace is a network namespace: of a sandbox, which containers share, or of a single
// container. It lives while the one whose it is runs.
type namespace struct {
	self     *container // whose it is
	network  *network   // nil is none: it has its loopback address only
	routes   *network   // whose gateway it is; nil is none
	hostname string
	foundBy  []string // names on the network
	address  netip.Addr
	away     bool                        // it has given the address back
	ports    map[protocolPort]*container // the running containers by the port they serve
	catchAll []*container                // those that serve any TCP port; the first one gets it
	checkers []*container                // running containers whose health hangs on a port
	forwards []backend.PortForward
	cutOff   bool
	filter   *backend.Filter // of packets that are on the network; nil lets all pass
	connect  backend.Connect // of calls that go through a proxy
	daemons  netip.Addr      // where daemonAddress is; it may be the own address
}

// namespaceOf is the namespace of a new container: a sandbox's, or one of its own.
func (e *Engine) namespaceOf(c *container, spec backend.ContainerSpec) (*namespace, error) {
	switch {
	case spec.Joins != "" && spec.Network != "":
		return nil, daemon.Errorf(nil, "conflicting options: a container is on a network or joins a sandbox")
	case spec.Joins != "":
		other, err := e.sandbox(spec.Joins)
		if err != nil {
			return nil, err
		}
		return other.net, checkNames(spec, false)
	case spec.Network == "" && c.box.net.network != nil:
		return c.box.net, checkNames(spec, true)
	}
	own := &namespace{}
	if spec.Network != "" {
		if host := spec.Names.Host; host != "" {
			own.foundBy = []string{host}
		}
		n := e.network(spec.Network)
		if n == nil {
			return nil, noSuchNetwork(spec.Network)
		}
		address, err := n.addresses.Take(netip.Prefix{})
		if err != nil {
			return nil, err
		}
		own.network, own.address = n, address
	}
	own.enter(c)
	return own, nil
}

func checkNames(spec backend.ContainerSpec, shares bool) error {
	if err := spec.CheckNames(shares); err != nil {
		return daemon.Errorf(nil, "%v", err)
	}
	return nil
}

// enter puts a namespace on its networks as that of a container.
func (n *namespace) enter(self *container) {
	n.self = self
	if n.network != nil {
		n.network.at[n.address] = n
		for _, name := range n.foundBy {
			n.network.names[name] = append(n.network.names[name], n)
		}
	}
	if n.routes != nil {
		n.routes.router = n
	}
}

// leave takes a namespace off its networks with the container whose it is. Again is harmless.
func (n *namespace) leave(c *container) {
	if n.self != c || n.away {
		return
	}
	n.away = true
	if n.network != nil {
		delete(n.network.at, n.address)
		n.network.forget(n)
		n.network.addresses.Give(n.address)
	}
	if n.routes != nil {
		n.routes.router = nil
	}
}

// comeBack puts the namespace of a container that starts again on its networks again. It reports
// false if another container has its address by now.
func (n *namespace) comeBack(c *container) bool {
	if n.self != c || !n.away {
		return true
	}
	if n.network != nil && !n.network.addresses.Occupy(n.address) {
		return false
	}
	n.away = false
	n.enter(c)
	return true
}

// reset makes it as good as new.
func (n *namespace) reset() {
	n.ports, n.catchAll, n.checkers = nil, nil, nil
	n.forwards, n.cutOff, n.filter, n.connect, n.daemons = nil, false, nil, backend.Connect{}, netip.Addr{}
}

// answer is the container that answers a packet for a port that has come in, and on
// which of its own ports it does: forwards go before what listens in the namespace.
func (n *namespace) answer(at protocolPort) (server *container, port int, err error) {
	if n.self.state != backend.Running {
		return nil, 0, syscall.EHOSTUNREACH
	}
	if to, ok := n.forwarded(at); ok {
		behind := n.routes.at[to.Addr()]
		if behind == nil || behind.self.state != backend.Running {
			return nil, 0, syscall.EHOSTUNREACH
		}
		n, at.port = behind, int(to.Port())
	}
	if server = n.server(at); server == nil {
		return nil, 0, syscall.ECONNREFUSED
	}
	return server, at.port, nil
}

// forwarded is where a port leads to.
func (n *namespace) forwarded(at protocolPort) (to netip.AddrPort, ok bool) {
	protocol, _ := at.protocol()
	for _, f := range n.forwards {
		if to, ok = f.Lead(protocol, uint16(at.port)); ok {
			return to, true
		}
	}
	return to, false
}

// called is the port that answers for an address of the namespace itself.
func (n *namespace) called(to netip.Addr, at protocolPort) protocolPort {
	if !at.udp {
		at.port = int(n.connect.Called(netip.AddrPortFrom(to, uint16(at.port))).Port())
	}
	return at
}

// entered is the port that answers those who come from outside.
func (n *namespace) entered(at protocolPort) protocolPort {
	if !at.udp {
		at.port = int(n.connect.Entered(uint16(at.port)))
	}
	return at
}

// reaches says whether a server answers when a container of the namespace connects to
// a host: an address, or a name, which stands for the namespace itself.
func (n *namespace) reaches(host string, at protocolPort) bool {
	to, err := netip.ParseAddr(host)
	if err != nil || to == n.address {
		to = netip.AddrFrom4([4]byte{127, 0, 0, 1})
	}
	return n.reachesAt(netip.AddrPortFrom(to, uint16(at.port)), at.udp, n.address, mostHops)
}

// mostHops bounds how many load balancers lead to each other.
const mostHops = 8

// reachesAt says whether a server answers when a container of the namespace connects to an address, and is seen there
// with one.
func (n *namespace) reachesAt(to netip.AddrPort, udp bool, seen netip.Addr, hops int) bool {
	server, port, err := n.dials(to, udp, seen)
	return err == nil && (server.plane == nil || udp || hops > 0 && server.plane.pieces.Leads(port, func(target netip.AddrPort, seesClient bool) bool {
		from := server.net.address
		if seesClient {
			from = n.leavesAs(seen)
		}
		return server.net.reachesAt(target, false, from, hops-1)
	}))
}

// leavesAs is the address that others see of what a namespace sends with one: of the sandbox that routes its network.
func (n *namespace) leavesAs(source netip.Addr) netip.Addr {
	for ; n.network != nil && n.network.router != nil; source = n.address {
		n = n.network.router
	}
	return source
}

// findAs goes from network to network, each through the sandbox that routes it, to the
// namespace that has an address, if the filters on the way let pass what is for a port
// there. The packets may have another source address than that of the namespace.
func (n *namespace) findAs(source, to netip.Addr, at protocolPort) *namespace {
	for from := n; from.network != nil && !from.cutOff && from.sends(to, at); {
		if found := from.network.at[to]; found != nil {
			if !found.takes(source, at) {
				return nil
			}
			return found
		}
		router := from.network.router
		if router == nil || router.self.state != backend.Running {
			return nil
		}
		if to == from.network.Gateway || to == router.address { // which it does not leave the machine for
			return router
		}
		from, source = router, router.address
	}
	return nil
}

// filtered is the filter as it is now.
func (n *namespace) filtered() *backend.Filter {
	if n.filter != nil && n.filter.Now != nil {
		return n.filter.Now()
	}
	return n.filter
}

// sends reports whether the filter of a namespace lets out what is for a port elsewhere.
func (n *namespace) sends(to netip.Addr, at protocolPort) bool {
	_, protocol := at.protocol()
	f := n.filtered()
	return f == nil || backend.Pass(f.Out, backend.Flow{Protocol: protocol, Port: at.port, Peer: to})
}

// takes reports whether it lets in what is for a port.
func (n *namespace) takes(from netip.Addr, at protocolPort) bool {
	f := n.filtered()
	if f == nil || from == n.network.Gateway && !f.Strict {
		return true
	}
	_, protocol := at.protocol()
	return backend.Pass(f.In, backend.Flow{Protocol: protocol, Port: at.port, Peer: from})
}
