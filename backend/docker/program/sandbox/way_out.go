//go:build linux

package main

import (
	"errors"
	"os"
	"slices"
	"strings"
	"syscall"
)

// wayOut is how a namespace leads out of its VPC where the VPC's network does not: by an interface on a bridge of the engine's
// host. An interface is known by an address, because engines give them names in an order of their own.
type wayOut struct {
	own     localAddress // in the VPC
	gateway localAddress // of the bridge, with the interface that is on it
	there   [4]byte      // the namespace's own address on the bridge
	inside  [][4]byte    // the interface of the network that the namespace routes, if it routes one
}

// leads is the way out of this namespace; nil is the VPC's own network.
var leads *wayOut

// leadOut takes the words about a way out from the line of hold, and has the namespace lead out so:
//
//	<own address> … out=<gateway/bits of the bridge> [inside=<gateway/bits of the network that it routes>]
//
// Without such words it leads out by the VPC's network.
func leadOut(words []string) (others []string, err error) {
	var out, inside string
	for _, word := range words {
		if text, is := strings.CutPrefix(word, "out="); is {
			out = text
		} else if text, is := strings.CutPrefix(word, "inside="); is {
			inside = text
		} else {
			others = append(others, word)
		}
	}
	if out == "" {
		return others, nil
	}
	if len(others) == 0 {
		return nil, errors.New("not whose way out it is: " + strings.Join(words, " "))
	}
	addresses, err := localAddresses()
	if err != nil {
		return others, err
	}
	if leads, err = wayOutAmong(addresses, others[0], out, inside); err != nil {
		return others, err
	}
	return others, leads.begin()
}

// wayOutAmong finds the interfaces of a way out by the addresses of the namespace. Without the bridge it leads nowhere, and the
// rules hold all the same.
func wayOutAmong(addresses []localAddress, own, out, inside string) (*wayOut, error) {
	w := &wayOut{}
	ip, ok := parseQuad(own)
	i := slices.IndexFunc(addresses, func(a localAddress) bool { return a.ip == ip })
	if !ok || i < 0 {
		return nil, errors.New("not an address of this namespace: " + own)
	}
	w.own = addresses[i]
	w.gateway, w.there, _ = onNetwork(addresses, out)
	if routed, _, ok := onNetwork(addresses, inside); ok {
		w.inside = [][4]byte{routed.link}
	}
	return w, nil
}

// onNetwork is a gateway with the interface that is on its network, and the address there.
func onNetwork(addresses []localAddress, gateway string) (at localAddress, own [4]byte, ok bool) {
	ip, bits, ok := parsePair(gateway, '/', 32)
	if !ok {
		return at, own, false
	}
	for _, a := range addresses {
		if within(a.ip, ip, bits) {
			return localAddress{ip, bits, a.link}, a.ip, true
		}
	}
	return at, own, false
}

// begin has the rules hold before anything else runs in the namespace. What leaves by the bridge gets the address that the
// namespace has there, so that programs see the address in the VPC alone. A kernel that cannot do that has them see the other one.
func (w *wayOut) begin() error {
	r := newRuleset("ecs-emulator-way-out")
	r.onlyAnswers(w)
	err := r.commit()
	if w.gateway.link == [4]byte{} {
		return errors.Join(err, errors.New("the namespace is not on the bridge that leads out"))
	}
	disguise := newRuleset("ecs-emulator-way-out-addresses")
	disguise.disguise(w)
	source := w.own.ip[:]
	if failed := disguise.commit(); failed != nil {
		err, source = errors.Join(err, failed), nil
	}
	return errors.Join(err, defaultRoute(w.gateway, source), forgetAddress(hostsFile, w.there))
}

// forgetAddress removes the lines of a hosts file that have an address. The engine writes one for each network of a container,
// in an order of its own, so the name of a task's host would lead to the bridge.
func forgetAddress(path string, address [4]byte) error {
	file, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	return writeHosts(path, string(file), withoutAddress(string(file), quad(address)))
}

func withoutAddress(file, address string) string {
	var kept strings.Builder
	for line := range strings.Lines(file) {
		if words := strings.Fields(line); len(words) == 0 || words[0] != address {
			kept.WriteString(line)
		}
	}
	return kept.String()
}

// onlyAnswers lets in what begins something by the VPC's interface alone, and by the interface of the network which the
// namespace routes: the engine's host, and who else is on the bridge, do not get in.
func (r *ruleset) onlyAnswers(w *wayOut) {
	r.keep()
	r.needs("nf_tables' filter chains for IPv4")
	r.chain("in", "filter", prerouting, beforeNAT)
	r.needs("nf_tables")
	for _, link := range append(w.exempt(), w.own.link[:]) {
		r.rule("in", meta(inInterface), is(link...), accept)
	}
	r.needs("nft_ct (connection tracking)")
	r.rule("in", append(belongs(), accept)...)
	r.needs("nf_tables")
	r.rule("in", drop)
}

// exempt are the interfaces that are neither the VPC's nor lead out.
func (w *wayOut) exempt() [][]byte {
	links := [][]byte{loopback}
	for _, link := range w.inside {
		links = append(links, link[:])
	}
	return links
}

// disguise gives what leaves by the bridge the address that the namespace has there.
func (r *ruleset) disguise(w *wayOut) {
	r.keep()
	r.needs("nf_tables' nat chains for IPv4")
	r.chain("go", "nat", postrouting, sourceNAT)
	r.needs("nft_masq (masquerading)")
	r.rule("go", meta(outInterface), is(w.gateway.link[:]...), masquerade)
}

// defaultRoute has the default route lead to a gateway, wherever the engine has it lead, with a source for what the namespace
// sends itself. Without one the source is the address of the gateway's interface.
// Source: rtnetlink(7).
func defaultRoute(to localAddress, source []byte) error {
	var b buffer
	b.message(syscall.RTM_NEWROUTE, request|create|replace, []byte{
		syscall.AF_INET, 0, 0, 0, syscall.RT_TABLE_MAIN, syscall.RTPROT_BOOT, syscall.RT_SCOPE_UNIVERSE, syscall.RTN_UNICAST, 0, 0, 0, 0,
	}, func() {
		b.attribute(syscall.RTA_GATEWAY, to.ip[:]...)
		b.attribute(syscall.RTA_OIF, to.link[:]...)
		if source != nil {
			b.attribute(syscall.RTA_PREFSRC, source...)
		}
	})
	b.await()
	return b.send(syscall.NETLINK_ROUTE)
}
