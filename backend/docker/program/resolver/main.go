//go:build linux

// Command resolver is the DNS server of a VPC, in a container on its network. What it knows comes over its
// standard input, from one client after the other; it goes on when there is none. What it does not know it
// asks the servers of its resolv.conf, where the engine resolves names.
//
// Package program has it compressed; `make programs` builds it.
package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"github.com/ecs-emulator/ecs-emulator/backend/resolver"
)

// memory is what the garbage collector tries to stay within; see package nameserver.
const memory = 48 << 20

// garbage is how much of it there may be for what is in use, in per cent: that is little, and with Go's default of 100
// answers would wait for a collection after each few hundred of them.
const garbage = 400

func main() {
	debug.SetMemoryLimit(memory)
	debug.SetGCPercent(garbage)
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "resolver:", err)
		os.Exit(1)
	}
}

func run() error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	file, err := os.ReadFile("/etc/resolv.conf")
	if err != nil {
		return err
	}
	table := resolver.NewTable()
	server := resolver.Server{Table: table, Upstream: resolver.Servers(resolver.Configured(string(file)))}
	packets, err := net.ListenUDP("udp4", &net.UDPAddr{Port: 53})
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp4", ":53")
	if err != nil {
		return err
	}
	ended := make(chan error, 3)
	go func() { ended <- server.ServeUDP(packets) }()
	go func() { ended <- server.ServeTCP(listener) }()
	go func() {
		if err := resolver.NewPieceServer().Serve(ctx, table, stdio{}); err != nil {
			ended <- err
		}
	}()
	select {
	case err := <-ended:
		return errors.Join(errors.New("it has ended"), err)
	case <-ctx.Done():
		return nil
	}
}

// stdio is the stream of clients.
type stdio struct{}

func (stdio) Read(b []byte) (int, error)  { return os.Stdin.Read(b) }
func (stdio) Write(b []byte) (int, error) { return os.Stdout.Write(b) }
