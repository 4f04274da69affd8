package sim

import (
	"context"
	"log/slog"
	"maps"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"syscall"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/balancer"
	"github.com/ecs-emulator/ecs-emulator/backend/balancer/control"
	"github.com/ecs-emulator/ecs-emulator/backend/balancer/dataplane"
	"github.com/ecs-emulator/ecs-emulator/backend/sim/internal/route"
)

// dataPlane is what a container has in place of a script that is a load balancer: it serves
// clients in this process, and dials scripted containers.
type dataPlane struct {
	balancer  *dataplane.Balancer // of the present run; nil if it does not run
	level     slog.Level          // of what it writes
	server    *control.Server
	listeners map[int]*planeListener // by port
	packets   map[int]*planePackets  // by port
	pieces    route.Table
}

// startLoadBalancer begins with no listener: who connects says what there is to be.
func (e *Engine) startLoadBalancer(c *container) error {
	if missing := c.stopped(); missing != nil {
		err := noSandbox(missing)
		c.failure = err.Error()
		return err
	}
	server := control.NewServer()
	c.plane.server, c.plane.listeners, c.plane.packets = server, map[int]*planeListener{}, map[int]*planePackets{}
	c.plane.pieces = route.Table{}
	c.plane.balancer = dataplane.New(dataplane.Options{
		Listen:       func(_, address string) (net.Listener, error) { return e.listenAs(c, server, address) },
		ListenPacket: func(_, address string) (net.PacketConn, error) { return e.listenPacketAs(c, server, address) },
		Dial: func(ctx context.Context, network, address string) (net.Conn, error) {
			return e.dialAs(ctx, c, network, address)
		},
		Now:       e.clock.Now,
		AfterFunc: func(d time.Duration, f func()) func() bool { return e.clock.AfterFunc(d, f).Stop },
		Report:    server.Report,
		AccessLog: output{e, c},
		Log:       slog.New(slog.NewTextHandler(output{e, c}, &slog.HandlerOptions{Level: c.plane.level})),
	})
	e.planes[c] = c.plane.balancer
	e.begin(c)
	return nil
}

// endLoadBalancer closes the balancer of a run that is over, which takes the lock itself.
func (e *Engine) endLoadBalancer(c *container) {
	for port, l := range c.plane.listeners {
		l.end()
		delete(c.net.ports, protocolPort{port: port})
	}
	for port, l := range c.plane.packets {
		_ = l.Inbox.Close()
		delete(c.net.ports, protocolPort{udp: true, port: port})
	}
	go c.plane.balancer.Close() //nolint:errcheck // the run is over
	delete(e.planes, c)
	*c.plane = dataPlane{level: c.plane.level}
}

// listenAs opens a port of a load balancer, in the run that has a server.
func (e *Engine) listenAs(c *container, of *control.Server, address string) (net.Listener, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	port, err := c.opens(of, "tcp", address)
	if err != nil {
		return nil, err
	}
	l := &planeListener{
		engine: e, of: c, port: port, conns: make(chan net.Conn), closed: make(chan struct{}),
		address: &net.TCPAddr{IP: c.net.address.AsSlice(), Port: port},
	}
	c.plane.listeners[port] = l
	return l, nil
}

// opens takes a port of a load balancer's namespace. The lock is held.
func (c *container) opens(of *control.Server, network, address string) (port int, err error) {
	_, text, err := net.SplitHostPort(address)
	if err != nil {
		return 0, err
	}
	if port, err = strconv.Atoi(text); err != nil {
		return 0, err
	}
	at := protocolPort{network == "udp", port}
	if c.plane.server != of || c.net.ports[at] != nil {
		return 0, &net.OpError{Op: "listen", Net: network, Err: syscall.EADDRINUSE}
	}
	if c.net.ports == nil {
		c.net.ports = map[protocolPort]*container{}
	}
	c.net.ports[at] = c
	return port, nil
}

// planeListener is an open port of a load balancer.
type planeListener struct {
	engine  *Engine
	of      *container
	port    int
	address net.Addr
	conns   chan net.Conn
	closed  chan struct{}
	over    bool // the engine's lock protects it
}

