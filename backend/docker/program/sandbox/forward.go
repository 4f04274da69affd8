//go:build linux

package main

import (
	"math/bits"
	"strings"
)

// forward leads ports of this namespace elsewhere: the first one, and as many that follow.
type forward struct {
	protocol    byte
	port, count int
	to          [4]byte
	toPort      int
}

// parseForward reads tcp/80=10.0.0.9:8080 and tcp/8000-8009=10.0.0.9:9000.
func parseForward(s string) (f forward, ok bool) {
	door, to, _ := strings.Cut(s, "=")
	name, ports, _ := strings.Cut(door, "/")
	if f.protocol = protocols[name]; f.protocol == 0 {
		return f, false
	}
	if f.port, f.count, ok = parsePorts(ports); !ok {
		return f, false
	}
	there, ok := parseAddress(to)
	if !ok {
		return f, false
	}
	f.to, f.toPort = there.Addr, there.Port
	return f, f.toPort+f.count <= 1<<16
}

// parsePorts reads 80 and 8000-8009.
func parsePorts(s string) (first, count int, ok bool) {
	from, until, isRange := strings.Cut(s, "-")
	if !isRange {
		until = from
	}
	here, ok := parseAddress("0.0.0.0:" + from)
	if !ok {
		return 0, 0, false
	}
	last, ok := parseAddress("0.0.0.0:" + until)
	if !ok {
		return 0, 0, false
	}
	count = last.Port - here.Port + 1
	return here.Port, count, count > 0
}

// block is ports that differ in their last bits alone, here as well as where they lead to.
type block struct {
	port, toPort int
	size         int // a power of two, of which both are multiples
}

// blocks are the ports of a forward. Rules cannot add, but they can turn bits over, so a
// rule leads a block. Where the first ports have the same last bits, there are two blocks
// for each power of two at most.
func (f forward) blocks() (list []block) {
	for done := 0; done < f.count; {
		port, toPort := f.port+done, f.toPort+done
		size := 1 << min(bits.TrailingZeros(uint(port|toPort)), bits.Len(uint(f.count-done))-1)
		list = append(list, block{port, toPort, size})
		done += size
	}
	return list
}

// lead adds the rule for a block.
func (r *ruleset) lead(transport byte, b block, to [4]byte) {
	every, fixed := bigEndian(1<<16-1), bigEndian(1<<16-b.size)
	r.rule("ports", meta(protocol), is(transport),
		payload(transportHeader, 2, 2), alter(1, fixed, bigEndian(0)), is(bigEndian(b.port)...),
		load(1, to[:]...), payloadTo(2, transportHeader, 2, 2), alter(2, every, bigEndian(b.port^b.toPort)), toRegisters)
}

func bigEndian(port int) []byte { return []byte{byte(port >> 8), byte(port)} }
