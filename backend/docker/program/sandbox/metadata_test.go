//go:build linux

package main

import (
	"bytes"
	"errors"
	"slices"
	"syscall"
	"testing"
)

// The rules lead one port of one address, from here and from inside, and refuse the rest but
// names.
func TestMetadataRules(t *testing.T) {
	own := localAddress{ip: [4]byte{10, 0, 0, 9}, bits: 16, link: [4]byte{7}}
	led := newRuleset("led")
	led.leadMetadata(own, [4]byte{10, 0, 0, 3}, 51679)
	for what, want := range map[string][]byte{"the address": {169, 254, 170, 2}, "port 80": {0, 80, 0, 0}, "the relay": {10, 0, 0, 3}, "its port": {201, 223}} {
		if n := bytes.Count(led.bytes, want); n < 2 {
			t.Errorf("%s is in %d rules, want 2", what, n)
		}
	}
	for _, c := range []struct {
		addresses [][4]byte
		rejects   int
	}{
		{[][4]byte{taskMetadata}, 2 * 2}, {[][4]byte{taskMetadata, instanceMetadata}, 2 * 4},
	} {
		r, silent := newRuleset("refused"), newRuleset("refused")
		r.refuse(c.addresses, rejecting)
		silent.refuse(c.addresses, dropping)
		if bytes.Contains(silent.bytes, []byte("reject\x00")) || bytes.Count(silent.bytes, taskMetadata[:]) != bytes.Count(r.bytes, taskMetadata[:]) {
			t.Error("without refusals, other packets are meant")
		}
		if n := bytes.Count(r.bytes, []byte("reject\x00")); n != c.rejects {
			t.Errorf("%d refusals for %d addresses, want %d", n, len(c.addresses), c.rejects)
		}
		if n := bytes.Count(r.bytes, instanceMetadata[:]); n > 0 != (len(c.addresses) > 1) {
			t.Errorf("the machine's metadata is in %d rules", n)
		}
	}
}

// What cannot be refused in one way is in the next, and it is told when it is in none.
func TestRefusalsThatTheKernelLacks(t *testing.T) {
	lacks := &lacking{"nft_reject (refusals)", syscall.ENOENT}
	var tried []string
	way := func(name string, err error) func() error {
		return func() error {
			tried = append(tried, name)
			return err
		}
	}
	if err := firstOf(way("reject", lacks), way("drop", nil), way("route", nil)); err != nil || !slices.Equal(tried, []string{"reject", "drop"}) {
		t.Errorf("tried %v: %v", tried, err)
	}
	if err := firstOf(way("reject", lacks), way("drop", syscall.EPERM)); !errors.Is(err, syscall.EPERM) || !errors.Is(err, lacks) {
		t.Errorf("all that failed: %v", err)
	}
}

func TestNoRoutes(t *testing.T) {
	messages, err := syscall.ParseNetlinkMessage(noRoutes([][4]byte{taskMetadata, instanceMetadata}).bytes)
	if err != nil || len(messages) != 2 {
		t.Fatalf("%d messages, %v", len(messages), err)
	}
	for i, address := range [][4]byte{taskMetadata, instanceMetadata} {
		m := messages[i]
		attributes, err := syscall.ParseNetlinkRouteAttr(&m)
		if err != nil || len(attributes) != 1 || !bytes.Equal(attributes[0].Value, address[:]) {
			t.Fatalf("%v, %v; want %v", attributes, err, address)
		}
		if m.Header.Type != syscall.RTM_NEWROUTE || m.Data[1] != 32 || m.Data[7] != syscall.RTN_UNREACHABLE {
			t.Errorf("%+v", m)
		}
	}
}

func TestMetadataWordsThatAreNone(t *testing.T) {
	for _, words := range [][]string{
		nil, {"127.0.0.1"}, {"127.0.0.1", "10.0.0.3"}, {"127.0.0.1", "lead=10.0.0.3"}, {"127.0.0.1", "10.0.0.3:80"}, {"127.0.0.1", "lead=none", "machine"},
		{"127.0.0.1", "lead=none", "instance", "more"}, {"192.0.2.1", "lead=none"},
	} {
		if err := linkLocal(words); err == nil {
			t.Errorf("%q is taken", words)
		}
	}
	held = linkLocal(nil)
	defer func() { held = nil }()
	if got := carryOut([]string{"ready", "."}, ownerCommands); got != held.Error() {
		t.Errorf("ready: %s", got)
	}
}
