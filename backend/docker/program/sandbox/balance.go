//go:build linux

package main

import (
	"errors"
	"strconv"
	"strings"
)

// draws is how many numbers there are of which a flow draws one.
const draws = 1 << 16

// disguised is the mark of connections that leave with this namespace's own address.
var disguised = []byte{1, 0, 0, 0}

// balance leads flows that come in for ports of this namespace to others on its network,
// instead of what was said before; those that have begun go on:
//
//	balance [<protocol>/<port>/<draw>/<first>-<last>/<sender>=<address:port>]… [forget/<protocol>=<address:port>]…
//	balance udp/53/source/0-32767/keep=10.0.0.9:53 tcp/80/random/0-65535/own=10.0.0.8:8080 forget/udp=10.0.0.7:53
//
// A flow draws a number at random, or one that follows from its sender's address, and goes where
// that leads; without a place it stays here. It keeps the address of its sender, whose answers
// then have to come back through here (answer.go), or gets this namespace's own. What is to be
// forgotten is no flow any more.
func balance(words []string) error {
	var shares []share
	gone := map[endpoint]bool{}
	for _, word := range words {
		if protocol, at, ok := parseForgotten(word); ok {
			gone[endpoint{protocol, at}] = true
			continue
		}
		s, ok := parseShare(word)
		if !ok {
			return errors.New("not a share: " + word)
		}
		shares = append(shares, s)
	}
	r := newRuleset("ecs-emulator-balance")
	r.balance(shares)
	if err := r.commit(); err != nil {
		return err
	}
	forgetFlows(strayFlows(shares, gone))
	return nil
}

// share is where some of the numbers lead that flows for a port draw.
type share struct {
	protocol    byte
	port        int
	bySource    bool
	first, last int
	keep        bool // the sender's address
	to          [4]byte
	toPort      int
}

// parseShare reads tcp/80/random/0-65535/keep=10.0.0.9:8080.
func parseShare(word string) (s share, ok bool) {
	what, to, _ := strings.Cut(word, "=")
	parts := strings.Split(what, "/")
	if len(parts) != 5 || parts[2] != "random" && parts[2] != "source" || parts[4] != "keep" && parts[4] != "own" {
		return s, false
	}
	if s.protocol = protocols[parts[0]]; s.protocol == 0 {
		return s, false
	}
	s.bySource, s.keep = parts[2] == "source", parts[4] == "keep"
	from, until, isRange := strings.Cut(parts[3], "-")
	var valid [3]bool
	s.port, valid[0] = parsePort(parts[1])
	s.first, valid[1] = parsePort(from)
	s.last, valid[2] = parsePort(until)
	at, ok := parseAddress(to)
	if !ok || !isRange || valid != [3]bool{true, true, true} || s.port == 0 || s.last < s.first {
		return s, false
	}
	s.to, s.toPort = at.Addr, at.Port
	return s, true
}

var protocols = map[string]byte{"tcp": tcp, "udp": udp}

// parseForgotten reads forget/udp=10.0.0.9:53.
func parseForgotten(word string) (protocol byte, at place, ok bool) {
	what, to, _ := strings.Cut(word, "=")
	name, isForget := strings.CutPrefix(what, "forget/")
	address, ok := parseAddress(to)
	if !ok || !isForget || protocols[name] == 0 {
		return 0, at, false
	}
	return protocols[name], place{address.Addr, address.Port}, true
}

// door is a port that flows come in for.
type door struct {
	protocol byte
	port     int
}

func (d door) chain() string {
	return "port-" + strconv.Itoa(int(d.protocol)) + "-" + strconv.Itoa(d.port)
}

