// Package nameserver is the DNS server of a simulated network: a table in this process.
package nameserver

import (
	"context"
	"io"
	"math/rand/v2"
	"net"
	"net/netip"
	"sync"

	"github.com/ecs-emulator/ecs-emulator/backend/resolver"
)

// Server is a resolver that clients tell what it knows. The nil Server knows nothing.
type Server struct {
	table  *resolver.Table
	server *resolver.PieceServer

	mu    sync.Mutex
	ended bool
	conns map[net.Conn]struct{}
}

// New makes a server that knows nothing.
func New() *Server {
	return &Server{table: resolver.NewTable(), server: resolver.NewPieceServer(), conns: map[net.Conn]struct{}{}}
}

func (s *Server) Connect() io.ReadWriteCloser {
	near, far := net.Pipe()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ended {
		_ = far.Close()
		return near
	}
	s.conns[far] = struct{}{}
	go func() {
		s.server.Serve(context.Background(), s.table, far) //nolint:errcheck // the other side has gone
		_ = far.Close()
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.conns, far)
	}()
	return near
}

// End closes the streams.
func (s *Server) End() {
	if s == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ended = true
	for conn := range s.conns {
		_ = conn.Close()
	}
}

// Ask is an address that a name leads to; none if there is none. known is false for a name that the
// server does not answer for.
func (s *Server) Ask(name string) (address netip.Addr, known bool) {
	if s == nil {
		return address, false
	}
	all, known := resolver.Addresses(s.table, name, rand.IntN)
	if len(all) > 0 {
		address = all[0]
	}
	return address, known
}
