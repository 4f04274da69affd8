//go:build linux

package main

import "testing"

func TestParseForward(t *testing.T) {
	f, ok := parseForward("udp/53=10.0.0.9:5353")
	if !ok || f.protocol != udp || f.port != 53 || f.to.Addr != [4]byte{10, 0, 0, 9} || f.to.Port != 5353 {
		t.Errorf("parseForward = %+v, %v", f, ok)
	}
	for _, in := range []string{
		"", "tcp", "tcp/80", "tcp/80=", "tcp/0=10.0.0.9:80", "tcp/80=10.0.0.9:0", "tcp/65536=10.0.0.9:80", "sctp/80=10.0.0.9:80", "80=10.0.0.9:80",
	} {
		if f, ok := parseForward(in); ok {
			t.Errorf("parseForward(%q) = %+v; want a refusal", in, f)
		}
	}
}

func TestWithin(t *testing.T) {
	for network, want := range map[string]bool{
		"10.0.1.64/26": true, "10.0.1.1/24": true, "10.0.1.65/32": true, "0.0.0.0/0": true, "10.0.1.128/26": false, "10.0.1.1/26": false, "11.0.1.64/8": false,
	} {
		address, bits, ok := parsePair(network, '/', 32)
		if got := within([4]byte{10, 0, 1, 65}, address, bits); !ok || got != want {
			t.Errorf("10.0.1.65 within %s = %v, want %v", network, got, want)
		}
	}
}
