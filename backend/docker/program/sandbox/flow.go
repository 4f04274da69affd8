//go:build linux

package main

import "syscall"

// place is an address with a port.
type place struct {
	address [4]byte
	port    int
}

// endpoint is a place of a protocol.
type endpoint struct {
	protocol byte
	at       place
}

// flow is a connection as the kernel tracks it.
type flow struct {
	begun    []byte // its addresses and ports as they came, as the kernel has them
	protocol byte
	to       place // where it was sent
	answers  place // who answers
	led      bool  // these differ
	asks     bool  // only its sender was changed
	open     bool  // see isOpen
}

// parseFlow reads an entry of the kernel's table; see attributesOf.
// Source: Linux include/uapi/linux/netfilter/nfnetlink_conntrack.h.
func parseFlow(m syscall.NetlinkMessage) (f flow, ok bool) {
	if len(m.Data) < 4 {
		return f, false
	}
	attributes := attributesOf(m.Data[4:])
	f.begun = attributes[1]
	status := attributes[3]
	there, back := attributesOf(f.begun), attributesOf(attributes[2])
	protocol := attributesOf(there[2])[1]
	if len(status) != 4 || len(protocol) != 1 {
		return f, false
	}
	f.protocol, f.led = protocol[0], status[3]&destinationChanged != 0
	f.asks, f.open = status[3]&(sourceChanged|destinationChanged) == sourceChanged, isOpen(attributes[4])
	var came, answers bool
	f.to, came = placeOf(attributesOf(there[1])[2], attributesOf(there[2])[3])
	f.answers, answers = placeOf(attributesOf(back[1])[1], attributesOf(back[2])[2])
	return f, came && answers
}

func placeOf(address, port []byte) (p place, ok bool) {
	if len(address) != 4 || len(port) != 2 {
		return p, false
	}
	return place{[4]byte(address), int(port[0])<<8 | int(port[1])}, true
}

// strayFlows are those that are to begin anew: with a peer that is gone, and datagrams that come
// for a port which leads elsewhere by now, of which some program had the first.
func strayFlows(shares []share, gone map[endpoint]bool) func(flow) bool {
	balanced := map[int]bool{}
	for _, s := range shares {
		if s.protocol == udp {
			balanced[s.port] = true
		}
	}
	return func(f flow) bool {
		return f.led && gone[endpoint{f.protocol, f.answers}] || !f.led && f.protocol == udp && balanced[f.to.port]
	}
}

// eachFlow tells of the flows that the kernel tracks. One without this interface has none.
func eachFlow(tell func(flow)) {
	var ask buffer
	ask.message(getFlow, request|syscall.NLM_F_DUMP, []byte{syscall.AF_INET, 0, 0, 0}, nil)
	_ = ask.exchange(netlinkNetfilter, func(m syscall.NetlinkMessage) (done bool, err error) {
		if m.Header.Type == syscall.NLMSG_DONE || m.Header.Type == syscall.NLMSG_ERROR {
			return true, nil
		}
		if f, ok := parseFlow(m); ok {
			tell(f)
		}
		return false, nil
	})
}

// forgetFlows has the kernel forget some flows.
func forgetFlows(which func(flow) bool) {
	var forget buffer
	eachFlow(func(f flow) {
		if which(f) {
			forget.message(deleteFlow, request, []byte{syscall.AF_INET, 0, 0, 0}, func() { forget.attribute(1|nested, f.begun...) })
		}
	})
	if forget.count > 0 {
		forget.await()
		_ = forget.send(netlinkNetfilter)
	}
}
