//go:build linux

// Command relay carries connections between the networks that its container is on and the
// process that holds its standard input and output, over which go the streams of package
// tunnel. It ends when its input ends.
//
//	relay <port>…   announce who connects to the ports, and connect whereto streams ask
//
// With the variable [tunnel.HomeKey], streams may go over a connection instead, to a process that
// knows its value: that is faster than through the engine.
//
// Package program has it compressed; `make programs` builds it.
package main

import (
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/libp2p/go-yamux/v5"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/tunnel"
)

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "usage: relay <port>…")
		os.Exit(2)
	}
	terminated := make(chan os.Signal, 1)
	signal.Notify(terminated, syscall.SIGTERM, syscall.SIGINT)
	go func() {
		<-terminated
		os.Exit(128 + int(syscall.SIGTERM))
	}()
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "relay:", err)
		os.Exit(1)
	}
}

func run(ports []string) error {
	var listeners []net.Listener
	for _, port := range ports {
		listener, err := net.Listen("tcp4", ":"+port)
		if err != nil {
			return err
		}
		listeners = append(listeners, listener)
	}
	session, err := tunnel.Far(stdio{})
	if err != nil {
		return err
	}
	var home atomic.Pointer[yamux.Session]
	home.Store(session)
	if key := os.Getenv(tunnel.HomeKey); key != "" {
		direct, err := net.Listen("tcp4", ":"+tunnel.HomePort)
		if err != nil {
			return err
		}
		go awaitHome(direct, key, &home)
	}
	all := &crowd{of: map[netip.Addr]int{}}
	for _, listener := range listeners {
		go announce(&home, listener, all)
	}
	serveAll(session) // until the end of the input, as a rule
	return nil
}

// serveAll serves the streams of a session until it ends.
func serveAll(session *yamux.Session) {
	for {
		stream, err := session.AcceptStream()
		if err != nil {
			return
		}
		go serve(stream)
	}
}

// awaitHome has streams go over the connection of who knows the key, of whom there is one.
func awaitHome(listener net.Listener, key string, home *atomic.Pointer[yamux.Session]) {
	defer func() { _ = listener.Close() }()
	for {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		session, err := tunnel.Welcome(conn, key)
		if err != nil { // another process
			_ = conn.Close()
			continue
		}
		before := home.Swap(session)
		serveAll(session)
		home.Store(before) // they may have given up before they were welcome, and go on as before
		return
	}
}

// announce passes on who connects, while there are not too many.
func announce(home *atomic.Pointer[yamux.Session], listener net.Listener, all *crowd) {
	for {
		conn, err := listener.Accept()
		if err != nil {
			fmt.Fprintln(os.Stderr, "relay:", err)
			time.Sleep(time.Second) // it has too many, and no other way to be told of fewer
			continue
		}
		caller := conn.RemoteAddr().(*net.TCPAddr).AddrPort().Addr()
		if !all.enter(caller) {
			_ = conn.(*net.TCPConn).SetLinger(0) // at once, and with nothing to keep of it
			_ = conn.Close()
			continue
		}
		go func() {
			defer all.leave(caller)
			pass(home.Load(), conn.(*net.TCPConn))
		}()
	}
}

// stdio is the way home.
type stdio struct{}

func (stdio) Read(b []byte) (int, error)       { return os.Stdin.Read(b) }
func (stdio) Write(b []byte) (int, error)      { return os.Stdout.Write(b) }
func (stdio) Close() error                     { os.Exit(0); return nil }
func (stdio) LocalAddr() net.Addr              { return &net.UnixAddr{} }
func (stdio) RemoteAddr() net.Addr             { return &net.UnixAddr{} }
func (stdio) SetDeadline(time.Time) error      { return nil }
func (stdio) SetReadDeadline(time.Time) error  { return nil }
func (stdio) SetWriteDeadline(time.Time) error { return nil }
