//go:build linux

package main

import (
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend/balancer"
	"github.com/ecs-emulator/ecs-emulator/backend/balancer/control"
)

// pipes are the standard input and output of a process.
type pipes struct {
	io.WriteCloser // its input
	out            io.Reader
}

func (p pipes) Read(text []byte) (int, error) { return p.out.Read(text) }

// BenchmarkGoalIdleMemory is what memory the program takes that has a listener and a target that it checks, and no
// requests.
func BenchmarkGoalIdleMemory(b *testing.B) {
	program := filepath.Join(b.TempDir(), "balancer")
	build := exec.Command("go", "build", "-trimpath", "-buildvcs=false", "-ldflags=-s -w", "-o", program, ".")
	if text, err := build.CombinedOutput(); err != nil {
		b.Fatalf("%v: %s", err, text)
	}
	for b.Loop() {
		cmd := exec.Command(program)
		cmd.Stderr = os.Stderr
		in, inErr := cmd.StdinPipe()
		out, outErr := cmd.StdoutPipe()
		must(b, inErr, outErr, cmd.Start())
		session, err := control.Connect(b.Context(), pipes{in, out}, func([]balancer.Health) {})
		must(b, err)
		must(b, session.Update(b.Context(), idle(b)))
		time.Sleep(2 * time.Second)
		status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", cmd.Process.Pid))
		must(b, err)
		_, resident, _ := strings.Cut(string(status), "VmRSS:")
		var kib float64
		_, err = fmt.Sscan(resident, &kib)
		must(b, err)
		b.ReportMetric(kib/1024, "MiB≤16")
		session.Close()
		must(b, cmd.Process.Kill())
		_ = cmd.Wait() // it has been killed
	}
}

func must(b *testing.B, errs ...error) {
	b.Helper()
	for _, err := range errs {
		if err != nil {
			b.Fatal(err)
		}
	}
}

// idle are a listener before one target, which is checked and accepts connections.
func idle(b *testing.B) []balancer.Piece {
	b.Helper()
	target, err := net.Listen("tcp", "127.0.0.1:0")
	must(b, err)
	b.Cleanup(func() { _ = target.Close() })
	free, err := net.Listen("tcp", "127.0.0.1:0")
	must(b, err)
	port := free.Addr().(*net.TCPAddr).AddrPort().Port()
	must(b, free.Close())
	check := balancer.HealthCheck{
		Enabled: true, Protocol: "TCP", IntervalSeconds: 5, TimeoutSeconds: 2, HealthyThreshold: 2, UnhealthyThreshold: 2,
	}
	forward := &balancer.Forward{Groups: []balancer.WeightedGroup{{Group: "group", Weight: 1}}}
	return []balancer.Piece{
		{TargetGroup: &balancer.TargetGroup{ID: "group", Protocol: "HTTP", HealthCheck: check}},
		{Target: &balancer.Target{Group: "group", ID: "a", Addr: target.Addr().(*net.TCPAddr).AddrPort()}},
		{Listener: &balancer.Listener{
			ID: "listener", Port: port, Protocol: "HTTP", Rules: []balancer.Rule{{ID: "default", Action: balancer.Action{Forward: forward}}},
		}},
	}
}
