//go:build linux

package main

import (
	"errors"
	"io"
	"net"
	"net/netip"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/libp2p/go-yamux/v5"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/tunnel"
)

func TestACrowdHasBounds(t *testing.T) {
	all := &crowd{of: map[netip.Addr]int{}}
	one, other := netip.MustParseAddr("10.0.0.9"), netip.MustParseAddr("10.0.0.10")
	for range mostOfOne {
		if !all.enter(one) {
			t.Fatal("no room")
		}
	}
	if all.enter(one) || !all.enter(other) {
		t.Error("the bound is not that of one address")
	}
	all.leave(one)
	if !all.enter(one) {
		t.Error("who leaves makes no room")
	}
	for n := all.all; n < mostOfAll; n++ {
		if !all.enter(netip.AddrFrom4([4]byte{10, 1, byte(n >> 8), byte(n)})) {
			t.Fatal("no room")
		}
	}
	if all.enter(other) {
		t.Error("there is no bound of all")
	}
	for at, n := range all.of {
		for range n {
			all.leave(at)
		}
	}
	if len(all.of) > 0 || all.all != 0 {
		t.Errorf("left are %v", all)
	}
}

// One connection too many is reset at once, and others of the same address go on.
func TestOneTooManyIsReset(t *testing.T) {
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	here, there := net.Pipe()
	near, err := tunnel.Near(here)
	if err != nil {
		t.Fatal(err)
	}
	far, err := tunnel.Far(there)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = near.Close(); _ = far.Close(); _ = listener.Close() })
	caller := netip.MustParseAddr("127.0.0.1")
	all := &crowd{of: map[netip.Addr]int{caller: mostOfOne - 1}, all: mostOfOne - 1}
	var home atomic.Pointer[yamux.Session]
	home.Store(far)
	go announce(&home, listener, all)
	last, err := net.Dial("tcp4", listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = last.Close() }()
	_, _ = io.WriteString(last, "hello")
	stream, err := near.AcceptStream()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tunnel.AwaitCaller(stream); err != nil {
		t.Fatal(err)
	}
	tooMany, err := net.Dial("tcp4", listener.Addr().String())
	if err == nil { // else it was reset before it could be told
		_ = tooMany.SetDeadline(time.Now().Add(time.Minute))
		_, err = tooMany.Read(make([]byte, 1))
		_ = tooMany.Close()
	}
	if !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("one too many: %v", err)
	}
	_, _ = io.WriteString(stream, "!")
	if _, err := io.ReadFull(last, make([]byte, 1)); err != nil {
		t.Error(err)
	}
}
