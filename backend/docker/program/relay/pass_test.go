//go:build linux

package main

import (
	"bytes"
	"io"
	"net"
	"testing"
	"time"

	"github.com/libp2p/go-yamux/v5"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/tunnel"
)

// ends are both ends of a stream that was opened from far, and of a TCP connection.
func ends(t *testing.T) (near, far *yamux.Stream, peer, conn *net.TCPConn) {
	t.Helper()
	here, there := net.Pipe()
	sessions := [2]*yamux.Session{}
	for i, begin := range []func() (*yamux.Session, error){
		func() (*yamux.Session, error) { return tunnel.Near(here) }, func() (*yamux.Session, error) { return tunnel.Far(there) },
	} {
		session, err := begin()
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = session.Close() })
		sessions[i] = session
	}
	far, err := sessions[1].OpenStream(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if near, err = sessions[0].AcceptStream(); err != nil {
		t.Fatal(err)
	}
	peer, conn = connected(t)
	return near, far, peer, conn
}

// connected are both ends of a TCP connection.
func connected(t *testing.T) (peer, conn *net.TCPConn) {
	t.Helper()
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	dialed, err := net.Dial("tcp4", listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	accepted, err := listener.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = dialed.Close(); _ = accepted.Close() })
	return dialed.(*net.TCPConn), accepted.(*net.TCPConn)
}

// joined is closed when join has ended.
func joined(stream *yamux.Stream, conn *net.TCPConn, patience time.Duration) <-chan struct{} {
	over := make(chan struct{})
	go func() {
		defer close(over)
		join(stream, conn, patience)
	}()
	return over
}

// Who is silent after the other side has gone is cut off, with a word they can hear.
func TestSilenceAfterTheEndIsCutOff(t *testing.T) {
	near, far, peer, conn := ends(t)
	over := joined(far, conn, 50*time.Millisecond)
	_, _ = io.WriteString(peer, "a request")
	if _, err := io.ReadFull(near, make([]byte, 9)); err != nil {
		t.Fatal(err)
	}
	_, _ = io.WriteString(near, "an answer")
	if err := near.CloseWrite(); err != nil {
		t.Fatal(err)
	}
	if said, err := io.ReadAll(peer); string(said) != "an answer" || err != nil {
		t.Errorf("%q, %v", said, err)
	}
	select {
	case <-over:
	case <-time.After(time.Minute):
		t.Fatal("it waits for who is silent")
	}
}

// Who goes on after the other side has said its last is heard to the end, and so is much.
func TestWhoGoesOnIsHeard(t *testing.T) {
	near, far, peer, conn := ends(t)
	over := joined(far, conn, time.Minute)
	if err := near.CloseWrite(); err != nil {
		t.Fatal(err)
	}
	if _, err := peer.Read(make([]byte, 1)); err != io.EOF { //nolint:errorlint // of a connection
		t.Fatal(err)
	}
	much := bytes.Repeat([]byte("0123456789abcdef"), 1<<16)
	go func() {
		_, _ = peer.Write(much)
		_ = peer.Close()
	}()
	if said, err := io.ReadAll(near); !bytes.Equal(said, much) || err != nil {
		t.Errorf("%d bytes, %v; want %d", len(said), err, len(much))
	}
	<-over
}
