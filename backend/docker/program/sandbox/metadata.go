//go:build linux

package main

import (
	"errors"
	"strings"
	"syscall"
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
	leading := led.commit()
	return errors.Join(leading, firstOf(
		func() error { return refuse(refused, rejecting) },
		func() error { return refuse(refused, dropping) },
		func() error {
			if leading == nil && words[1] != "lead=none" { // a route would be in its way
				refused = refused[1:]
			}
			return withoutRoute(refused)
		},
	))
}

// firstOf tries one way after the other until one succeeds: what is to be refused must not get
// through for want of the best way. Of each that failed it tells why if none did.
func firstOf(ways ...func() error) error {
	var failures []error
	for _, way := range ways {
		err := way()
		if err == nil {
			return nil
		}
		failures = append(failures, err)
	}
	return errors.Join(failures...)
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

// refusal says how packets are refused.
type refusal struct {
	part       string // of the kernel
	tcp, other expression
}

// Refusals: as if nothing listened there, or without a word.
// Source: Linux include/uapi/linux/netfilter/nf_tables.h, and icmp.h for the code of an
// unreachable port.
var (
	rejecting = refusal{
		part:  "nft_reject (refusals)",
		tcp:   expression{"reject", func(b *buffer) { b.number(1, 1) }},
		other: expression{"reject", func(b *buffer) { b.number(1, 0); b.attribute(2, 3) }},
	}
	dropping = refusal{"nf_tables", drop, drop}
)

func refuse(addresses [][4]byte, how refusal) error {
	r := newRuleset("ecs-emulator-link-local")
	r.refuse(addresses, how)
	return r.commit()
}

// refuse refuses what is for some addresses, and was not led elsewhere. On some hosts names are
// asked for at such an address: that goes on.
func (r *ruleset) refuse(addresses [][4]byte, how refusal) {
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
					r.needs(how.part)
					r.rule(chain.name, append(asks[:4:4], how.tcp)...)
				}
			}
			r.rule(chain.name, append(there[:2:2], how.other)...)
		}
	}
}

// withoutRoute has no way lead to some addresses, for names neither: it is for kernels that
// filter nothing.
func withoutRoute(addresses [][4]byte) error {
	if len(addresses) == 0 {
		return nil
	}
	return noRoutes(addresses).send(syscall.NETLINK_ROUTE)
}

// noRoutes are the messages for it. Source: rtnetlink(7).
func noRoutes(addresses [][4]byte) *buffer {
	var b buffer
	for _, address := range addresses {
		b.message(syscall.RTM_NEWROUTE, request|create|replace, []byte{
			syscall.AF_INET, 32, 0, 0, syscall.RT_TABLE_MAIN, syscall.RTPROT_BOOT, syscall.RT_SCOPE_UNIVERSE, syscall.RTN_UNREACHABLE, 0, 0, 0, 0,
		}, func() { b.attribute(syscall.RTA_DST, address[:]...) })
	}
	b.await()
	return &b
}
