//go:build linux

package main

import (
	"io"
	"net"
	"sync/atomic"
	"testing"

	"github.com/libp2p/go-yamux/v5"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/tunnel"
)

// A relay that has its turn late finds the key of a process that has given up.
func TestWhoGivesUpIsReachedAsBefore(t *testing.T) {
	const key = "26 letters, as rand.Text has"
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	late, err := net.Dial("tcp4", listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	_, _ = io.WriteString(late, key)
	_ = late.Close()

	here, there := net.Pipe()
	near, err := tunnel.Near(here)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = near.Close() }()
	before, err := tunnel.Far(there)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = before.Close() }()
	var home atomic.Pointer[yamux.Session]
	home.Store(before)
	awaitHome(listener, key, &home)
	if home.Load() != before {
		t.Error("streams are opened where nothing listens")
	}
}
