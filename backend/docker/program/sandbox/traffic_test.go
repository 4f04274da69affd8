//go:build linux

package main

import "testing"

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
