package sim

import (
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

// lookUp is the address that a name leads to by the spec, or the name itself.
func (e environment) lookUp(name string) string {
	for _, entry := range e.names.Hosts {
		if known, address, _ := strings.Cut(entry, ":"); known == name {
			return address
		}
	}
	return name
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
