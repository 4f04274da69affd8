//go:build linux

package main

import (
	"net"
	"strconv"
	"testing"
)

func TestPacketsAreAsLargeAsTheInterfaceSays(t *testing.T) {
	loopback, err := net.InterfaceByName("lo")
	if err != nil {
		t.Fatal(err)
	}
	if got, err := mtu("127.0.0.1"); err != nil || got != strconv.Itoa(loopback.MTU) {
		t.Errorf("got %s, %v; want %d", got, err, loopback.MTU)
	}
	for _, address := range []string{"192.0.2.77", "x"} {
		if got, err := mtu(address); err == nil {
			t.Errorf("%s: %s", address, got)
		}
	}
}
