//go:build linux

package main

import (
	"errors"
	"slices"
	"strconv"
	"strings"
)

// sandboxMAC begins the link-layer addresses that the emulator gives sandboxes.
var sandboxMAC = []byte{0x0a, 0xec}

// filter says what an address of this namespace takes and sends, instead of what was said
// before; without words that is everything:
//
//	filter <address> open|strict [<direction>/<protocol>/<from>-<to>/<addresses>]…
//	filter 10.0.0.9 open in/6/80-443/10.0.0.0-10.0.255.255,10.1.0.9 in/1/8-0/* out/-1//*
//
// Packets to the address are looked at before ports of this namespace lead elsewhere, and
// those from it after they have got it; where the namespace leads out by another interface than
// the VPC's, also those that leave there.
func filter(words []string) error {
	r := newRuleset("ecs-emulator-filter")
	if len(words) == 0 {
		return r.commit()
	}
	if len(words) < 2 || words[1] != "open" && words[1] != "strict" {
		return errors.New("not a filter: " + strings.Join(words, " "))
	}
	at, err := localAddressOf(words[0])
	if err != nil {
		return err
	}
	rules := make([]filterRule, 0, len(words)-2)
	for _, word := range words[2:] {
		rule, ok := parseFilterRule(word)
		if !ok {
			return errors.New("not a rule: " + word)
		}
		rules = append(rules, rule)
	}
	r.filter(at, words[1] == "open", rules)
	return r.commit()
}

func localAddressOf(text string) (at localAddress, err error) {
	ip, ok := parseQuad(text)
	if !ok {
		return at, errors.New("not an address: " + text)
	}
	all, err := localAddresses()
	if err != nil {
		return at, err
	}
	for _, a := range all {
		if a.ip == ip {
			return a, nil
		}
	}
	return at, errors.New("not an address of this namespace: " + text)
}

func (r *ruleset) filter(at localAddress, open bool, rules []filterRule) {
	r.keep()
	r.needs("nf_tables' filter chains for IPv4")
	r.chain("in", "filter", prerouting, beforeNAT)
	r.chain("out", "filter", postrouting, afterNAT)
	r.needs("nf_tables")
	r.rule("in", meta(inInterface), isNot(at.link[:]...), accept)
	r.leaveAlone(at, leads)
	r.needs("nft_ct (connection tracking)")
	r.rule("in", append(belongs(), accept)...)
	r.rule("out", append(belongs(), accept)...)
	r.needs("nf_tables")
	r.rule("in", payload(networkHeader, destination, 4), is(daemonAddress[:]...), accept) // no group filters it
	network := at.network()
	if open {
		r.letIn(network)
	}
	r.alwaysOut(network)
	sets := map[string]uint32{}
	for _, rule := range rules {
		r.pass(rule, sets)
	}
	r.rule("in", drop)
	r.rule("out", drop)
}

// leaveAlone lets out what leaves by interfaces that are none of the filter's: all but the VPC's, and those that lead out of it. What
// comes in by other interfaces has been looked at before (way_out.go).
func (r *ruleset) leaveAlone(at localAddress, leads *wayOut) {
	if leads == nil {
		r.rule("out", meta(outInterface), isNot(at.link[:]...), accept)
		return
	}
	for _, link := range leads.exempt() {
		r.rule("out", meta(outInterface), is(link...), accept)
	}
}

// letIn is what is on the network without being a sandbox, and the gateway through a load balancer.
func (r *ruleset) letIn(network addressRange) {
	r.rule("in", append(among(source, network), payload(linkHeader, 6, 2), isNot(sandboxMAC...), accept)...)
	if gateway, ok := defaultGateway(); ok {
		r.rule("in", connection(connectionMark), isNot(0, 0, 0, 0), payload(networkHeader, source, 4), is(gateway[:]...), accept)
	}
}

// alwaysOut is what AWS's groups do not filter, as far as it is here: metadata, and names,
// for which the engine asks from within the namespace.
// Source: Amazon VPC user guide, security groups.
func (r *ruleset) alwaysOut(network addressRange) {
	r.rule("out", append(among(destination, addressRange{[4]byte{169, 254, 0, 0}, [4]byte{169, 254, 255, 255}}), accept)...)
	for _, transport := range []byte{udp, tcp} {
		name := []expression{meta(protocol), is(transport), payload(transportHeader, 2, 2), is(bigEndian(53)...), payload(networkHeader, destination, 4)}
		if network.first != [4]byte{} {
			r.rule("out", append(name[:5:5], below(network), accept)...)
		}
		r.rule("out", append(name[:5:5], above(network), accept)...)
	}
}

