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
	answer, err := ask(command(s), kernelTime)
	if errors.Is(err, syscall.ECONNREFUSED) && len(s.Shares) == 0 {
		return nil
	}
	if err == nil && answer != "done" {
		err = errors.New(answer)
	}
	return err
}

// countTime bounds how long the kernel's counts may take: they are asked for again.
const countTime = 2 * time.Second

// kernelCounts asks what the kernel has counted of the flows that it leads. Where no sandbox listens it leads none.
func kernelCounts() (*balancer.KernelCounts, error) {
	answer, err := ask("counts", countTime)
	if errors.Is(err, syscall.ECONNREFUSED) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if answer == "not a command" {
		return nil, errors.New("its sandbox was made by an older build")
	}
	return parseCounts(answer)
}

// parseCounts reads what the sandbox program says; see its counts.go.
func parseCounts(answer string) (*balancer.KernelCounts, error) {
	words := strings.Fields(answer)
	if len(words) < 2 || words[0] != "counts" {
		return nil, errors.New(answer)
	}
	c := &balancer.KernelCounts{Run: words[1], Flows: map[string]balancer.FlowCounts{}}
	for _, word := range words[2:] {
		protocol, numbers, _ := strings.Cut(word, "=")
		var f balancer.FlowCounts
		if _, err := fmt.Sscanf(numbers, "%d/%d/%d", &f.New, &f.Bytes, &f.Active); err != nil {
			return nil, fmt.Errorf("counts %q: %w", word, err)
		}
		if f != (balancer.FlowCounts{}) {
			c.Flows[protocol] = f
		}
	}
	return c, nil
}

// ask has the sandbox program do something.
func ask(what string, patience time.Duration) (answer string, err error) {
	conn, err := net.Dial("unix", kernelSocket)
	if err != nil {
		return "", err
	}
	defer func() { _ = conn.Close() }()
	if err := conn.SetDeadline(time.Now().Add(patience)); err != nil {
		return "", err
	}
	const mark = "balancer"
	if _, err := io.WriteString(conn, mark+" "+what+" .\n"); err != nil {
		return "", err
	}
	lines := bufio.NewScanner(conn)
	if !lines.Scan() {
		return "", errors.Join(io.ErrUnexpectedEOF, lines.Err())
	}
	return strings.TrimPrefix(lines.Text(), mark+" "), nil
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
