//go:build linux

package main

import (
	"errors"
	"strings"
	"syscall"
)

// public has what comes in for an address that this namespace does not have go to one that it
// has, and so what it sends there itself; without words nothing does:
//
//	public [<address> <address of this namespace>]
//
// So those who listen there see their own address, as on AWS. It comes after traffic, which
// may lead a port of the same packet elsewhere.
func public(words []string) error {
	r := newRuleset("ecs-emulator-public")
	if len(words) == 0 {
		return r.commit()
	}
	if len(words) != 2 {
		return errors.New("not a public address: " + strings.Join(words, " "))
	}
	outside, ok := parseQuad(words[0])
	if !ok {
		return errors.New("not an address: " + words[0])
	}
	own, err := localAddressOf(words[1])
	if err != nil {
		return err
	}
	r.keep()
	for _, chain := range []struct {
		name string
		hook uint32
	}{{"from-outside", prerouting}, {"from-here", output}} {
		r.chain(chain.name, "nat", chain.hook, destinationNAT+1)
		r.rule(chain.name, payload(networkHeader, destination, 4), is(outside[:]...), load(1, own.ip[:]...), toRegister)
	}
	return r.commit()
}

// toRegister gives a packet the address that was loaded into the first register, and leaves
// it its port.
var toRegister = expression{"nat", func(b *buffer) {
	b.number(1, 1) // the destination
	b.number(2, syscall.AF_INET)
	b.number(3, 1)
}}
