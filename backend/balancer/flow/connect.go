package flow

import (
	"context"
	"math/rand/v2"
	"net"
	"net/netip"
	"sync/atomic"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend/balancer/accesslog"
	"github.com/ecs-emulator/ecs-emulator/backend/balancer/listener"
	"github.com/ecs-emulator/ecs-emulator/backend/balancer/target"
)

const (
	// mostRetries is how often another endpoint is tried for a connection.
	// Source: ECS developer guide, Service Connect proxy configuration.
	mostRetries = 2
	// connectPatience is how long an endpoint has to accept a connection: Envoy's default.
	connectPatience = 5 * time.Second
)

// carryForProxy passes a connection to an endpoint of Service Connect, and writes a line when it has ended.
func carryForProxy(run *listener.Runtime, l *listener.Listener, client net.Conn, source netip.AddrPort) {
	began, at := time.Now(), run.Now()
	var received, sent atomic.Int64
	l.Counts.Opened()
	defer l.Counts.Closed()
	if far, t := connectInTurn(run, l); far != nil {
		end := t.Track(far)
		stop := context.AfterFunc(run.Context, func() { _ = far.Close() })
		counts := run.Counts.TCP()
		counts.Began()
		moved := func(of *atomic.Int64) func(int) {
			return func(n int) {
				of.Add(int64(n))
				counts.Bytes(n)
				l.Counts.Bytes(n)
				t.Group.Counts.Bytes(n)
			}
		}
		pass(client, far, l.Settings.StreamIdle, moved(&received), moved(&sent))
		counts.Ended()
		stop()
		end()
	}
	if to := l.Connect.AccessLog; to != nil && run.AccessLog != nil {
		line := accesslog.Flow{
			Start: at, Address: source.String(), Port: source.Port(), Received: received.Load(), Sent: sent.Load(),
			Duration: time.Since(began), ID: run.LastFlow.Add(1),
		}
		_, _ = run.AccessLog.Write(line.Format(to.JSON)) // there is no one to tell
	}
}

// connectInTurn connects to the endpoint whose turn it is, or to others if that does not accept.
func connectInTurn(run *listener.Runtime, l *listener.Listener) (net.Conn, *target.Target) {
	f := l.DefaultForward()
	if f == nil {
		return nil, nil
	}
	chosen := f.Pick(rand.Uint64())
	if chosen == nil {
		return nil, nil
	}
	g := chosen.Group
	rest := *g.Pool.Load()
	for range 1 + mostRetries {
		t := rest.Choose(g.Next.Add(1), run.Now)
		if t == nil {
			return nil, nil
		}
		ctx, cancel := context.WithTimeout(run.Context, connectPatience)
		conn, err := run.Dial(ctx, "tcp", t.Address)
		cancel()
		if t.Judge(err != nil) {
			run.Eject(t)
		}
		if err == nil {
			return conn, t
		}
		if len(rest.Eligible) > 1 {
			rest.Eligible = without(rest.Eligible, t)
		}
	}
	return nil, nil
}
