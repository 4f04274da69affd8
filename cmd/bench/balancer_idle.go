package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"

	"github.com/ecs-emulator/ecs-emulator/backend/balancer"
	"github.com/ecs-emulator/ecs-emulator/backend/balancer/control"
	"github.com/ecs-emulator/ecs-emulator/cmd/internal/bareserver"
	"github.com/ecs-emulator/ecs-emulator/cmd/internal/gobuild"
	"github.com/ecs-emulator/ecs-emulator/cmd/internal/loadbalancer"
)

// measureIdleBalancer reads what memory the program takes that is in a load balancer's
// container, when it has a listener and a target that it checks, and no requests.
func (b *bench) measureIdleBalancer(ctx context.Context) (err error) {
	if runtime.GOOS != "linux" {
		b.report.note(balancedIdle + ": the program is one for Linux")
		return nil
	}
	target, err := b.startEcho(bareserver.Answer{Header: map[string]string{}})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, target.stop()) }()
	p, line, err := b.startBalancerProgram(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.stop()) }()
	session, err := control.Connect(ctx, line, func([]balancer.Health) {})
	if err != nil {
		return err
	}
	defer session.Close()
	port, err := freePort()
	if err != nil {
		return err
	}
	if err := session.Update(ctx, loadbalancer.Pieces("HTTP", port, netip.MustParseAddrPort(target.address), 1)); err != nil {
		return err
	}
	if err := rest(ctx, settleTime); err != nil {
		return err
	}
	bytes, known := p.residentMemory()
	if !known {
		b.report.note(balancedIdle + ": this system does not tell")
		return nil
	}
	memory := float64(bytes) / (1 << 20)
	b.report.add(row{name: balancedIdle, figure: fmt.Sprintf("%.1f MiB", memory), held: memory, goal: atMost(16, " MiB")})
	return nil
}

// stdio are the standard input and output of a process.
type stdio struct {
	io.WriteCloser
	io.Reader
}

func (b *bench) startBalancerProgram(ctx context.Context) (*process, stdio, error) {
	file := filepath.Join(b.dir, "balancer")
	if err := gobuild.Build(ctx, file, "linux", runtime.GOARCH, "backend/docker/program/balancer"); err != nil {
		return nil, stdio{}, err
	}
	cmd := exec.Command(file)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, stdio{}, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, stdio{}, err
	}
	if err := cmd.Start(); err != nil {
		return nil, stdio{}, err
	}
	p := &process{cmd: cmd, stdin: in, done: make(chan error, 1)}
	go func() { p.done <- cmd.Wait() }()
	return p, stdio{in, out}, nil
}

func freePort() (uint16, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	port := listener.Addr().(*net.TCPAddr).Port
	return uint16(port), listener.Close() //nolint:gosec // a port
}
