//go:build linux

package main

import (
	"errors"
	"slices"
	"strings"
	"syscall"
)

// daemonAddress is where tasks find the daemons of their container instance, which listen in its namespace.
var daemonAddress = [4]byte{169, 254, 172, 2}

// daemonsWord begins the word of traffic that says the address of that container instance.
const daemonsWord = "daemons="

// leadToDaemons has this namespace have the address, if the container instance is this one, or else send there what is for it.
func leadToDaemons(word string) error {
	at, ok := parseQuad(strings.TrimPrefix(word, daemonsWord))
	if !ok {
		return errors.New("not where daemons are: " + word)
	}
	addresses, err := localAddresses()
	if err != nil {
		return err
	}
	if slices.ContainsFunc(addresses, func(a localAddress) bool { return a.ip == at }) {
		return haveDaemons().send(syscall.NETLINK_ROUTE)
	}
	return toDaemons(at).send(syscall.NETLINK_ROUTE)
}

// haveDaemons gives the loopback interface the address. It is of this namespace alone, so nothing is sent from it to elsewhere but
// answers. Source: rtnetlink(7).
func haveDaemons() *buffer {
	var b buffer
	b.message(syscall.RTM_NEWADDR, request|create|replace, append([]byte{syscall.AF_INET, 32, 0, syscall.RT_SCOPE_HOST}, loopback...), func() {
		b.attribute(syscall.IFA_LOCAL, daemonAddress[:]...)
		b.attribute(syscall.IFA_ADDRESS, daemonAddress[:]...)
	})
	b.await()
	return &b
}

// toDaemons has the address be behind another one. Source: rtnetlink(7).
func toDaemons(instance [4]byte) *buffer {
	var b buffer
	b.message(syscall.RTM_NEWROUTE, request|create|replace, []byte{
		syscall.AF_INET, 32, 0, 0, syscall.RT_TABLE_MAIN, syscall.RTPROT_BOOT, syscall.RT_SCOPE_UNIVERSE, syscall.RTN_UNICAST, 0, 0, 0, 0,
	}, func() {
		b.attribute(syscall.RTA_DST, daemonAddress[:]...)
		b.attribute(syscall.RTA_GATEWAY, instance[:]...)
	})
	b.await()
	return &b
}
