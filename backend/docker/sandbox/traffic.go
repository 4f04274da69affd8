//go:build linux

package main

import (
	"errors"
	"strings"
	"syscall"
)

// loopback is the index of the loopback interface, in each namespace.
var loopback = []byte{1, 0, 0, 0}

const (
	icmp         = 1
	icmpRedirect = 5
	tcp          = 6
	udp          = 17
)

// traffic says what the namespace does with packets, instead of what was said before:
//
//	traffic [cut] [tcp/80=10.0.0.9:8080]… [udp/8000-8009=10.0.0.9:9000]…
func traffic(args []string) error {
	cut := len(args) > 0 && args[0] == "cut"
	if cut {
		args = args[1:]
	}
	forwards := make([]forward, len(args))
	for i, arg := range args {
		var ok bool
		if forwards[i], ok = parseForward(arg); !ok {
			return errors.New("not a port and where it leads: " + arg)
		}
	}
	r := newRuleset("ecs-emulator-traffic")
	if cut || len(forwards) > 0 {
		r.keep()
	}
	if cut {
		r.cutOff()
	}
	if len(forwards) > 0 {
		if err := r.forward(forwards); err != nil {
			return err
		}
	}
	if err := r.commit(); err != nil {
		return err
	}
	forgetDatagrams()
	return nil
}

// cutOff drops what comes in or goes out. Packets that go out are dropped so late that
// their sender does not hear of it.
func (r *ruleset) cutOff() {
	r.chain("in", "filter", prerouting, beforeAll)
	r.rule("in", meta(inInterface), isNot(loopback...), drop)
	r.chain("out", "filter", postrouting, beforeAll)
	r.rule("out", meta(outInterface), isNot(loopback...), drop)
}

// forward leads the ports of all addresses of this namespace, for packets from outside
// and its own ones.
func (r *ruleset) forward(forwards []forward) error {
	addresses, err := localAddresses()
	if err != nil {
		return err
	}
	r.chain("ports", "", 0, 0)
	for _, f := range forwards {
		for _, b := range f.blocks() {
			r.lead(f.protocol, b, f.to)
		}
	}
	r.chain("from-outside", "nat", prerouting, destinationNAT)
	r.chain("from-here", "nat", output, destinationNAT)
	for _, a := range addresses {
		toHere := []expression{payload(networkHeader, 16, 4), is(a.ip[:]...), jump("ports")}
		r.rule("from-outside", toHere...)
		r.rule("from-here", toHere...)
	}
	return nil
}

// route makes the namespace the gateway of a network that it is on:
//
//	route <gateway/bits of that network> <gateway/bits of the one that leads out>
//
// What goes through gets this namespace's own address, in both directions: engines
// whose bridges call iptables do so as well, and then answers would not find back.
func route(args []string) error {
	inside, bits, ok := parsePair(args[0], '/', 32)
	outside, _, valid := parsePair(args[1], '/', 32)
	if !ok || !valid {
		return errors.New("not a gateway: " + strings.Join(args, " "))
	}
	addresses, err := localAddresses()
	if err != nil {
		return err
	}
	for _, a := range addresses {
		if within(a.ip, inside, bits) {
			if err := becomeGateway(a.link, inside, bits, outside); err != nil {
				return err
			}
			r := newRuleset("ecs-emulator-route")
			r.keep()
			r.chain("masquerade", "nat", postrouting, sourceNAT)
			r.rule("masquerade", masquerade)
			// A neighbour that reaches another through here is not to go there directly.
			r.chain("redirects", "filter", output, beforeAll)
			r.rule("redirects", meta(protocol), is(icmp), payload(transportHeader, 0, 1), is(icmpRedirect), drop)
			return r.commit()
		}
	}
	return errors.New("on no network of " + args[0])
}

// becomeGateway adds the gateway's address to a link, and has the default route lead
// out, wherever the engine has it lead.
// Source: rtnetlink(7).
func becomeGateway(link [4]byte, inside [4]byte, bits int, outside [4]byte) error {
	var b buffer
	b.message(syscall.RTM_NEWADDR, request|create|replace, append([]byte{syscall.AF_INET, byte(bits), 0, 0}, link[:]...), func() {
		b.attribute(syscall.IFA_LOCAL, inside[:]...)
		b.attribute(syscall.IFA_ADDRESS, inside[:]...)
	})
	b.message(syscall.RTM_NEWROUTE, request|create|replace, []byte{
		syscall.AF_INET, 0, 0, 0, syscall.RT_TABLE_MAIN, syscall.RTPROT_BOOT, syscall.RT_SCOPE_UNIVERSE, syscall.RTN_UNICAST, 0, 0, 0, 0,
	}, func() { b.attribute(syscall.RTA_GATEWAY, outside[:]...) })
	b.await()
	return b.send(syscall.NETLINK_ROUTE)
}

// localAddress is an address of this namespace.
type localAddress struct {
	ip   [4]byte
	bits int     // length of the network's prefix
	link [4]byte // index of the interface
}

// localAddresses are all, the loopback address first.
func localAddresses() (addresses []localAddress, err error) {
	table, err := syscall.NetlinkRIB(syscall.RTM_GETADDR, syscall.AF_INET)
	if err != nil {
		return nil, err
	}
	messages, err := syscall.ParseNetlinkMessage(table)
	if err != nil {
		return nil, err
	}
	for _, m := range messages {
		attributes, err := syscall.ParseNetlinkRouteAttr(&m)
		if m.Header.Type != syscall.RTM_NEWADDR || err != nil {
			continue
		}
		for _, a := range attributes {
			if a.Attr.Type == syscall.IFA_LOCAL && len(a.Value) == 4 {
				addresses = append(addresses, localAddress{[4]byte(a.Value), int(m.Data[1]), [4]byte(m.Data[4:8])})
			}
		}
	}
	return addresses, nil
}

func within(a, network [4]byte, bits int) bool {
	for i := range 4 {
		free := min(max(8*(i+1)-bits, 0), 8) // bits of this byte that may differ
		if (a[i]^network[i])>>free != 0 {
			return false
		}
	}
	return true
}
