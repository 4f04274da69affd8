//go:build linux

// Command balancer is the data plane of a load balancer, in the network namespace of its
// container. Sessions of package balancer come over its standard input, one after the other;
// it goes on when there is none. With the variable [door.BalancerKey], they come over connections
// to [door.BalancerPort] as well, of a process that knows its value. With -debug it says why single requests fail.
//
// Package program has it compressed; `make programs` builds it.
package main

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"runtime/debug"
	"slices"
	"syscall"

	"github.com/ecs-emulator/ecs-emulator/backend/balancer/control"
	"github.com/ecs-emulator/ecs-emulator/backend/balancer/dataplane"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/door"
)

// memory is what the garbage collector tries to stay within: three quarters of what the
// container may use; see package docker.
const memory = 192 << 20

// garbage is how much of it there may be before it is collected, in percent of what is in use. Collecting four times as
// seldom as Go does by itself makes 4 % more requests a second; one that has no requests has no garbage either.
const garbage = 400

func main() {
	debug.SetMemoryLimit(memory)
	debug.SetGCPercent(garbage)
	level := slog.LevelInfo
	if slices.Contains(os.Args[1:], "-debug") {
		level = slog.LevelDebug
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	server := control.NewServer()
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: level})) // which the connected client reads
	b := dataplane.New(dataplane.Options{Report: server.Report, Steer: steer, KernelCounts: kernelCounts, AccessLog: os.Stderr, Log: log})
	go func() {
		if err := server.Serve(ctx, b, stdio{}); err != nil {
			fmt.Fprintln(os.Stderr, "balancer:", err)
		}
	}()
	if key := os.Getenv(door.BalancerKey); key != "" {
		go awaitControl(key, func(conn net.Conn) error { return server.Serve(ctx, b, conn) })
	}
	if err := b.Run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "balancer:", err)
	}
}

// stdio is the stream of control clients.
type stdio struct{}

func (stdio) Read(b []byte) (int, error)  { return os.Stdin.Read(b) }
func (stdio) Write(b []byte) (int, error) { return os.Stdout.Write(b) }
