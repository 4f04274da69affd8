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
//	traffic [cut] [masquerade] [daemons=10.0.0.5] [tcp/80=10.0.0.9:8080]… [udp/8000-8009=10.0.0.9:9000]…
//
// Where daemons are is kept until another place is said (daemons.go).
// To masquerade, what is led elsewhere leaves with this namespace's own address, so that
// answers come back through here. Nothing else goes through then, and sandboxes are not led.
func traffic(args []string) error {
	said := func(word string) bool {
		is := len(args) > 0 && args[0] == word
		if is {
			args = args[1:]
		}
		return is
	}
	cut, disguise := said("cut"), said("masquerade")
	if len(args) > 0 && strings.HasPrefix(args[0], daemonsWord) {
		if err := leadToDaemons(args[0]); err != nil {
			return err
		}
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
	if cut || disguise || len(forwards) > 0 {
		r.keep()
	}
	if cut {
		r.cutOff()
	}
	if disguise {
		r.onlyLed()
		r.masquerade()
	}
	if len(forwards) > 0 {
		if err := r.forward(forwards, disguise); err != nil {
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

// onlyLed lets nothing through but what was led elsewhere, and its answers.
func (r *ruleset) onlyLed() {
	r.chain("through", "filter", through, afterNAT)
	r.rule("through", append(led(), accept)...)
	r.rule("through", drop)
}

// forward leads the ports of all addresses of this namespace, for packets from outside
// and its own ones. Those of sandboxes may be left alone.
func (r *ruleset) forward(forwards []forward, butSandboxes bool) error {
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
	if butSandboxes {
		r.rule("from-outside", payload(linkHeader, 6, 2), is(sandboxMAC...), accept)
	}
	for _, a := range addresses {
		if a.ip == daemonAddress { // which is not the ports'
			continue
		}
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
// whose bridges call iptables do so as well, and then answers would not find back. Port 53
// of the gateway answers as this namespace's own resolver does.
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
			r.masquerade()
			r.noRedirects()
			r.resolver(inside)
			return r.commit()
		}
	}
	return errors.New("on no network of " + args[0])
}

// masquerade gives what leaves the namespace one of its own addresses.
func (r *ruleset) masquerade() {
	r.chain("masquerade", "nat", postrouting, sourceNAT)
	r.rule("masquerade", masquerade)
}

// becomeGateway adds the gateway's address to a link, and has the default route lead
// out, wherever the engine has it lead. One that leads there has its source as well (way_out.go).
// Source: rtnetlink(7).
func becomeGateway(link [4]byte, inside [4]byte, bits int, outside [4]byte) error {
	var b buffer
	b.message(syscall.RTM_NEWADDR, request|create|replace, append([]byte{syscall.AF_INET, byte(bits), 0, 0}, link[:]...), func() {
		b.attribute(syscall.IFA_LOCAL, inside[:]...)
		b.attribute(syscall.IFA_ADDRESS, inside[:]...)
	})
	if leads, ok := defaultGateway(); !ok || leads != outside {
		b.message(syscall.RTM_NEWROUTE, request|create|replace, []byte{
			syscall.AF_INET, 0, 0, 0, syscall.RT_TABLE_MAIN, syscall.RTPROT_BOOT, syscall.RT_SCOPE_UNIVERSE, syscall.RTN_UNICAST, 0, 0, 0, 0,
		}, func() { b.attribute(syscall.RTA_GATEWAY, outside[:]...) })
	}
	b.await()
	return b.send(syscall.NETLINK_ROUTE)
}

type localAddress struct {
	ip   [4]byte
	bits int     // length of the network's prefix
	link [4]byte // index of the interface
}

// localAddresses are all, the loopback address first.
func localAddresses() (addresses []localAddress, err error) {
	err = eachAddress(syscall.RTM_GETADDR, syscall.RTM_NEWADDR, syscall.IFA_LOCAL, func(ip [4]byte, about []byte) {
		addresses = append(addresses, localAddress{ip, int(about[1]), [4]byte(about[4:8])})
	})
	return addresses, err
}

// eachAddress tells of the addresses that the entries of a table have as an attribute, with what the entries begin with.
func eachAddress(ask int, kind, attribute uint16, tell func(address [4]byte, about []byte)) error {
	table, err := syscall.NetlinkRIB(ask, syscall.AF_INET)
	if err != nil {
		return err
	}
	messages, err := syscall.ParseNetlinkMessage(table)
	if err != nil {
		return err
	}
	for _, m := range messages {
		attributes, err := syscall.ParseNetlinkRouteAttr(&m)
		if m.Header.Type != kind || err != nil {
			continue
		}
		for _, a := range attributes {
			if a.Attr.Type == attribute && len(a.Value) == 4 {
				tell([4]byte(a.Value), m.Data)
			}
		}
	}
	return nil
}

// defaultGateway is where the default route of this namespace leads.
func defaultGateway() (gateway [4]byte, ok bool) {
	_ = eachAddress(syscall.RTM_GETROUTE, syscall.RTM_NEWROUTE, syscall.RTA_GATEWAY, func(by [4]byte, about []byte) {
		if !ok && about[1] == 0 && about[4] == syscall.RT_TABLE_MAIN { // the length of the destination, and the table
			gateway, ok = by, true
		}
	})
	return gateway, ok
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
