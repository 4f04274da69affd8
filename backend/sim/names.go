package sim

import (
	"net/netip"
	"slices"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

// lend gives a container that joins another sandbox the kinds of names of its own one that it
// asks for.
func (box *container) lend(asked backend.Names) (lent backend.Names) {
	if len(asked.Hosts) > 0 {
		lent.Hosts = box.names.Hosts
	}
	if len(asked.Servers)+len(asked.SearchDomains) > 0 {
		lent.Servers, lent.SearchDomains = box.names.Servers, box.names.SearchDomains
	}
	return lent
}

// resolve asks on the networks of a namespace, and on those of the sandbox that routes its
// network, for one that runs and has a name.
func (n *namespace) resolve(name string) netip.Addr {
	for {
		for _, on := range []*network{n.network, n.routes} {
			if found := on.find(name); found.IsValid() {
				return found
			}
		}
		if n.network == nil || n.network.router == nil || n.network.router.self.state != backend.Running {
			return netip.Addr{}
		}
		n = n.network.router
	}
}

// find is the address that a name has on a network.
func (n *network) find(name string) (found netip.Addr) {
	if n == nil {
		return found
	}
	for _, named := range n.names[name] {
		if named.self.state == backend.Running {
			return named.address
		}
	}
	return found
}

// forget takes the names of a namespace off a network.
func (n *network) forget(named *namespace) {
	for _, name := range named.foundBy {
		n.names[name] = slices.DeleteFunc(n.names[name], func(other *namespace) bool { return other == named })
		if len(n.names[name]) == 0 {
			delete(n.names, name)
		}
	}
}

// ask asks the resolver, on its engine, of the network that a namespace is on, or that its network is led to. known is
// false for a name that the resolver does not answer for.
func (n *namespace) ask(name string) (address netip.Addr, known bool) {
	for n.network != nil && n.network.router != nil {
		n = n.network.router
	}
	if n.network == nil {
		return address, false
	}
	return n.network.resolvers[n.self.engine].Ask(name)
}
