package target

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

// Target is one address of a group, with the connections to it that are idle.
type Target struct {
	Group       *Group
	Config      balancer.Target // guarded by the balancer's lock
	Address     string
	Cookie      string // what a client has that stays here
	flowHash    uint64
	Outstanding atomic.Int64 // requests and flows on their way
	retired     atomic.Bool  // gets nothing new: its connections are closed when idle
	Removed     atomic.Bool  // is no target any more: flows of datagrams go elsewhere

	health    health.Status // guarded by the balancer's lock
	failures  atomic.Int32  // in a row, of those that Judge hears of
	ejections ejections     // guarded by the balancer's lock

	slowSince time.Time // when it began to get requests beside others; the same
	next      time.Time // when it is checked; the same
	place     int       // in the queue of checks, or -1; the same
	Checking  bool      // the same

	idle  idleConns
	http2 sharedConns

	flows sync.Map // net.Conn of streams, to cut when the target is removed
}

func newTarget(g *Group, config balancer.Target, dial dialer.Func) *Target {
	t := &Target{
		Group: g, Config: config, Address: config.Addr.String(), place: -1,
		Cookie: StickyValue(g.ID, config.ID), flowHash: maphash.String(flowSeed, config.ID),
		health: health.Registered(),
	}
	if config.Healthy || g.Set && !g.Check.Enabled {
		t.health = health.Status{State: health.StateHealthy}
	}
	t.http2.transport = sync.OnceValue(func() *http.Transport { return dialer.NewHTTP2Transport(t.dialShared(dial)) })
	t.retired.Store(config.Draining)
	return t
}

// share is the part of a full one that a target gets: it grows from slow start on.
func (t *Target) share(slowStart time.Duration, now time.Time) float64 {
	if t.slowSince.IsZero() || slowStart <= 0 {
		return 1
	}
	return min(1, max(0.01, float64(now.Sub(t.slowSince))/float64(slowStart)))
}

// Retire has the target get nothing new.
func (t *Target) Retire() {
	t.retired.Store(true)
	t.idle.closeAll()
	t.closeShared()
}

// Idle reports whether the target has no requests and no flows.
func (t *Target) Idle() bool { return t.Outstanding.Load() == 0 }

// Release ends a request; a target that is retired keeps no connection without one.
func (t *Target) Release() {
	if t.Outstanding.Add(-1) == 0 && t.retired.Load() {
		t.closeShared()
	}
}

// Track counts a flow of the target over a connection until the function that it returns is called,
// which closes the connection.
func (t *Target) Track(conn net.Conn) (end func()) {
	t.Outstanding.Add(1)
	t.flows.Store(conn, nil)
	return func() {
		t.Outstanding.Add(-1)
		t.flows.Delete(conn)
		_ = conn.Close()
	}
}

// CutFlows ends the connections that pass through.
func (t *Target) CutFlows() {
	t.flows.Range(func(conn, _ any) bool {
		_ = conn.(net.Conn).Close()
		return true
	})
}

// StickyValue is what a cookie holds. It follows from the ids, so that a client stays
// where it is when the balancer starts again, and does not reveal them.
func StickyValue(group, target string) string {
	sum := sha256.Sum256([]byte(group + "\x00" + target))
	return base64.RawURLEncoding.EncodeToString(sum[:18])
}

// Report is what is known of the target.
func (t *Target) Report() balancer.Health {
	return balancer.Health{Group: t.Group.ID, Target: t.Config.ID, State: t.health.State, Reason: t.health.Reason, Description: t.health.Text, At: t.health.At}
}
