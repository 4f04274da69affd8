package sim

import (
	"context"
	"io"
	stdlog "log"
	"net"
	"net/http"
	"net/netip"
	"os"
	"syscall"
)

// Dial connects to a port inside a sandbox. The connection stays in this
// process; a client that dials talks to net/http.
func (e *Engine) Dial(ctx context.Context, network, sandboxID string, port int) (net.Conn, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if err := e.reach(ctx); err != nil {
		return nil, err
	}
	c, err := e.sandbox(sandboxID)
	if err != nil {
		return nil, err
	}
	if network != "tcp" && network != "udp" {
		return nil, &net.OpError{Op: "dial", Net: network, Err: net.UnknownNetworkError(network)}
	}
	to := netip.AddrPortFrom(c.net.address, uint16(port))
	server, at, err := c.net.dialled(protocolPort{network == "udp", port})
	if err != nil {
		return nil, &net.OpError{Op: "dial", Net: network, Addr: addressOf(network, to), Err: os.NewSyscallError("connect", err)}
	}
	return server.connect(network, at, netip.AddrPortFrom(c.net.network.Gateway, 0), to), nil
}

// addressOf is an address as connections of a network, "tcp" or "udp", have it.
func addressOf(network string, at netip.AddrPort) net.Addr {
	if network == "udp" {
		return net.UDPAddrFromAddrPort(at)
	}
	return net.TCPAddrFromAddrPort(at)
}

// connect connects a caller, who has dialled an address, to a port of a container of any engine. The
// lock is held.
func (c *container) connect(network string, at int, from, to netip.AddrPort) net.Conn {
	if network == "udp" {
		return c.connectDatagrams(at, from, to)
	}
	caller, address := addressOf(network, from), addressOf(network, to)
	near, far := net.Pipe()
	c.keep(far)
	conn := pipeConn{far, address, caller}
	if c.plane != nil {
		c.plane.accepts(c, at, conn)
	} else { // Serve accepts the one connection, leaves it to a goroutine and returns.
		c.engine.web.Serve(&oneConn{conn: &serverConn{conn, c, at}}) //nolint:errcheck // it is EOF
	}
	return &pipeConn{near, caller, address}
}

// keep notes a connection that ends with the container's run.
func (c *container) keep(conn io.Closer) {
	if c.conns == nil {
		c.conns = map[io.Closer]struct{}{}
	}
	c.conns[conn] = struct{}{}
}

// dialled is the container that answers a caller from outside, and its port.
func (n *namespace) dialled(at protocolPort) (server *container, port int, err error) {
	switch {
	case n.network == nil:
		return nil, 0, syscall.ENETUNREACH
	case n.cutOff || !n.takes(n.network.Gateway, at):
		return nil, 0, syscall.ETIMEDOUT
	}
	return n.answer(n.entered(at))
}

// newWebServer makes the server of all containers. It runs while a connection
// that Dial made is open.
func (e *Engine) newWebServer() *http.Server {
	return &http.Server{
		Handler: http.HandlerFunc(e.serveHTTP),
		ConnContext: func(ctx context.Context, conn net.Conn) context.Context {
			return context.WithValue(ctx, serverConnKey{}, conn)
		},
		ConnState: func(conn net.Conn, state http.ConnState) {
			if conn, ok := conn.(*serverConn); ok && state == http.StateClosed {
				e.mu.Lock()
				defer e.mu.Unlock()
				delete(conn.container.conns, conn.Conn)
			}
		},
		ErrorLog: stdlog.New(io.Discard, "", 0), // a handler's panic is the container's own affair
	}
}

type serverConnKey struct{}

func (e *Engine) serveHTTP(w http.ResponseWriter, r *http.Request) {
	conn := r.Context().Value(serverConnKey{}).(*serverConn)
	e.mu.Lock()
	server := servedAt(protocolPort{port: conn.port}, conn.container.script.Serve)
	hostname := conn.container.net.hostname
	e.write(conn.container, false, r.Method+" "+r.URL.RequestURI())
	e.mu.Unlock()
	w.Header().Set("X-Hostname", hostname)
	if server.Handler != nil {
		server.Handler.ServeHTTP(w, r)
		return
	}
	io.WriteString(w, server.Body) //nolint:errcheck // the client is gone
}

// pipeConn is one end of a connection, with addresses as TCP has them.
type pipeConn struct {
	net.Conn
	local, remote net.Addr
}

func (c *pipeConn) LocalAddr() net.Addr  { return c.local }
func (c *pipeConn) RemoteAddr() net.Addr { return c.remote }

// serverConn is the end that a container serves.
type serverConn struct {
	pipeConn
	container *container
	port      int
}

// oneConn is a listener to which one connection has come and no more will.
type oneConn struct {
	conn *serverConn
}

func (l *oneConn) Accept() (net.Conn, error) {
	if l.conn == nil {
		return nil, io.EOF
	}
	conn := l.conn
	l.conn = nil
	return conn, nil
}

func (l *oneConn) Close() error   { return nil }
func (l *oneConn) Addr() net.Addr { return &net.TCPAddr{} }

// hangUp ends the connections to a container.
func (c *container) hangUp() {
	for conn := range c.conns {
		conn.Close()
	}
	c.conns = nil
}
