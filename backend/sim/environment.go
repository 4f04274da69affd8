package sim

import (
	"slices"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

// environment is what a program sees of its container.
type environment struct {
	net       *namespace
	names     backend.Names
	variables []string // "K=V"
	disk      disk
}

func (c *container) environment() environment {
	return environment{c.net, c.spec.names, c.spec.env, c.disk()}
}

func (c *container) disk() disk { return disk{c.spec.files, c.spec.mounts, c.id} }

func (e environment) Hostname() string { return e.net.hostname }

func (e environment) Variables() []string { return e.variables }

// Reaches is false for a name that could be the host name of a sandbox that is not there.
func (e environment) Reaches(name string, port int, udp bool) bool {
	host, found := e.lookUp(name)
	return found && e.net.reaches(host, protocolPort{udp, port})
}

// lookUp is the address that a name leads to by the spec or on the network, or else the name
// itself. It is false for what could be the host name of a sandbox that is not there.
func (e environment) lookUp(name string) (host string, found bool) {
	for _, entry := range e.names.Hosts {
		if known, address, _ := strings.Cut(entry, ":"); known == name {
			return address, true
		}
	}
	for _, n := range e.net.connect.Names {
		if n.Name == name {
			return n.Address.String(), true
		}
	}
	if address := e.net.resolve(name); address.IsValid() {
		return address.String(), true
	}
	if len(e.names.Servers) == 0 {
		if address, known := e.net.ask(name); known {
			return address.String(), address.IsValid()
		}
	}
	_, isHostName := backend.HostAddress(name)
	return name, slices.Contains(backend.FoundBy(e.net.hostname), name) || !isHostName
}

// ReadFile reads what programs have written, or one of the files that tell of names.
func (e environment) ReadFile(path string) (lines []string, exists bool) {
	host, _ := e.disk.find(path)
	if text, written := e.disk.files[host]; written {
		return strings.Split(text, "\n"), true
	}
	return e.file(path)
}

// WriteFile writes where the path leads, unless its mount is read-only.
func (e environment) WriteFile(path, text string) bool {
	host, readOnly := e.disk.find(path)
	if !readOnly {
		e.disk.files[host] = text
	}
	return !readOnly
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
	for _, n := range e.net.connect.Names {
		lines = append(lines, n.Address.String()+"\t"+n.Name)
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
