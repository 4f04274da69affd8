//go:build linux

package main

import (
	"syscall"
	"testing"
)

// rule is how the kernel tells of one: a comparison and a counter.
func counterRule(table, chain, last string) syscall.NetlinkMessage {
	var b buffer
	b.text(1, table)
	b.text(2, chain)
	b.nest(4, func() {
		b.nest(1, func() { b.text(1, "cmp"); b.nest(2, func() { b.number(1, 1) }) })
		b.nest(1, func() {
			b.text(1, last)
			b.nest(2, func() {
				b.attribute(1, 0, 0, 0, 1, 0, 0, 0, 2)
				b.attribute(2, 0, 0, 0, 0, 0, 0, 1, 0)
			})
		})
	})
	return syscall.NetlinkMessage{
		Header: syscall.NlMsghdr{Type: newRule}, Data: append([]byte{syscall.AF_INET, 0, 0, 0}, b.bytes...),
	}
}

func TestParseCounter(t *testing.T) {
	chain, c, ok := parseCounter(counterRule(countTable, "new-tcp", "counter"))
	if !ok || chain != "new-tcp" || c != (counted{bytes: 1<<32 + 2, packets: 256}) {
		t.Errorf("got %q, %+v, %v", chain, c, ok)
	}
	for _, m := range []syscall.NetlinkMessage{
		counterRule("another", "new-tcp", "counter"), counterRule(countTable, "new-tcp", "cmp"), {Header: syscall.NlMsghdr{Type: newRule}}, {},
	} {
		if _, c, ok := parseCounter(m); ok {
			t.Errorf("%+v is a counter: %+v", m, c)
		}
	}
}

func TestOpenFlows(t *testing.T) {
	for state, want := range map[byte]bool{0: false, 1: true, 3: true, 4: false, 7: false, 8: false} {
		m := entry(tcp, destinationChanged, [4]byte{10, 0, 0, 9}, 8080)
		var b buffer
		b.nest(4, func() { b.nest(1, func() { b.attribute(1, state) }) })
		m.Data = append(m.Data, b.bytes...)
		if f, ok := parseFlow(m); !ok || f.open != want {
			t.Errorf("in state %d it is open: %v, %v", state, f.open, ok)
		}
	}
	if f, ok := parseFlow(entry(udp, destinationChanged, [4]byte{10, 0, 0, 9}, 53)); !ok || !f.open {
		t.Error("a flow of datagrams is not open")
	}
}
