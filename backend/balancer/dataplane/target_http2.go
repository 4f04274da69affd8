package dataplane

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// sharedConns are the connections to a target in HTTP/2, which its requests share.
type sharedConns struct {
	transport func() *http.Transport // made when it is needed
	open      atomic.Int64
}

// count has connections counted for as long as they are open.
func (s *sharedConns) count(dial dialer) dialer {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dial(ctx, network, address)
		if err != nil {
			return nil, err
		}
		s.open.Add(1)
		return &countedConn{Conn: conn, closed: sync.OnceFunc(func() { s.open.Add(-1) })}, nil
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

// closeAgain is how long a stream has, after its request, until its connection knows that it
// is idle.
const closeAgain = 20 * time.Millisecond

// closeShared closes the connections of a target that is retired when they are idle. With
// requests on their way, the last of them calls it again.
func (t *target) closeShared() {
	if t.http2.open.Load() == 0 {
		return
	}
	t.http2.transport().CloseIdleConnections()
	if t.http2.open.Load() > 0 && t.outstanding.Load() == 0 {
		time.AfterFunc(closeAgain, t.closeShared)
	}
}

// streamWindow is how much of a body in HTTP/2 one side may send ahead of the other: it is in
// memory as long as that does not read. Without it a target had 4 MiB for each request.
const streamWindow = 64 << 10

var errNoHTTP2 = errors.New("the target does not speak HTTP/2")

func newHTTP2Transport(dial dialer) *http.Transport {
	protocols := new(http.Protocols)
	protocols.SetHTTP2(true)
	protocols.SetUnencryptedHTTP2(true)
	return &http.Transport{
		DialContext: dial, DialTLSContext: dialHTTP2(dial), Protocols: protocols, DisableCompression: true,
		IdleConnTimeout: idleTargetTime, HTTP2: &http.HTTP2Config{MaxReceiveBufferPerStream: streamWindow},
	}
}

// patient gives up a target that does not connect.
func patient(dial dialer) dialer {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		ctx, cancel := context.WithTimeout(ctx, connectPatience)
		defer cancel()
		return dial(ctx, network, address)
	}
}

// dialHTTP2 connects in TLS.
func dialHTTP2(dial dialer) dialer {
	config := toTargets.Clone()
	config.NextProtos = []string{"h2"}
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dial(ctx, network, address)
		if err != nil {
			return nil, err
		}
		ctx, cancel := context.WithTimeout(ctx, connectPatience)
		defer cancel()
		secure := tls.Client(conn, config)
		err = secure.HandshakeContext(ctx)
		if err == nil && secure.ConnectionState().NegotiatedProtocol != "h2" {
			err = errNoHTTP2
		}
		if err != nil {
			_ = conn.Close()
			return nil, err
		}
		return secure, nil
	}
}
