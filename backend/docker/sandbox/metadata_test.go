//go:build linux

package main

import (
	"bytes"
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
		r := newRuleset("refused")
		r.refuse(c.addresses)
		if n := bytes.Count(r.bytes, []byte("reject\x00")); n != c.rejects {
			t.Errorf("%d refusals for %d addresses, want %d", n, len(c.addresses), c.rejects)
		}
		if n := bytes.Count(r.bytes, instanceMetadata[:]); n > 0 != (len(c.addresses) > 1) {
			t.Errorf("the machine's metadata is in %d rules", n)
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
	if got := carryOut([]string{"ready", "."}); got != held.Error() {
		t.Errorf("ready: %s", got)
	}
}
