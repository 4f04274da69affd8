//go:build linux

package main

import (
	"errors"
	"os"
	"strings"
	"syscall"
)

// connect leads calls to a proxy in this namespace, instead of what was said before:
//
//	connect <own address> [name/<name>=<address>]… [call/<address>:<port>=<address>:<port>]… [port/<port>=<port>]…
//
// A name is a line of the hosts file, a call what this namespace itself has for a loopback address, and a port what
// comes from outside for the own address. A filter has looked at it before.
func connect(words []string) error {
	if len(words) == 0 {
		return errors.New("not whose calls to lead")
	}
	own, err := localAddressOf(words[0])
	if err != nil {
		return err
	}
	r := newRuleset("ecs-emulator-connect")
	r.keep()
	r.needs("nf_tables' nat chains for IPv4")
	r.chain("from-here", "nat", output, destinationNAT)
	r.chain("from-outside", "nat", prerouting, destinationNAT)
	r.needs("nf_tables")
	var names []string
	for _, word := range words[1:] {
		kind, rest, _ := strings.Cut(word, "/")
		from, to, led := strings.Cut(rest, "=")
		switch {
		case !led:
			return errors.New("not a name, a call or a port: " + word)
		case kind == "name":
			names = append(names, to+"\t"+from)
			continue
		case kind == "call":
			at, ok := parseAddress(from)
			instead, known := parseAddress(to)
			if !ok || !known {
				return errors.New("not a call: " + word)
			}
			r.rule("from-here", lead(at.Addr, at.Port, instead.Addr, instead.Port)...)
		case kind == "port":
			at, ok := parsePort(from)
			instead, known := parsePort(to)
			if !ok || !known {
				return errors.New("not a port: " + word)
			}
			outside := []expression{meta(inInterface), is(own.link[:]...)}
			r.rule("from-outside", append(outside, lead(own.ip, at, own.ip, instead)...)...)
		default:
			return errors.New("not a name, a call or a port: " + word)
		}
	}
	return errors.Join(r.commit(), writeNames(hostsFile, names))
}

// lead has TCP for an address and port go to others instead.
func lead(at [4]byte, port int, to [4]byte, instead int) []expression {
	return []expression{
		payload(networkHeader, destination, 4), is(at[:]...), meta(protocol), is(tcp), payload(transportHeader, 2, 2), is(bigEndian(port)...),
		load(1, to[:]...), load(2, bigEndian(instead)...), toRegisters,
	}
}

const (
	hostsFile = "/etc/hosts"
	// nameMark ends the lines of hosts files that are written here.
	nameMark = " # Service Connect"
)

// writeNames puts names into a hosts file in the place of those that were put there before. The file stays the one
// that containers have mounted.
func writeNames(path string, names []string) error {
	before, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	return writeHosts(path, string(before), withNames(string(before), names))
}

// writeHosts writes a hosts file that is another one than before.
func writeHosts(path, before, after string) error {
	if after == before {
		return nil
	}
	file, err := syscall.Open(path, syscall.O_WRONLY|syscall.O_TRUNC|syscall.O_CLOEXEC, 0)
	if err != nil {
		return errors.New("write names: " + err.Error())
	}
	writeAll(file, []byte(after))
	return syscall.Close(file)
}

// withNames is a hosts file with other names.
func withNames(file string, names []string) string {
	var kept strings.Builder
	for line := range strings.Lines(file) {
		if !strings.HasSuffix(strings.TrimSuffix(line, "\n"), nameMark) {
			kept.WriteString(line)
		}
	}
	text := kept.String()
	if text != "" && !strings.HasSuffix(text, "\n") {
		text += "\n"
	}
	for _, name := range names {
		text += name + nameMark + "\n"
	}
	return text
}
