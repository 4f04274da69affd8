//go:build linux

package main

import (
	"errors"
	"slices"
	"strings"
	"syscall"
)

// Answers to connections that come from a load balancer go back through it, to whomever they are
// addressed: the load balancer has passed on the client's address.
const (
	beforeFilters  = beforeNAT - 10 // filters see which connections came so
	answerPriority = 100            // of the rule of routes
	toTable        = 1              // FR_ACT_TO_TBL
	newRouteRule   = 32             // RTM_NEWRULE
)

// answer has what comes from some load balancers answered through them, beside what was said
// before. Again is harmless, and one that is gone does no harm:
//
//	answer <address of a load balancer>…
//
// The load balancer is known by its link-layer address, and its connections by its address as
// their mark.
func answer(words []string) error {
	if len(words) == 0 {
		return errors.New("not a load balancer")
	}
	addresses, err := localAddresses()
	if err != nil {
		return err
	}
	for _, word := range words {
		through, ok := parseQuad(word)
		if !ok {
			return errors.New("not an address: " + word)
		}
		i := slices.IndexFunc(addresses, func(a localAddress) bool { return a.ip[0] != 127 && within(through, a.ip, a.bits) })
		if i < 0 {
			return errors.New("not on a network of this namespace: " + word)
		}
		if err := answerThrough(through, addresses[i].link); err != nil {
			return err
		}
	}
	return nil
}

func answerThrough(through, link [4]byte) error {
	r := newRuleset("ecs-emulator-answer-" + quad(through))
	r.keep()
	r.needs("nf_tables' filter chains for IPv4")
	r.chain("come", "filter", prerouting, beforeFilters)
	r.needs("nf_tables' route chains for IPv4")
	r.chain("go", "route", output, beforeNAT)
	r.needs("nft_ct (marks of connections)")
	r.rule("come", append(slices.Concat(begins(), []expression{payload(linkHeader, 6, 6), is(append(slices.Clone(sandboxMAC), through[:]...)...)}),
		load(1, through[:]...), mark(setConnection))...)
	back := []expression{connection(connectionDirection), is(1), connection(connectionMark), is(through[:]...), mark(setMeta)}
	r.rule("come", back...) // of those behind this namespace
	r.rule("go", back...)
	if err := r.commit(); err != nil {
		return err
	}
	return routeBack(through, link)
}

// routeBack has packets with the mark of a load balancer leave through it. The table of routes has
// the same number.
// Source: rtnetlink(7), Linux include/uapi/linux/fib_rules.h.
func routeBack(through, link [4]byte) error {
	var route buffer
	route.needs("tables of routes")
	route.message(syscall.RTM_NEWROUTE, request|create|replace, []byte{
		syscall.AF_INET, 0, 0, 0, 0, syscall.RTPROT_BOOT, syscall.RT_SCOPE_UNIVERSE, syscall.RTN_UNICAST, 0, 0, 0, 0,
	}, func() {
		route.attribute(syscall.RTA_TABLE, through[:]...)
		route.attribute(syscall.RTA_GATEWAY, through[:]...)
		route.attribute(syscall.RTA_OIF, link[:]...)
	})
	route.await()
	if err := route.send(syscall.NETLINK_ROUTE); err != nil {
		return err
	}
	var rule buffer
	rule.needs("rules of routes")
	rule.message(newRouteRule, request|create|syscall.NLM_F_EXCL, []byte{syscall.AF_INET, 0, 0, 0, 0, 0, 0, toTable, 0, 0, 0, 0}, func() {
		rule.attribute(6, answerPriority, 0, 0, 0)
		rule.attribute(10, through[:]...) // the mark
		rule.attribute(15, through[:]...) // the table
		rule.attribute(16, 255, 255, 255, 255)
	})
	rule.await()
	if err := rule.send(syscall.NETLINK_ROUTE); err != nil && !errors.Is(err, syscall.EEXIST) {
		return err
	}
	return nil
}

// quad writes a.b.c.d.
func quad(a [4]byte) string {
	parts := make([]string, len(a))
	for i, b := range a {
		parts[i] = decimal(uint64(b))
	}
	return strings.Join(parts, ".")
}
