package target

import (
	"context"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend/balancer/dialer"
)

// sharedConns are the connections to a target in HTTP/2, which its requests share.
type sharedConns struct {
	transport func() *http.Transport // made when it is needed
	open      atomic.Int64
}

// dialShared has connections counted for as long as they are open.
func (t *Target) dialShared(dial dialer.Func) dialer.Func {
	dial = dialer.WithPatience(dial)
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dial(ctx, network, address)
		if err != nil {
			t.refused(ctx)
			return nil, &dialer.Error{Cause: err}
		}
		t.http2.open.Add(1)
		t.Group.Counts.Opened()
		return &countedConn{Conn: conn, closed: sync.OnceFunc(func() {
			t.http2.open.Add(-1)
			t.Group.Counts.Closed()
		})}, nil
	}
}

type countedConn struct {
	net.Conn
	closed func()
}

// Close closes the connection, and counts it out once.
func (c *countedConn) Close() error {
	c.closed()
	return c.Conn.Close()
}

// RoundTrip asks the target in HTTP/2.
func (t *Target) RoundTrip(r *http.Request) (*http.Response, error) {
	return t.http2.transport().RoundTrip(r)
}

// closeAgain is how long a stream has, after its request, until its connection knows that it
// is idle.
const closeAgain = 20 * time.Millisecond

// closeShared closes the connections of a target that is retired when they are idle. With
// requests on their way, the last of them calls it again.
func (t *Target) closeShared() {
	if t.http2.open.Load() == 0 {
		return
	}
	t.http2.transport().CloseIdleConnections()
	if t.http2.open.Load() > 0 && t.Outstanding.Load() == 0 {
		time.AfterFunc(closeAgain, t.closeShared)
	}
}