// pass adds the rule, and the set of its addresses if there are several and no rule has had
// them before.
func (r *ruleset) pass(rule filterRule, sets map[string]uint32) {
	var steps []expression
	if rule.protocol >= 0 {
		steps = append(steps, meta(protocol), is(byte(rule.protocol)))
	}
	if rule.from >= 0 {
		steps = append(steps, rule.ports()...)
	}
	offset := uint32(source)
	if rule.chain == "out" {
		offset = destination
	}
	switch {
	case len(rule.peers) == 0:
		return
	case len(rule.peers) > 1:
		number := sets[rule.addresses]
		name := "addresses-" + decimal(uint64(number))
		if number == 0 {
			number = uint32(len(sets)) + 1
			name = "addresses-" + decimal(uint64(number))
			sets[rule.addresses] = number
			r.needs("nf_tables' sets of intervals")
			r.set(number, name, rule.peers)
			r.needs("nf_tables")
		}
		r.through(rule, steps, in(number, name))
		steps = append(steps, payload(networkHeader, offset, 4), in(number, name))
	case !rule.peers[0].isAll():
		r.through(rule, steps, among(offset, rule.peers[0])[1:]...)
		steps = append(steps, among(offset, rule.peers[0])...)
	}
	r.rule(rule.chain, append(steps, accept)...)
}

// through lets in what comes through a load balancer that the rule lets in, whichever client has sent it:
// the load balancer's address is the mark of such a connection (answer.go). What the first register
// is to be is what follows.
// Source: guide of network load balancers, security groups: a rule that names the load balancer's
// group lets in its clients, also where their addresses are preserved.
func (r *ruleset) through(rule filterRule, steps []expression, peer ...expression) {
	if rule.chain == "in" {
		r.rule("in", slices.Concat(steps, []expression{connection(connectionMark), isNot(0, 0, 0, 0)}, peer, []expression{accept})...)
	}
}

// Where the addresses are in a packet.
const (
	source      = 12
	destination = 16
)

func among(offset uint32, r addressRange) []expression {
	return []expression{payload(networkHeader, offset, 4), atLeast(r.first[:]...), atMost(r.last[:]...)}
}

// below and above are the addresses beside a range.
func below(r addressRange) expression { return compare(2, r.first[:]) }
func above(r addressRange) expression { return compare(4, r.last[:]) }

func (a localAddress) network() (r addressRange) {
	for i := range 4 {
		free := min(max(8*(i+1)-a.bits, 0), 8)
		r.first[i] = a.ip[i] >> free << free
		r.last[i] = r.first[i] | byte(1<<free-1)
	}
	return r
}

// filterRule is packets that pass.
type filterRule struct {
	chain     string // "in" or "out"
	protocol  int    // -1: any
	from, to  int    // ports, or type and code; -1: any
	addresses string // as written
	peers     []addressRange
}

// ports ends the rule unless they are the packet's.
func (f filterRule) ports() []expression {
	if f.protocol != icmp {
		return []expression{payload(transportHeader, 2, 2), atLeast(bigEndian(f.from)...), atMost(bigEndian(f.to)...)}
	}
	steps := []expression{payload(transportHeader, 0, 1), is(byte(f.from))}
	if f.to >= 0 {
		steps = append(steps, payload(transportHeader, 1, 1), is(byte(f.to)))
	}
	return steps
}

// parseFilterRule reads in/6/80-443/10.0.0.0-10.0.255.255,10.1.0.9, where ports are left
// out for any, a code is for any, and * is any address.
func parseFilterRule(word string) (f filterRule, ok bool) {
	parts := strings.Split(word, "/")
	if len(parts) != 4 || parts[0] != "in" && parts[0] != "out" {
		return f, false
	}
	f = filterRule{chain: parts[0], from: -1, to: -1, addresses: parts[3]}
	var err error
	if f.protocol, err = strconv.Atoi(parts[1]); err != nil || f.protocol < -1 || f.protocol > 255 {
		return f, false
	}
	if from, to, given := strings.Cut(parts[2], "-"); parts[2] != "" {
		if f.from, ok = parsePort(from); !ok || !given {
			return f, false
		}
		if to != "" {
			if f.to, ok = parsePort(to); !ok {
				return f, false
			}
		}
	}
	f.peers, ok = parseRanges(parts[3])
	return f, ok
}

func parsePort(s string) (int, bool) {
	n, err := strconv.ParseUint(s, 10, 16)
	return int(n), err == nil
}

// parseRanges reads addresses and ranges of them; * is all, and nothing is none.
func parseRanges(s string) (list []addressRange, ok bool) {
	switch s {
	case "":
		return nil, true
	case "*":
		return []addressRange{{last: [4]byte{255, 255, 255, 255}}}, true
	}
	for each := range strings.SplitSeq(s, ",") {
		first, last, isRange := strings.Cut(each, "-")
		if !isRange {
			last = first
		}
		var r addressRange
		if r.first, ok = parseQuad(first); !ok {
			return nil, false
		}
		if r.last, ok = parseQuad(last); !ok {
			return nil, false
		}
		list = append(list, r)
	}
	return list, true
}

// parseQuad reads a.b.c.d.
func parseQuad(s string) (a [4]byte, ok bool) {
	at, ok := parseAddress(s + ":1")
	if !ok {
		return a, false
	}
	return at.Addr, true
}
