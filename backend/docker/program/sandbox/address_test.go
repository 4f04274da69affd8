//go:build linux

package main

import (
	"syscall"
	"testing"
)

func TestParseAddress(t *testing.T) {
	good := map[string]syscall.SockaddrInet4{
		"127.0.0.1:80":          {Addr: [4]byte{127, 0, 0, 1}, Port: 80},
		"172.31.255.254:65535":  {Addr: [4]byte{172, 31, 255, 254}, Port: 65535},
		"10.0.0.4:1":            {Addr: [4]byte{10, 0, 0, 4}, Port: 1},
		"255.255.255.255:08080": {Addr: [4]byte{255, 255, 255, 255}, Port: 8080},
	}
	for in, want := range good {
		got, ok := parseAddress(in)
		if !ok || got.Addr != want.Addr || got.Port != want.Port {
			t.Errorf("parseAddress(%q) = %v, %v; want %v", in, got, ok, want)
		}
	}
	for _, in := range []string{
		"", ":", "80", "127.0.0.1", "127.0.0.1:", "127.0.0.1:0", "127.0.0.1:65536", "127.0.0.256:80",
		"127.0.1:80", "1.2.3.4.5:80", "1.2.3.4:5:6", "a.b.c.d:80", "1.2.3.4:80x", "[::1]:80", "1..3.4:80", "1.2.3.4:999999",
	} {
		if got, ok := parseAddress(in); ok {
			t.Errorf("parseAddress(%q) = %v; want a refusal", in, got)
		}
	}
}
