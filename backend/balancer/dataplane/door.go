package dataplane

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"runtime/debug"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// door is a listener's open port. What is behind it may change while it stays open.
type door struct {
	balancer *Balancer
	current  atomic.Pointer[listener]
	socket   net.Listener   // of TCP, if the listener has it
	packets  net.PacketConn // of UDP, if it has

	mu      sync.Mutex
	servers []*server // the last one is for new connections
}

// server is net/http's for connections that came while its settings held.
type server struct {
	*http.Server
	feed  *feed
	idle  time.Duration
	http2 bool
}

const handshakePatience = 10 * time.Second

// openDoor opens a listener's ports.
func (b *Balancer) openDoor(l *listener) (*door, error) {
	d := &door{balancer: b}
	address := ":" + strconv.Itoa(int(l.port))
	var err error
	if l.stream {
		if d.socket, err = b.options.Listen("tcp", address); err != nil {
			return nil, err
		}
	}
	if l.datagrams {
		if d.packets, err = b.options.ListenPacket("udp", address); err != nil {
			return nil, errors.Join(err, d.close())
		}
	}
	d.set(l)
	if d.socket != nil {
		b.running.Go(d.accept)
	}
	if d.packets != nil {
		b.running.Go(d.receive)
	}
	return d, nil
}

// fits tells whether the listener can be put behind the door. Who has come in the clear stays so.
func (d *door) fits(l *listener) bool {
	now := d.current.Load()
	return now.port == l.port && now.application == l.application && now.secure == l.secure && (d.socket != nil) == l.stream && (d.packets != nil) == l.datagrams
}

// set puts a listener behind the door. Connections that are there keep net/http's
// settings, and take the new rules with their next request.
func (d *door) set(l *listener) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if old := d.current.Swap(l); old != nil {
		old.next.Store(l)
	}
	if n := len(d.servers); !l.application || n > 0 && d.servers[n-1].idle == l.settings.idle && d.servers[n-1].http2 == l.settings.http2 {
		return
	}
	if n := len(d.servers); n > 0 {
		_ = d.servers[n-1].feed.Close()
	}
	d.servers = append(d.servers, d.newServer(l))
}

func (d *door) newServer(l *listener) *server {
	s := &server{feed: newFeed(), idle: l.settings.idle, http2: l.settings.http2}
	s.Server = &http.Server{
		Handler:           http.HandlerFunc(d.handle),
		IdleTimeout:       l.settings.idle,
		ReadHeaderTimeout: l.settings.idle,
		MaxHeaderBytes:    maxHead - 4<<10, // the server reads as much more
		HTTP2: &http.HTTP2Config{
			MaxConcurrentStreams: 128, WriteByteTimeout: l.settings.idle,
			MaxReceiveBufferPerStream: streamWindow, MaxReceiveBufferPerConnection: 4 * streamWindow,
		},
		ErrorLog:    discarded,
		ConnContext: withConn,
		ConnState:   d.track,

		DisableGeneralOptionsHandler: true, // OPTIONS * is for targets, like all else
	}
	d.balancer.running.Go(func() { _ = s.Serve(s.feed) }) // ends with the feed
	return s
}

// handle serves a request by the listener of the moment. A mistake of ours ends its connection,
// or its stream, alone.
func (d *door) handle(w http.ResponseWriter, r *http.Request) {
	defer func() {
		if mistake := recover(); mistake != nil {
			if mistake != http.ErrAbortHandler { //nolint:errorlint // it is what net/http compares with
				d.balancer.options.Log.Error("a request could not be served", "err", mistake, "stack", string(debug.Stack()))
			}
			panic(http.ErrAbortHandler)
		}
	}()
	d.current.Load().serve(w, r)
}

// track counts connections, which the balancer waits for, and sees where an answer has
// been written to the end.
func (d *door) track(conn net.Conn, state http.ConnState) {
	b := d.balancer
	c, _ := conn.(*clientConn)
	switch state {
	case http.StateNew:
		b.running.Add(1) // Serve, which calls this, runs still
		if b.ctx.Err() != nil {
			_ = conn.Close() // it may have come after Close had closed those that there were
		}
	case http.StateIdle:
		if c != nil {
			c.rest()
		}
	case http.StateHijacked: // until its handler returns
		stop := context.AfterFunc(b.ctx, func() { _ = conn.Close() })
		c.left = func() {
			stop()
			b.dismiss()
			b.running.Done()
		}
	case http.StateClosed:
		b.dismiss()
		b.running.Done()
	}
}

