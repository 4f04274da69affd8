package endpoint

import (
	"context"
	"net"
	"sync"
)

// CloseWith returns a context for a request whose connection becomes a stream. When
// ctx ends, the connection is closed, unless keep was called before and has said yes.
func CloseWith(ctx context.Context) (request context.Context, keep func() bool) {
	s := &stream{}
	stop := context.AfterFunc(ctx, s.close)
	return context.WithValue(ctx, streamKey{}, s), stop
}

type streamKey struct{}

// stream is the connection of such a request.
type stream struct {
	mu     sync.Mutex
	conn   net.Conn
	closed bool
}

func (s *stream) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	if s.conn != nil {
		_ = s.conn.Close()
	}
}

func (s *stream) have(conn net.Conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.conn = conn; s.closed {
		_ = conn.Close()
	}
}

// dial makes a connection for a request.
type dial = func(ctx context.Context, network, address string) (net.Conn, error)

// closable lets CloseWith know the connections that are dialled.
func closable(dial dial) dial {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dial(ctx, network, address)
		if s, ok := ctx.Value(streamKey{}).(*stream); ok && err == nil {
			s.have(conn)
		}
		return conn, err
	}
}