func (l *planeListener) Accept() (net.Conn, error) {
	select {
	case conn := <-l.conns:
		return conn, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l *planeListener) Addr() net.Addr { return l.address }

func (l *planeListener) Close() error {
	l.engine.mu.Lock()
	defer l.engine.mu.Unlock()
	if l.over {
		return nil
	}
	l.end()
	delete(l.of.plane.listeners, l.port)
	delete(l.of.net.ports, protocolPort{port: l.port})
	return nil
}

// end closes it. The lock is held.
func (l *planeListener) end() {
	l.over = true
	close(l.closed)
}

func (p *dataPlane) accepts(c *container, port int, conn pipeConn) {
	l := p.listeners[port]
	if l == nil { // it has just ended
		_ = conn.Close()
		return
	}
	kept := &keptConn{conn, c.engine, c}
	go func() {
		select {
		case l.conns <- kept:
		case <-l.closed:
			_ = kept.Close()
		}
	}()
}

// keptConn is a connection to a load balancer, until it is closed.
type keptConn struct {
	pipeConn
	engine *Engine
	of     *container
}

func (k *keptConn) Close() error {
	k.engine.mu.Lock()
	delete(k.of.conns, k.Conn)
	k.engine.mu.Unlock()
	return k.pipeConn.Close()
}

// dialAs connects from the namespace of a container to an address, for a client whose own one
// may be kept.
func (e *Engine) dialAs(ctx context.Context, from *container, network, address string) (net.Conn, error) {
	to, err := netip.ParseAddrPort(address)
	if err != nil {
		return nil, err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	caller, kept := balancer.ClientOf(ctx)
	if !kept {
		caller = netip.AddrPortFrom(from.net.address, 0)
	}
	server, port, err := from.net.dials(to, network == "udp", caller.Addr())
	if err != nil {
		return nil, &net.OpError{Op: "dial", Net: network, Addr: addressOf(network, to), Err: err}
	}
	if kept && server.net.address != to.Addr() { // its machine passes it on, as its own
		caller = netip.AddrPortFrom(server.net.network.Gateway, 0)
	}
	return server.connect(network, port, caller, to), nil
}

// dials is the container that answers, at an address elsewhere, a caller that is seen there with
// an address, and its port.
func (n *namespace) dials(to netip.AddrPort, udp bool, seen netip.Addr) (server *container, port int, err error) {
	at := protocolPort{udp, int(to.Port())}
	if to.Addr().IsLoopback() {
		return n.answer(n.called(to.Addr(), at))
	}
	if to.Addr() == daemonAddress && n.daemons.IsValid() {
		return n.dialsDaemon(at)
	}
	there := n.findAs(seen, to.Addr(), at)
	switch {
	case there == nil && n.network != nil && n.network.at[to.Addr()] == nil:
		return nil, 0, syscall.EHOSTUNREACH
	case there == nil || there.cutOff:
		return nil, 0, syscall.ETIMEDOUT
	}
	return there.answer(there.entered(at))
}

var daemonAddress = netip.MustParseAddr(backend.DaemonAddress)

// dialsDaemon is what answers at daemonAddress, which no filter is about.
func (n *namespace) dialsDaemon(at protocolPort) (server *container, port int, err error) {
	if n.daemons == n.address {
		return n.answer(at)
	}
	there := n.network.at[n.daemons]
	switch {
	case there == nil:
		return nil, 0, syscall.EHOSTUNREACH
	case n.cutOff || there.cutOff:
		return nil, 0, syscall.ETIMEDOUT
	}
	return there.answer(at)
}

// checkPause is between looks at load balancers that are checking targets.
const checkPause = time.Millisecond

// awaitChecks returns when no load balancer is checking a target.
func (e *Engine) awaitChecks(ctx context.Context) error {
	for e.checking() {
		select {
		case <-time.After(checkPause):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

func (e *Engine) checking() bool {
	e.mu.Lock()
	planes := slices.Collect(maps.Values(e.planes))
	e.mu.Unlock()
	return slices.ContainsFunc(planes, func(b *dataplane.Balancer) bool { return b.Checking() > 0 })
}
