package sim

import (
	"net/netip"
	"slices"
	"strings"

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

// lookUp is the address that a name leads to by the spec or on the network, or else the name
// itself. It is false for what could be the host name of a sandbox that is not there.
func (e environment) lookUp(name string) (host string, found bool) {
	for _, entry := range e.names.Hosts {
		if known, address, _ := strings.Cut(entry, ":"); known == name {
			return address, true
		}
	}
	if address := e.net.resolve(name); address.IsValid() {
		return address.String(), true
	}
	return name, slices.Contains(backend.FoundBy(e.net.hostname), name) || !isHostName(name)
}

// isHostName reports whether a name is made like that of a sandbox.
func isHostName(name string) bool {
	first, _, _ := strings.Cut(name, ".")
	address, found := strings.CutPrefix(first, "ip-")
	_, err := netip.ParseAddr(strings.ReplaceAll(address, "-", "."))
	return found && err == nil
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

// file is what stands in one of the files that tell of names.
func (e environment) file(path string) (lines []string, ok bool) {
	switch path {
	case "/etc/hostname":
		return []string{e.net.hostname}, true
	case "/etc/hosts":
		return e.hosts(), true
	case "/etc/resolv.conf":
		return e.resolver(), true
	}
	return nil, false
}

func (e environment) hosts() []string {
	lines := []string{"127.0.0.1\tlocalhost"}
	for _, entry := range e.names.Hosts {
		name, address, _ := strings.Cut(entry, ":")
		lines = append(lines, address+"\t"+name)
	}
	if e.net.network != nil {
		own, _, _ := strings.Cut(e.net.hostname, ".")
		lines = append(lines, e.net.address.String()+"\t"+strings.Join(slices.Compact([]string{e.net.hostname, own}), " "))
	}
	return lines
}

func (e environment) resolver() []string {
	var lines []string
	if domains := e.names.SearchDomains; len(domains) > 0 {
		lines = append(lines, "search "+strings.Join(domains, " "))
	}
	for _, server := range e.names.Servers {
		lines = append(lines, "nameserver "+server)
	}
	return lines
}
