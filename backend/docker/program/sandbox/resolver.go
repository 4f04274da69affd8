//go:build linux

package main

import (
	"encoding/binary"
	"os"
	"strconv"
	"strings"
)

// resolver leads what comes in for port 53 of an address to where names of this namespace
// are resolved. An engine does that at a loopback address of it, on ports that only the
// kernel tells; one that does it elsewhere has names at port 53.
// Source: Moby, libnetwork/resolver.go.
func (r *ruleset) resolver(address [4]byte) {
	file, _ := os.ReadFile("/etc/resolv.conf")
	server, found := nameserver(string(file))
	if !found {
		return // no resolver is asked here either
	}
	r.chain("names", "nat", prerouting, destinationNAT)
	for _, over := range []struct {
		transport byte
		sockets   string
	}{{udp, "/proc/net/udp"}, {tcp, "/proc/net/tcp"}} {
		port := 53
		if server[0] == 127 {
			table, _ := os.ReadFile(over.sockets)
			if port = boundPort(string(table), server); port == 0 {
				continue
			}
		}
		r.rule("names", payload(networkHeader, 16, 4), is(address[:]...), meta(protocol), is(over.transport),
			payload(transportHeader, 2, 2), is(bigEndian(53)...),
			load(1, server[:]...), load(2, bigEndian(port)...), toRegisters)
	}
}

// nameserver is the first one of resolv.conf(5) that has an IPv4 address.
func nameserver(file string) (server [4]byte, found bool) {
	for line := range strings.Lines(file) {
		words := strings.Fields(line)
		if len(words) < 2 || words[0] != "nameserver" {
			continue
		}
		if at, ok := parseAddress(words[1] + ":53"); ok {
			return at.Addr, true
		}
	}
	return server, false
}

// boundPort is a port with a listener at an address, by the kernel's table of
// sockets; 0 is none. Source: Linux Documentation/networking/proc_net_tcp.rst.
func boundPort(table string, at [4]byte) int {
	here := binary.LittleEndian.Uint32(at[:]) // the byte order of all machines that this is built for
	for line := range strings.Lines(table) {
		words := strings.Fields(line)
		if len(words) < 3 || words[2] != "00000000:0000" {
			continue
		}
		address, port, _ := strings.Cut(words[1], ":")
		if bound, err := strconv.ParseUint(address, 16, 32); err == nil && uint32(bound) == here {
			n, _ := strconv.ParseUint(port, 16, 16)
			return int(n)
		}
	}
	return 0
}
