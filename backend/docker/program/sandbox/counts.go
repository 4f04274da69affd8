//go:build linux

package main

import (
	"encoding/binary"
	"errors"
	"strings"
	"syscall"
	"time"
)

// The kernel counts the flows of a load balancer that it leads past the load balancer's program. Its rules
// have a table of their own, which stays when those of the flows are replaced, and so do the counts: they
// are of the time since this namespace was made.
const (
	countTable = "ecs-emulator-count"
	getRule    = nftSubsystem<<8 | 7

	newFlows = "new-"
	allBytes = "bytes-"
)

// uncounted is why flows are not counted, and countedSince tells the counts of this namespace from those
// of another one.
var (
	uncounted    error
	countedSince string
)

// countFlows has the kernel count flows that are led from now on.
func countFlows() error {
	countedSince = decimal(uint64(time.Now().UnixNano()))
	r := newRuleset(countTable)
	r.keep()
	for name, number := range protocols {
		// A chain of address translation sees the first packet of each flow alone.
		r.needs("nf_tables' nat chains for IPv4")
		r.chain(newFlows+name, "nat", postrouting, sourceNAT-1)
		r.needs("nf_tables' filter chains for IPv4")
		r.chain(allBytes+name, "filter", through, afterNAT+1)
		r.needs("nft_counter (counters)")
		counted := append(led(), meta(outInterface), isNot(loopback...), meta(protocol), is(number), counter)
		r.rule(newFlows+name, counted...)
		r.rule(allBytes+name, counted...)
	}
	return r.commit()
}

// counter is the last expression of its rule.
var counter = expression{"counter", func(*buffer) {}}

// counts tells how many flows have been led, with how many bytes of packets, and how many there are now:
//
//	counts
//	counts 1700000000000000000 tcp=12/34567/3 udp=0/0/0
func counts([]string) (string, error) {
	if uncounted != nil {
		return "", uncounted
	}
	counted, err := readCounters()
	if err != nil {
		return "", err
	}
	active := activeFlows()
	said := []string{"counts", countedSince}
	for _, name := range []string{"tcp", "udp"} {
		said = append(said, name+"="+decimal(counted[newFlows+name].packets)+"/"+decimal(counted[allBytes+name].bytes)+"/"+decimal(active[protocols[name]]))
	}
	return strings.Join(said, " "), nil
}

type counted struct{ bytes, packets uint64 }

// readCounters asks the kernel for those of all chains.
func readCounters() (map[string]counted, error) {
	all := map[string]counted{}
	var ask buffer
	ask.needs("nf_tables")
	ask.message(getRule, request|syscall.NLM_F_DUMP, []byte{syscall.AF_INET, 0, 0, 0}, func() { ask.text(1, countTable) })
	err := ask.exchange(netlinkNetfilter, func(m syscall.NetlinkMessage) (done bool, err error) {
		switch m.Header.Type {
		case syscall.NLMSG_DONE:
			return true, nil
		case syscall.NLMSG_ERROR:
			return true, errors.New("the kernel does not tell its counters")
		}
		if chain, c, ok := parseCounter(m); ok {
			all[chain] = c
		}
		return false, nil
	})
	return all, err
}

// parseCounter reads a rule whose last expression is a counter.
// Source: Linux include/uapi/linux/netfilter/nf_tables.h.
func parseCounter(m syscall.NetlinkMessage) (chain string, c counted, ok bool) {
	if m.Header.Type != newRule || len(m.Data) < 4 {
		return "", c, false
	}
	rule := attributesOf(m.Data[4:])
	last := attributesOf(attributesOf(rule[4])[1]) // of expressions, all of which have the same kind
	data := attributesOf(last[2])
	if textOf(rule[1]) != countTable || textOf(last[1]) != counter.name || len(data[1]) != 8 || len(data[2]) != 8 {
		return "", c, false
	}
	return textOf(rule[2]), counted{bytes: binary.BigEndian.Uint64(data[1]), packets: binary.BigEndian.Uint64(data[2])}, true
}

func textOf(b []byte) string {
	if n := len(b); n > 0 && b[n-1] == 0 {
		b = b[:n-1]
	}
	return string(b)
}

// activeFlows are those that are led now, by protocol.
func activeFlows() map[byte]uint64 {
	active := map[byte]uint64{}
	eachFlow(func(f flow) {
		if f.led && f.answers.address[0] != loopbackNetwork && f.open {
			active[f.protocol]++
		}
	})
	return active
}

// loopbackNetwork is where an engine leads its own flows, as of the resolver.
const loopbackNetwork = 127

// isOpen reports whether a flow of TCP is not about to end, by what the kernel has of its protocol. Others are open until the
// kernel forgets them.
// Source: Linux include/uapi/linux/netfilter/nf_conntrack_tcp.h.
func isOpen(protocol []byte) bool {
	const syn, isEstablished = 1, 3
	state := attributesOf(attributesOf(protocol)[1])[1]
	return len(state) != 1 || state[0] >= syn && state[0] <= isEstablished
}