func (d *door) accept() {
	for {
		conn, err := d.socket.Accept()
		if err != nil {
			if errors.Is(err, net.ErrClosed) || d.balancer.ctx.Err() != nil {
				return
			}
			d.balancer.options.Log.Warn("accept a connection", "port", d.current.Load().port, "err", err)
			time.Sleep(10 * time.Millisecond) // such as too many open files
			continue
		}
		if !d.balancer.admit() {
			_ = conn.Close()
			return
		}
		switch l := d.current.Load(); {
		case !l.application:
			d.balancer.running.Go(func() {
				defer d.balancer.dismiss()
				l.carry(conn)
			})
		case l.secure:
			d.balancer.running.Go(func() { d.shakeHands(l, conn) })
		default:
			d.serve(&clientConn{Conn: conn, began: time.Now(), idle: l.settings.idle, heads: &d.balancer.heads})
		}
	}
}

// shakeHands begins TLS. net/http knows HTTP/2 by the connection's type.
func (d *door) shakeHands(l *listener, conn net.Conn) {
	ctx, cancel := context.WithTimeout(d.balancer.ctx, handshakePatience)
	defer cancel()
	secure := tls.Server(conn, l.clientTLS)
	if err := secure.HandshakeContext(ctx); err != nil {
		_ = conn.Close()
		d.balancer.dismiss()
		return
	}
	state := secure.ConnectionState()
	if state.NegotiatedProtocol == "h2" {
		d.serve(secure)
		return
	}
	d.serve(&clientConn{Conn: secure, began: time.Now(), idle: l.settings.idle, heads: &d.balancer.heads, tls: newTLSInfo(state)})
}

// serve hands a connection to the server for new ones.
func (d *door) serve(conn net.Conn) {
	for f, given := d.feed(nil), false; !given; f = d.feed(f) {
		if f == nil {
			_ = conn.Close()
			d.balancer.dismiss()
			return
		}
		given = f.give(conn)
	}
}

// feed is that of the server for new connections, unless it was tried already.
func (d *door) feed(tried *feed) *feed {
	d.mu.Lock()
	defer d.mu.Unlock()
	if n := len(d.servers); n > 0 && d.servers[n-1].feed != tried {
		return d.servers[n-1].feed
	}
	return nil
}

// close closes the port. What has been accepted goes on.
func (d *door) close() error {
	var err error
	if d.socket != nil {
		err = d.socket.Close()
	}
	if d.packets != nil {
		err = errors.Join(err, d.packets.Close())
	}
	return err
}

// leave closes the port, and connections when they have no request.
func (d *door) leave() {
	_ = d.close()
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, s := range d.servers {
		d.balancer.running.Go(func() {
			if s.Shutdown(d.balancer.ctx) != nil { // requests end with the balancer at the latest
				_ = s.Server.Close()
			}
		})
	}
}

// end closes everything.
func (d *door) end() {
	_ = d.close()
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, s := range d.servers {
		_ = s.Server.Close()
	}
}

// feed is a net.Listener of connections that have been accepted already.
type feed struct {
	conns chan net.Conn
	done  chan struct{}
	once  sync.Once
}

func newFeed() *feed { return &feed{conns: make(chan net.Conn), done: make(chan struct{})} }

func (f *feed) give(conn net.Conn) bool {
	select {
	case f.conns <- conn:
		return true
	case <-f.done:
		return false
	}
}

// Accept, Close and Addr are net.Listener's.
func (f *feed) Accept() (net.Conn, error) {
	select {
	case conn := <-f.conns:
		return conn, nil
	case <-f.done:
		return nil, net.ErrClosed
	}
}

// Close ends Accept.
func (f *feed) Close() error {
	f.once.Do(func() { close(f.done) })
	return nil
}

// Addr says nothing: nobody asks.
func (f *feed) Addr() net.Addr { return &net.TCPAddr{} }
