package dataplane

import (
	"crypto/sha256"
	"encoding/base64"
	"hash/maphash"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend/balancer"
	"github.com/ecs-emulator/ecs-emulator/backend/balancer/dialer"
	"github.com/ecs-emulator/ecs-emulator/backend/balancer/health"
)

// target is one address of a group, with the connections to it that are idle.
type target struct {
	group       *group
	config      balancer.Target // guarded by the balancer's lock
	address     string
	cookie      string // what a client has that stays here
	flowHash    uint64
	outstanding atomic.Int64 // requests and flows on their way
	retired     atomic.Bool  // gets nothing new: its connections are closed when idle
	removed     atomic.Bool  // is no target any more: flows of datagrams go elsewhere

	health    health.Status // guarded by the balancer's lock
	slowSince time.Time     // when it began to get requests beside others; the same
	next      time.Time     // when it is checked; the same
	place     int           // in the queue of checks, or -1; the same
	checking  bool          // the same

	idle  idleConns
	http2 sharedConns

	flows sync.Map // net.Conn of streams, to cut when the target is removed
}

func newTarget(g *group, config balancer.Target, dial dialer.Func) *target {
	t := &target{
		group: g, config: config, address: config.Addr.String(), place: -1,
		cookie: stickyValue(g.id, config.ID), flowHash: maphash.String(flowSeed, config.ID),
		health: health.Registered(),
	}
	if config.Healthy || g.set && !g.check.Enabled {
		t.health = health.Status{State: health.StateHealthy}
	}
	t.http2.transport = sync.OnceValue(func() *http.Transport { return dialer.NewHTTP2Transport(t.http2.count(dialer.WithPatience(dial))) })
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
	t.closeShared()
}

// release ends a request; a target that is retired keeps no connection without one.
func (t *target) release() {
	if t.outstanding.Add(-1) == 0 && t.retired.Load() {
		t.closeShared()
	}
}

// cutFlows ends the connections that pass through.
func (t *target) cutFlows() {
	t.flows.Range(func(conn, _ any) bool {
		_ = conn.(net.Conn).Close()
		return true
	})
}

// stickyValue is what a cookie holds. It follows from the ids, so that a client stays
// where it is when the balancer starts again, and tells nobody what they are.
func stickyValue(group, target string) string {
	sum := sha256.Sum256([]byte(group + "\x00" + target))
	return base64.RawURLEncoding.EncodeToString(sum[:18])
}

// report is what is known of the target.
func (t *target) report() balancer.Health {
	return balancer.Health{Group: t.group.id, Target: t.config.ID, State: t.health.State, Reason: t.health.Reason, Description: t.health.Text, At: t.health.At}
}
