package balancer

import (
	"context"
	"hash/maphash"
	"net"
	"net/netip"
	"sync"
	"time"
)

// datagramIdle is how long a flow of datagrams is one without any; see the guide of
// network load balancers.
const datagramIdle = 120 * time.Second

// datagramFlow is what a client at one port has with a target.
type datagramFlow struct {
	conn   net.Conn
	target *target
	prefix []byte // of the first datagram
}

// datagramFlows are those of a door.
type datagramFlows struct {
	mu    sync.Mutex
	flows map[netip.AddrPort]*datagramFlow
}

// receive passes datagrams to the target of their flow, and its answers back.
func (d *door) receive() {
	flows := datagramFlows{flows: map[netip.AddrPort]*datagramFlow{}}
	buffer := make([]byte, 64<<10)
	for {
		n, from, err := d.packets.ReadFrom(buffer)
		if err != nil {
			flows.closeAll()
			return
		}
		source := addrPortOf(from)
		f := flows.find(source)
		if f != nil && f.target.removed.Load() {
			_ = f.conn.Close()
			f = nil
		}
		if f == nil {
			if f = d.openFlow(&flows, source, from); f == nil {
				continue // nobody to give it to
			}
		}
		_ = f.conn.SetReadDeadline(time.Now().Add(datagramIdle))
		_, _ = f.conn.Write(append(f.prefix, buffer[:n]...)) // datagrams may get lost
		f.prefix = nil
	}
}

func (d *door) openFlow(flows *datagramFlows, source netip.AddrPort, from net.Addr) *datagramFlow {
	l := d.current.Load()
	b := d.balancer
	t := l.flowTarget(maphash.Comparable(flowSeed, source))
	if t == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(b.ctx, connectPatience)
	defer cancel()
	conn, err := b.options.Dial(ctx, "udp", t.address)
	if err != nil {
		t.group.counts.errors.Add(1)
		return nil
	}
	f := &datagramFlow{conn: conn, target: t}
	if t.group.pool.Load().settings.proxyProtocol {
		f.prefix = proxyHeader(source, addrPortOf(d.packets.LocalAddr()), false)
	}
	flows.put(source, f)
	t.group.counts.flows.Add(1)
	t.outstanding.Add(1)
	t.flows.Store(conn, nil)
	_ = conn.SetReadDeadline(time.Now().Add(datagramIdle))
	b.running.Go(func() {
		defer func() {
			flows.drop(source, f)
			t.outstanding.Add(-1)
			t.flows.Delete(conn)
			_ = conn.Close()
		}()
		d.answerFlow(conn, from)
	})
	return f
}

// answerFlow passes a target's datagrams to the client until there have been none for long.
func (d *door) answerFlow(conn net.Conn, to net.Addr) {
	buffer := make([]byte, 64<<10)
	for {
		n, err := conn.Read(buffer)
		if err != nil {
			return
		}
		_ = conn.SetReadDeadline(time.Now().Add(datagramIdle))
		if _, err := d.packets.WriteTo(buffer[:n], to); err != nil {
			return
		}
	}
}

func (f *datagramFlows) find(source netip.AddrPort) *datagramFlow {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.flows[source]
}

func (f *datagramFlows) put(source netip.AddrPort, flow *datagramFlow) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.flows[source] = flow
}

func (f *datagramFlows) drop(source netip.AddrPort, flow *datagramFlow) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.flows[source] == flow {
		delete(f.flows, source)
	}
}

func (f *datagramFlows) closeAll() {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, flow := range f.flows {
		_ = flow.conn.Close()
	}
}