// balance adds the rules. A gateway lets nothing else through, and sends no redirects.
func (r *ruleset) balance(shares []share) {
	r.keep()
	r.needs("nf_tables' filter chains for IPv4")
	r.onlyLed()
	r.noRedirects()
	if len(shares) == 0 {
		return
	}
	known := map[door]bool{}
	var doors []door
	for _, s := range shares {
		d := door{s.protocol, s.port}
		if !known[d] {
			known[d] = true
			doors = append(doors, d)
			r.needs("nf_tables")
			r.chain(d.chain(), "", 0, 0)
			r.draw(d, s.bySource)
		}
		r.share(d, s)
	}
	r.needs("nf_tables' nat chains for IPv4")
	r.chain("come", "nat", prerouting, destinationNAT)
	r.chain("go", "nat", postrouting, sourceNAT)
	r.needs("nf_tables")
	for _, d := range doors {
		r.rule("come", meta(inInterface), isNot(loopback...), meta(protocol), is(d.protocol),
			payload(transportHeader, 2, 2), is(bigEndian(d.port)...), jump(d.chain()))
	}
	r.needs("nft_masq (masquerading)")
	r.rule("go", connection(connectionMark), is(disguised...), masquerade)
}

// draw has a packet that begins a flow carry its number as its mark, most significant byte first.
func (r *ruleset) draw(d door, bySource bool) {
	if bySource {
		r.needs("nft_hash (hashes)")
		r.rule(d.chain(), payloadTo(2, networkHeader, source, 4), hashOfSecond, bigEndianFirst, mark(setMeta))
		return
	}
	r.needs("nft_numgen (random numbers)")
	r.rule(d.chain(), randomNumber, bigEndianFirst, mark(setMeta))
}

func (r *ruleset) share(d door, s share) {
	drawn := []expression{meta(packetMark), atLeast(wide(s.first)...), atMost(wide(s.last)...)}
	if !s.keep {
		r.needs("nft_ct (marks of connections)")
		r.rule(d.chain(), append(drawn[:3:3], load(1, disguised...), mark(setConnection))...)
	}
	r.needs("nft_nat (address translation)")
	r.rule(d.chain(), append(drawn[:3:3], load(1, s.to[:]...), load(2, bigEndian(s.toPort)...), toRegisters)...)
}

func wide(n int) []byte { return []byte{0, 0, byte(n >> 8), byte(n)} }

// noRedirects keeps neighbours that reach another through here from going there directly.
func (r *ruleset) noRedirects() {
	r.chain("redirects", "filter", output, beforeAll)
	r.rule("redirects", meta(protocol), is(icmp), payload(transportHeader, 0, 1), is(icmpRedirect), drop)
}

// Source of what follows: Linux include/uapi/linux/netfilter/nf_tables.h.
var (
	// randomNumber loads a number into the first register.
	randomNumber = expression{"numgen", func(b *buffer) {
		b.number(1, 1)
		b.number(2, draws)
		b.number(3, 1) // random
	}}
	// hashOfSecond loads the hash of the second register into the first. The seed is always the
	// same, so that senders stay where they are when rules are replaced.
	hashOfSecond = expression{"hash", func(b *buffer) {
		b.number(1, 2)
		b.number(2, 1)
		b.number(3, 4)
		b.number(4, draws)
		b.number(5, 1)
		b.number(7, 0) // Jenkins's
	}}
	// bigEndianFirst turns the first register's bytes round, to be compared.
	bigEndianFirst = expression{"byteorder", func(b *buffer) {
		b.number(1, 1)
		b.number(2, 1)
		b.number(3, 1) // from the machine's
		b.number(4, 4)
		b.number(5, 4)
	}}
)

// Marks.
const (
	packetMark     = 3 // NFT_META_MARK
	connectionMark = 3 // NFT_CT_MARK

	setMeta       = "meta"
	setConnection = "ct"
)

// mark gives a packet or its connection the mark in the first register.
func mark(what string) expression {
	from := map[string]uint16{setMeta: 3, setConnection: 4}[what]
	return expression{what, func(b *buffer) { b.number(2, 3); b.number(from, 1) }}
}

// sample has a rule of each kind, to learn what the kernel cannot do.
var sample = []share{
	{protocol: tcp, port: 1, last: 1, to: [4]byte{127, 0, 0, 1}, toPort: 1, keep: true},
	{protocol: udp, port: 1, bySource: true, to: [4]byte{127, 0, 0, 1}, toPort: 1},
}

// canBalance says what the kernel cannot do.
func canBalance() error {
	r := newRuleset("ecs-emulator-balance")
	r.balance(sample)
	return r.commit()
}
