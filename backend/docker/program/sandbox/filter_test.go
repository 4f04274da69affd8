//go:build linux

package main

import (
	"reflect"
	"testing"
)

func TestParseFilterRule(t *testing.T) {
	for in, want := range map[string]filterRule{
		"in/6/80-443/10.0.0.0-10.0.255.255,10.1.0.9": {"in", tcp, 80, 443, "10.0.0.0-10.0.255.255,10.1.0.9", []addressRange{
			{[4]byte{10, 0, 0, 0}, [4]byte{10, 0, 255, 255}}, {[4]byte{10, 1, 0, 9}, [4]byte{10, 1, 0, 9}},
		}},
		"out/-1//*":           {"out", -1, -1, -1, "*", []addressRange{{last: [4]byte{255, 255, 255, 255}}}},
		"in/1/8-/10.0.0.1":    {"in", icmp, 8, -1, "10.0.0.1", []addressRange{{[4]byte{10, 0, 0, 1}, [4]byte{10, 0, 0, 1}}}},
		"in/17/0-65535/":      {"in", udp, 0, 65535, "", nil},
		"out/255//10.0.0.1":   {"out", 255, -1, -1, "10.0.0.1", []addressRange{{[4]byte{10, 0, 0, 1}, [4]byte{10, 0, 0, 1}}}},
		"in/1/3-4/10.0.0.255": {"in", icmp, 3, 4, "10.0.0.255", []addressRange{{[4]byte{10, 0, 0, 255}, [4]byte{10, 0, 0, 255}}}},
	} {
		if f, ok := parseFilterRule(in); !ok || !reflect.DeepEqual(f, want) {
			t.Errorf("parseFilterRule(%q) = %+v, %v; want %+v", in, f, ok, want)
		}
	}
	for _, in := range []string{
		"", "in", "by/6/80-80/*", "in/6/80-80", "in/6/80/*", "in/6/-80/*", "in/x//*", "in/256//*", "in/-2//*", "in/6/80-65536/*", "in/6/80-80/10.0.0",
		"in/6/80-80/10.0.0.1,", "in/6/80-80/10.0.0.1-", "in/6/80-80/*,10.0.0.1", "in/6/80-80/*/",
	} {
		if f, ok := parseFilterRule(in); ok {
			t.Errorf("parseFilterRule(%q) = %+v; want a refusal", in, f)
		}
	}
}

func TestNetworkOfAnAddress(t *testing.T) {
	for bits, want := range map[int]addressRange{
		16: {[4]byte{10, 1, 0, 0}, [4]byte{10, 1, 255, 255}}, 26: {[4]byte{10, 1, 2, 64}, [4]byte{10, 1, 2, 127}},
		32: {[4]byte{10, 1, 2, 99}, [4]byte{10, 1, 2, 99}}, 12: {[4]byte{10, 0, 0, 0}, [4]byte{10, 15, 255, 255}},
	} {
		if got := (localAddress{ip: [4]byte{10, 1, 2, 99}, bits: bits}).network(); got != want {
			t.Errorf("the network of 10.1.2.99/%d is %v, want %v", bits, got, want)
		}
	}
}

func TestNextAddress(t *testing.T) {
	for a, want := range map[[4]byte][4]byte{{10, 0, 0, 9}: {10, 0, 0, 10}, {10, 0, 255, 255}: {10, 1, 0, 0}} {
		if got, ok := next(a); !ok || got != want {
			t.Errorf("next(%v) = %v, %v", a, got, ok)
		}
	}
	if _, ok := next([4]byte{255, 255, 255, 255}); ok {
		t.Error("something follows the last address")
	}
}

func TestCommandsThatAreNone(t *testing.T) {
	for _, words := range [][]string{nil, {"."}, {"traffic", "."}, {"filter", "10.0.0.9", "open"}} {
		if got := carryOut(words, ownerCommands); got != "not a command" {
			t.Errorf("%q: %s", words, got)
		}
	}
	for _, words := range [][]string{{"filter", "10.0.0.9", "."}, {"filter", "10.0.0.9", "shut", "."}, {"filter", "10.0.0", "open", "."}, {"filter", "127.0.0.1", "open", "x", "."}} {
		if got := carryOut(words, ownerCommands); got == "done" || got == "not a command" {
			t.Errorf("%q: %s", words, got)
		}
	}
}
