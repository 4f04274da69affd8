// Package proxy serves the clients of HTTP and HTTPS listeners. A request goes from Server by
// exchange.route to what its rule says (act.go), and by exchange.forward to a target: askHTTP1 or askHTTP2
// asks it, and pass writes the answer, or net/http's ReverseProxy where the protocol changes or is HTTP/2.
package proxy

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend/balancer/dialer"
	"github.com/ecs-emulator/ecs-emulator/backend/balancer/listener"
	"github.com/ecs-emulator/ecs-emulator/backend/balancer/tlspolicy"
)

// Server serves the connections of a listener of HTTP or HTTPS.
type Server struct {
	Runtime *listener.Runtime
	Current *atomic.Pointer[listener.Listener] // serves new requests

	mu      sync.Mutex
	servers []*netServer // the last one is for new connections
}

// netServer is net/http's for connections that came while its settings held.
type netServer struct {
	*http.Server
	feed  *feed
	idle  time.Duration
	http2 bool
	plain bool // HTTP/2 by prior knowledge, beside HTTP/1
}

// Configure has new connections served with the settings of a listener. Those that are there
// keep net/http's settings, and take the new rules with their next request.
func (h *Server) Configure(l *listener.Listener) {
	h.mu.Lock()
	defer h.mu.Unlock()
	n := len(h.servers)
	if n > 0 && h.servers[n-1].idle == l.Settings.Idle && h.servers[n-1].http2 == l.Settings.HTTP2 && h.servers[n-1].plain == (l.Connect != nil) {
		return
	}
	if n > 0 {
		_ = h.servers[n-1].feed.Close()
	}
	h.servers = append(h.servers, h.newServer(l))
}

func (h *Server) newServer(l *listener.Listener) *netServer {
	s := &netServer{feed: newFeed(), idle: l.Settings.Idle, http2: l.Settings.HTTP2, plain: l.Connect != nil}
	s.Server = &http.Server{
		Handler:           http.HandlerFunc(h.handle),
		IdleTimeout:       l.Settings.Idle,
		ReadHeaderTimeout: l.Settings.Idle,
		MaxHeaderBytes:    maxHead - 4<<10, // the server reads as much more
		HTTP2: &http.HTTP2Config{
			MaxConcurrentStreams: 128, WriteByteTimeout: l.Settings.Idle,
			MaxReceiveBufferPerStream: dialer.StreamWindow, MaxReceiveBufferPerConnection: 4 * dialer.StreamWindow,
		},
		ErrorLog:    discarded,
		ConnContext: withConn,
		ConnState:   h.track,

		DisableGeneralOptionsHandler: true, // OPTIONS * is for targets, like all else
	}
	if s.plain {
		s.Protocols = new(http.Protocols)
		s.Protocols.SetHTTP1(true)
		s.Protocols.SetUnencryptedHTTP2(true)
		s.HTTP2.MaxConcurrentStreams = mostStreams
	}
	h.Runtime.Running.Go(func() { _ = s.Serve(s.feed) }) // ends with the feed
	return s
}

// handle serves a request by the listener of the moment. A mistake of ours ends its connection,
// or its stream, alone.
func (h *Server) handle(w http.ResponseWriter, r *http.Request) {
	defer func() {
		if mistake := recover(); mistake != nil {
			if mistake != http.ErrAbortHandler { //nolint:errorlint // it is what net/http compares with
				h.Runtime.Log.Error("a request could not be served", "err", mistake, "stack", string(debug.Stack()))
			}
			panic(http.ErrAbortHandler)
		}
	}()
	serve(h.Runtime, h.Current.Load(), w, r)
}

// track counts connections, which the balancer waits for, and sees where an answer has
// been written to the end.
func (h *Server) track(conn net.Conn, state http.ConnState) {
	run := h.Runtime
	c, _ := conn.(*clientConn)
	switch state {
	case http.StateNew:
		run.Running.Add(1) // Serve, which calls this, runs still
		if run.Context.Err() != nil {
			_ = conn.Close() // it may have come after Close had closed those that there were
		}
	case http.StateIdle:
		if c != nil {
			c.rest()
		}
	case http.StateHijacked: // until its handler returns
		stop := context.AfterFunc(run.Context, func() { _ = conn.Close() })
		c.left = func() {
			stop()
			h.dismiss()
			run.Running.Done()
		}
	case http.StateClosed:
		h.dismiss()
		run.Running.Done()
	}
}

// Accept serves a connection that has been accepted.
func (h *Server) Accept(l *listener.Listener, conn net.Conn) {
	h.Runtime.Counts.Opened()
	h.Current.Load().Counts.Opened()
	if l.Secure {
		h.Runtime.Running.Go(func() { h.shakeHands(l, conn) })
		return
	}
	h.serve(h.newClientConn(l, conn, nil))
}

func (h *Server) newClientConn(l *listener.Listener, conn net.Conn, tls *tlspolicy.Info) *clientConn {
	return &clientConn{Conn: conn, began: time.Now(), idle: l.Settings.Idle, runtime: h.Runtime, tls: tls, connect: l.Connect != nil}
}

// shakeHands begins TLS. net/http knows HTTP/2 by the connection's type.
func (h *Server) shakeHands(l *listener.Listener, conn net.Conn) {
	ctx, cancel := context.WithTimeout(h.Runtime.Context, listener.HandshakePatience)
	defer cancel()
	counted := &secretConn{Conn: conn, counts: h.Runtime.Counts}
	secure := tls.Server(counted, l.ClientTLS)
	if err := secure.HandshakeContext(ctx); err != nil {
		_ = conn.Close()
		h.dismiss()
		return
	}
	state := secure.ConnectionState()
	if state.NegotiatedProtocol == "h2" {
		counted.counting = true
		h.serve(secure)
		return
	}
	h.serve(h.newClientConn(l, secure, tlspolicy.NewInfo(state)))
}

// serve hands a connection to the server for new ones.
func (h *Server) serve(conn net.Conn) {
	for f, given := h.feed(nil), false; !given; f = h.feed(f) {
		if f == nil {
			_ = conn.Close()
			h.dismiss()
			return
		}
		given = f.give(conn)
	}
}

// dismiss is called once of each connection that was accepted, when it has ended.
func (h *Server) dismiss() {
	h.Runtime.Counts.Closed()
	h.Current.Load().Counts.Closed()
	h.Runtime.Dismiss()
}

// feed is that of the server for new connections, unless it was tried already.
func (h *Server) feed(tried *feed) *feed {
	h.mu.Lock()
	defer h.mu.Unlock()
	if n := len(h.servers); n > 0 && h.servers[n-1].feed != tried {
		return h.servers[n-1].feed
	}
	return nil
}

// Leave closes connections when they have no request.
func (h *Server) Leave() {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, s := range h.servers {
		h.Runtime.Running.Go(func() {
			if s.Shutdown(h.Runtime.Context) != nil { // requests end with the balancer at the latest
				_ = s.Server.Close()
			}
		})
	}
}

// End closes all connections.
func (h *Server) End() {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, s := range h.servers {
		_ = s.Server.Close()
	}
}
