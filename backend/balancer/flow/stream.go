// Package flow carries what a network load balancer does not look into: connections of TCP and TLS,
// and datagrams. It says as well which of them the kernel may lead to targets by itself.
package flow

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/netip"
	"os"
	"sync/atomic"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend/balancer/dialer"
	"github.com/ecs-emulator/ecs-emulator/backend/balancer/listener"
	"github.com/ecs-emulator/ecs-emulator/backend/balancer/target"
	"github.com/ecs-emulator/ecs-emulator/backend/balancer/tlspolicy"
)

// Carry passes a connection to a target, as it is or out of TLS. What cannot be passed on
// is closed, as a network load balancer does.
func Carry(run *listener.Runtime, l *listener.Listener, client net.Conn) {
	defer func() { _ = client.Close() }()
	defer context.AfterFunc(run.Context, func() { _ = client.Close() })()
	source := addrPortOf(client.RemoteAddr())
	near := client
	if l.Secure {
		secure := tls.Server(client, l.ClientTLS)
		ctx, cancel := context.WithTimeout(run.Context, listener.HandshakePatience)
		defer cancel()
		if secure.HandshakeContext(ctx) != nil {
			return
		}
		near = secure
	}
	if l.Connect != nil {
		carryForProxy(run, l, client, source)
		return
	}
	far, t := connectFlow(run, l, source, addrPortOf(client.LocalAddr()))
	if far == nil {
		return
	}
	defer t.Track(far)()
	defer context.AfterFunc(run.Context, func() { _ = far.Close() })()
	counts := run.Counts.TCP()
	if l.Secure {
		counts = run.Counts.TLS()
	}
	counts.Began()
	defer counts.Ended()
	pass(near, far, l.Settings.StreamIdle, counts.Bytes, counts.Bytes)
}

// connectFlow connects to the flow's target, or to others if that refuses.
func connectFlow(run *listener.Runtime, l *listener.Listener, source, destination netip.AddrPort) (net.Conn, *target.Target) {
	f := l.DefaultForward()
	if f == nil {
		return nil, nil
	}
	hash := target.FlowHash(source)
	chosen := f.Pick(hash)
	if chosen == nil {
		return nil, nil
	}
	g := chosen.Group
	p := g.Pool.Load()
	if p.Settings.Stickiness.Kind == "source_ip" {
		hash = target.FlowHash(source.Addr())
	}
	var header []byte
	if p.Settings.ProxyProtocol {
		header = dialer.ProxyHeader(source, destination, true)
	}
	for rest := *p; ; {
		t := rest.Flow(hash)
		if t == nil {
			return nil, nil
		}
		conn, err := dialFlow(run, t, header, p.Settings.Protocol == "TLS")
		if err == nil {
			return conn, t
		}
		rest.Eligible = without(rest.Eligible, t)
	}
}

func without(list []*target.Target, out *target.Target) []*target.Target {
	var kept []*target.Target
	for _, t := range list {
		if t != out {
			kept = append(kept, t)
		}
	}
	return kept
}

// dialFlow connects to a target, and says who has connected before anything else, TLS
// included.
func dialFlow(run *listener.Runtime, t *target.Target, header []byte, secure bool) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(run.Context, dialer.Patience)
	defer cancel()
	conn, err := dialer.WithHeader(header, run.Dial)(ctx, "tcp", t.Address)
	if err != nil || !secure {
		return conn, err
	}
	inner := tls.Client(conn, tlspolicy.ToTargets)
	if err := inner.HandshakeContext(ctx); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return inner, nil
}

// pass copies both ways until both have ended, one has failed, or neither has said
// anything for the idle time.
func pass(near, far net.Conn, idle time.Duration, received, sent func(int)) {
	var last atomic.Int64
	last.Store(time.Now().UnixNano())
	back, there := make(chan struct{}), make(chan struct{})
	go func() {
		passOneWay(near, far, idle, &last, sent)
		close(back)
		awaitOther(there, idle, &last, near, far)
	}()
	passOneWay(far, near, idle, &last, received)
	close(there)
	awaitOther(back, idle, &last, near, far)
	<-back
}

// awaitOther looks after a connection that is half closed: who passes the other way may be
// held by a peer that reads nothing, and sees no time go by.
func awaitOther(other <-chan struct{}, idle time.Duration, last *atomic.Int64, conns ...net.Conn) {
	for {
		select {
		case <-other:
			return
		case <-time.After(idle / 4):
		}
		if time.Since(time.Unix(0, last.Load())) >= idle+idle/4 {
			for _, c := range conns {
				_ = c.Close()
			}
			return
		}
	}
}

// passOneWay lets the system move the bytes where it can, a piece at a time, to see
// whether any come. It looks more often than the idle time, as what moves the other way is
// seen no sooner than there.
func passOneWay(to, from net.Conn, idle time.Duration, last *atomic.Int64, moved func(int)) {
	const piece = 16 << 20
	look := idle / 4
	for {
		_ = from.SetReadDeadline(time.Now().Add(look))
		n, err := io.Copy(to, &io.LimitedReader{R: from, N: piece})
		moved(int(n))
		if n > 0 {
			last.Store(time.Now().UnixNano())
		}
		switch {
		case err == nil && n == piece:
		case errors.Is(err, os.ErrDeadlineExceeded) && time.Since(time.Unix(0, last.Load())) < idle+look:
		case err == nil:
			if half, ok := to.(interface{ CloseWrite() error }); ok && half.CloseWrite() == nil {
				return
			}
			_ = to.Close()
			return
		default:
			_ = to.Close()
			_ = from.Close()
			return
		}
	}
}

func addrPortOf(a net.Addr) netip.AddrPort {
	switch a := a.(type) {
	case *net.TCPAddr:
		p := a.AddrPort()
		return netip.AddrPortFrom(p.Addr().Unmap(), p.Port())
	case *net.UDPAddr:
		p := a.AddrPort()
		return netip.AddrPortFrom(p.Addr().Unmap(), p.Port())
	}
	p, _ := netip.ParseAddrPort(a.String())
	return p
}

// flowTarget is the target of a connection or a datagram that is not looked into: the
// default rule's.
func flowTarget(l *listener.Listener, hash uint64) *target.Target {
	f := l.DefaultForward()
	if f == nil {
		return nil
	}
	chosen := f.Pick(hash)
	if chosen == nil {
		return nil
	}
	return chosen.Group.Pool.Load().Flow(hash)
}
