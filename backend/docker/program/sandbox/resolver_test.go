//go:build linux

package main

import "testing"

func TestNameserver(t *testing.T) {
	for file, want := range map[string][4]byte{
		"search shop.test\nnameserver 127.0.0.11\noptions ndots:0\n":                              {127, 0, 0, 11},
		"# nameserver 10.0.0.9\nnameserver 2001:db8::1\nnameserver 10.0.0.2\nnameserver 10.0.0.3": {10, 0, 0, 2},
		"nameserver\noptions ndots:0": {},
		"":                            {},
	} {
		if got, found := nameserver(file); got != want || found != (want != [4]byte{}) {
			t.Errorf("%q: %v, %v; want %v", file, got, found, want)
		}
	}
}

func TestBoundPort(t *testing.T) {
	const table = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4711 1
   1: 0B00007F:0035 0200000A:B26E 01 00000000:00000000 00:00000000 00000000     0        0 4712 1
   2: 0B00007F:A1B2 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4713 1
`
	if got := boundPort(table, [4]byte{127, 0, 0, 11}); got != 0xa1b2 {
		t.Errorf("port %d, want %d", got, 0xa1b2)
	}
	if got := boundPort(table, [4]byte{127, 0, 0, 12}); got != 0 {
		t.Errorf("port %d, want none", got)
	}
}
