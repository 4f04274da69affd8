package dataplane_test

import (
	"fmt"
	"net"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend/balancer"
)

// BenchmarkGoalChecks is what it costs to check 1,000 targets every 5 seconds, with the server that stands for them.
func BenchmarkGoalChecks(b *testing.B) {
	const targets, every, during = 1000, 5, 10 * time.Second
	target, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	defer target.Close()
	var checked atomic.Int64
	go func() {
		for {
			conn, err := target.Accept()
			if err != nil {
				return
			}
			checked.Add(1)
			_ = conn.Close()
		}
	}()
	check := balancer.HealthCheck{
		Enabled: true, Protocol: "TCP", IntervalSeconds: every, TimeoutSeconds: 2, HealthyThreshold: 2, UnhealthyThreshold: 2,
	}
	to := addrPort(target.Addr().String())
	pieces := []balancer.Piece{{TargetGroup: &balancer.TargetGroup{ID: "group", Protocol: "TCP", HealthCheck: check}}}
	for i := range targets {
		pieces = append(pieces, balancer.Piece{Target: &balancer.Target{Group: "group", ID: fmt.Sprint(i), Addr: to}})
	}
	listener := &balancer.Listener{ID: "listener", Port: 80, Protocol: "TCP", Rules: []balancer.Rule{toGroup("group")}}
	pieces = append(pieces, balancer.Piece{Listener: listener})
	balancerOf(b, pieces...)
	time.Sleep(2 * time.Second) // all have been checked once
	used := func() time.Duration {
		var u syscall.Rusage
		if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
			b.Fatal(err)
		}
		return time.Duration(u.Utime.Nano() + u.Stime.Nano())
	}
	for b.Loop() {
		before, checks := used(), checked.Load()
		time.Sleep(during)
		b.ReportMetric(100*float64(used()-before)/float64(during), "%cpu≤3")
		if n, want := checked.Load()-checks, int64(during/(every*time.Second))*targets; n < want-want/20 {
			b.Fatalf("%d checks in %s, not %d", n, during, want)
		}
	}
}
