//go:build linux

package main

import (
	"errors"
	"strings"
)

// What tasks ask at link-local addresses: the metadata of the task, and of the machine that
// it runs on.
var (
	taskMetadata     = [4]byte{169, 254, 170, 2}
	instanceMetadata = [4]byte{169, 254, 169, 254}
)

const (
	metadataPort = 80
	namePort     = 53
)

// linkLocal has what asks for metadata in this namespace, and on a network that it routes, be
// led to who answers, or be refused at once, instead of what the engine's host would answer:
//
//	<own address> lead=<address>:<port>|none [instance]
//
// With instance, the metadata of the machine is not refused.
func linkLocal(words []string) error {
	if len(words) < 2 || len(words) > 3 || len(words) == 3 && words[2] != "instance" {
		return errors.New("not where metadata is: " + strings.Join(words, " "))
	}
	own, err := localAddressOf(words[0])
	if err != nil {
		return err
	}
	refused := [][4]byte{taskMetadata}
	if len(words) == 2 {
		refused = append(refused, instanceMetadata)
	}
	led := newRuleset("ecs-emulator-metadata")
	if words[1] != "lead=none" {
		where, given := strings.CutPrefix(words[1], "lead=")
		to, ok := parseAddress(where)
		if !given || !ok {
			return errors.New("not an address and port: " + words[1])
		}
		led.leadMetadata(own, to.Addr, to.Port)
	}
	r := newRuleset("ecs-emulator-link-local")
	r.refuse(refused)
	return errors.Join(led.commit(), r.commit())
}

// leadMetadata leads what comes from this namespace and from a network that it routes, but not
// what comes from the network of its own address: there everybody has a namespace that does so.
// It comes before what else leads packets elsewhere.
func (r *ruleset) leadMetadata(own localAddress, to [4]byte, port int) {
	r.keep()
	asks := []expression{
		payload(networkHeader, destination, 4), is(taskMetadata[:]...), meta(protocol), is(tcp),
		payload(transportHeader, 2, 2), is(bigEndian(metadataPort)...),
		load(1, to[:]...), load(2, bigEndian(port)...), toRegisters,
	}
	r.chain("from-here", "nat", output, destinationNAT-1)
	r.rule("from-here", asks...)
	r.chain("from-inside", "nat", prerouting, destinationNAT-1)
	r.rule("from-inside", append([]expression{meta(inInterface), isNot(own.link[:]...)}, asks...)...)
}

// refuse answers what is for some addresses, and was not led elsewhere, as if nobody were
// there. On some hosts names are asked for at such an address: that goes on.
func (r *ruleset) refuse(addresses [][4]byte) {
	r.keep()
	for _, chain := range []struct {
		name string
		hook uint32
	}{{"from-here", output}, {"from-inside", through}} {
		r.needs("nf_tables' filter chains for IPv4")
		r.chain(chain.name, "filter", chain.hook, 0)
		for _, address := range addresses {
			there := []expression{payload(networkHeader, destination, 4), is(address[:]...)}
			for _, transport := range []byte{udp, tcp} {
				asks := append(there[:2:2], meta(protocol), is(transport))
				r.needs("nf_tables")
				r.rule(chain.name, append(asks[:4:4], payload(transportHeader, 2, 2), is(bigEndian(namePort)...), accept)...)
				if transport == tcp {
					r.needs("nft_reject (refusals)")
					r.rule(chain.name, append(asks[:4:4], reset)...)
				}
			}
			r.rule(chain.name, append(there[:2:2], unreachable)...)
		}
	}
}

// Refusals. Source: Linux include/uapi/linux/netfilter/nf_tables.h, and icmp.h for the code of
// an unreachable port.
var (
	reset       = expression{"reject", func(b *buffer) { b.number(1, 1) }}
	unreachable = expression{"reject", func(b *buffer) { b.number(1, 0); b.attribute(2, 3) }}
)
