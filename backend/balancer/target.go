package balancer

import (
	"context"
	"hash/maphash"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// target is one address of a group, with the connections to it that are idle.
type target struct {
	group       *group
	config      Target // guarded by the balancer's lock
	address     string
	cookie      string // what a client has that stays here
	flowHash    uint64
	outstanding atomic.Int64 // requests and flows on their way
	retired     atomic.Bool  // gets nothing new: its connections are closed when idle
	removed     atomic.Bool  // is no target any more: flows of datagrams go elsewhere

	health    health    // guarded by the balancer's lock
	slowSince time.Time // when it began to get requests beside others; the same
	next      time.Time // when it is checked; the same
	place     int       // in the queue of checks, or -1; the same
	checking  bool      // the same

	idle  idleConns
	http2 func() *http.Transport // made when it is needed

	flows sync.Map // net.Conn of streams, to cut when the target is removed
}

func newTarget(g *group, config Target, dial func(ctx context.Context, network, address string) (net.Conn, error)) *target {
	t := &target{
		group: g, config: config, address: config.Addr.String(), place: -1,
		cookie: stickyValue(g.id, config.ID), flowHash: maphash.String(flowSeed, config.ID),
		health: health{state: stateInitial, reason: reasonRegistering},
	}
	if config.Healthy || g.set && !g.check.Enabled {
		t.health = health{state: stateHealthy}
	}
	t.http2 = sync.OnceValue(func() *http.Transport { return newHTTP2Transport(dial) })
	t.retired.Store(config.Draining)
	return t
}

// share is the part of a full one that a target gets: it grows from slow start on.
func (t *target) share(slowStart time.Duration, now time.Time) float64 {
	if t.slowSince.IsZero() || slowStart <= 0 {
		return 1
	}
	return min(1, max(0.01, float64(now.Sub(t.slowSince))/float64(slowStart)))
}

// retire has the target get nothing new.
func (t *target) retire() {
	t.retired.Store(true)
	t.idle.closeAll()
	t.closeIdleHTTP2()
}

// release ends a request; a target that is retired keeps no connection without one.
func (t *target) release() {
	if t.outstanding.Add(-1) == 0 && t.retired.Load() {
		t.closeIdleHTTP2()
	}
}

func (t *target) closeIdleHTTP2() {
	if version := t.group.pool.Load().settings.version; version == "HTTP2" || version == "GRPC" {
		t.http2().CloseIdleConnections()
	}
}

// cutFlows ends the connections that pass through.
func (t *target) cutFlows() {
	t.flows.Range(func(conn, _ any) bool {
		_ = conn.(net.Conn).Close()
		return true
	})
}

func newHTTP2Transport(dial func(ctx context.Context, network, address string) (net.Conn, error)) *http.Transport {
	protocols := new(http.Protocols)
	protocols.SetHTTP2(true)
	protocols.SetUnencryptedHTTP2(true)
	return &http.Transport{
		DialContext: dial, Protocols: protocols, TLSClientConfig: toTargets.Clone(), DisableCompression: true,
		IdleConnTimeout: idleTargetTime, TLSHandshakeTimeout: connectPatience,
	}
}
