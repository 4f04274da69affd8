//go:build linux

package main

import (
	"syscall"
	"testing"
)

func TestParseShare(t *testing.T) {
	for in, want := range map[string]share{
		"tcp/80/random/0-65535/keep=10.0.0.9:8080": {protocol: tcp, port: 80, last: 65535, keep: true, to: [4]byte{10, 0, 0, 9}, toPort: 8080},
		"udp/53/source/256-511/own=10.0.0.8:53":    {protocol: udp, port: 53, bySource: true, first: 256, last: 511, to: [4]byte{10, 0, 0, 8}, toPort: 53},
	} {
		if got, ok := parseShare(in); !ok || got != want {
			t.Errorf("parseShare(%q) = %+v, %v; want %+v", in, got, ok, want)
		}
	}
	for _, in := range []string{
		"", "tcp/80/random/0-65535/keep", "sctp/80/random/0-1/keep=10.0.0.9:80", "tcp/0/random/0-1/keep=10.0.0.9:80", "tcp/80/turn/0-1/keep=10.0.0.9:80",
		"tcp/80/random/1-0/keep=10.0.0.9:80", "tcp/80/random/0/keep=10.0.0.9:80", "tcp/80/random/0-65536/keep=10.0.0.9:80",
		"tcp/80/random/0-1/drop=10.0.0.9:80", "tcp/80/random/0-1/keep=10.0.0.9", "tcp/80/random/0-1/keep=10.0.0.9:0",
	} {
		if got, ok := parseShare(in); ok {
			t.Errorf("parseShare(%q) = %+v; want a refusal", in, got)
		}
	}
}

func TestParseForgotten(t *testing.T) {
	if protocol, at, ok := parseForgotten("forget/udp=10.0.0.7:53"); !ok || protocol != udp || at != (place{[4]byte{10, 0, 0, 7}, 53}) {
		t.Errorf("got %d %v %v", protocol, at, ok)
	}
	for _, in := range []string{"forget/udp", "udp=10.0.0.7:53", "forget/icmp=10.0.0.7:53"} {
		if _, _, ok := parseForgotten(in); ok {
			t.Errorf("%q is something to forget", in)
		}
	}
}

// entry is how the kernel tells of a flow from 10.0.0.2:4000 to 10.0.0.3:53.
func entry(protocol byte, status byte, answers [4]byte, port int) syscall.NetlinkMessage {
	var b buffer
	tuple := func(kind uint16, from, to [4]byte, fromPort, toPort int) {
		b.nest(kind, func() {
			b.nest(1, func() { b.attribute(1, from[:]...); b.attribute(2, to[:]...) })
			b.nest(2, func() {
				b.attribute(1, protocol)
				b.attribute(2, bigEndian(fromPort)...)
				b.attribute(3, bigEndian(toPort)...)
			})
		})
	}
	client := [4]byte{10, 0, 0, 2}
	tuple(1, client, [4]byte{10, 0, 0, 3}, 4000, 53)
	tuple(2, answers, client, port, 4000)
	b.attribute(3, 0, 0, 0, status)
	return syscall.NetlinkMessage{Data: append([]byte{syscall.AF_INET, 0, 0, 0}, b.bytes...)}
}

func TestStrayFlows(t *testing.T) {
	here, target := [4]byte{10, 0, 0, 3}, [4]byte{10, 0, 0, 9}
	stray := strayFlows([]share{{protocol: udp, port: 53}, {protocol: tcp, port: 53}}, map[endpoint]bool{{udp, place{[4]byte{10, 0, 0, 8}, 53}}: true})
	for name, test := range map[string]struct {
		message syscall.NetlinkMessage
		want    bool
	}{
		"with a target that stays":           {entry(udp, destinationChanged, target, 53), false},
		"with one that is gone":              {entry(udp, destinationChanged, [4]byte{10, 0, 0, 8}, 53), true},
		"with one that is gone at one port":  {entry(udp, destinationChanged, [4]byte{10, 0, 0, 8}, 54), false},
		"a connection with one that is gone": {entry(tcp, destinationChanged, [4]byte{10, 0, 0, 8}, 53), false},
		"datagrams to a program here":        {entry(udp, 0, here, 53), true},
		"a connection to a program here":     {entry(tcp, 0, here, 53), false},
	} {
		f, ok := parseFlow(test.message)
		if !ok {
			t.Fatalf("%s: not a flow", name)
		}
		if got := stray(f); got != test.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
