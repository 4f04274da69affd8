//go:build linux

package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"syscall"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend/balancer"
)

// The sandbox program, in whose network namespace this is, has the kernel lead flows: it has the
// right to, and this program needs none. It listens there where the kernel can; see its
// balancer.go and balance.go.
const (
	kernelSocket = "@ecs-emulator-balance"
	kernelTime   = 20 * time.Second
)

// steer has the kernel lead flows. Where no sandbox listens it leads none, and has none to forget: those of
// application load balancers, above all, are never led.
func steer(s balancer.Steering) error {
	conn, err := net.Dial("unix", kernelSocket)
	if errors.Is(err, syscall.ECONNREFUSED) && len(s.Shares) == 0 {
		return nil
	}
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	if err := conn.SetDeadline(time.Now().Add(kernelTime)); err != nil {
		return err
	}
	const mark = "steer"
	if _, err := io.WriteString(conn, mark+" "+command(s)+" .\n"); err != nil {
		return err
	}
	lines := bufio.NewScanner(conn)
	if !lines.Scan() {
		return errors.Join(io.ErrUnexpectedEOF, lines.Err())
	}
	if answer := strings.TrimPrefix(lines.Text(), mark+" "); answer != "done" {
		return errors.New(answer)
	}
	return nil
}

// command is what the sandbox program reads.
func command(s balancer.Steering) string {
	var b strings.Builder
	b.WriteString("balance")
	for _, f := range s.Shares {
		draw, sender := "random", "own"
		if f.BySource {
			draw = "source"
		}
		if f.KeepClient {
			sender = "keep"
		}
		fmt.Fprintf(&b, " %s/%d/%s/%d-%d/%s=%s", f.Protocol, f.Port, draw, f.First, f.Last, sender, f.To)
	}
	for _, f := range s.Forget {
		fmt.Fprintf(&b, " forget/%s=%s", f.Protocol, f.Target)
	}
	return b.String()
}
