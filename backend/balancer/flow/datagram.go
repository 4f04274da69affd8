package flow

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend/balancer"
	"github.com/ecs-emulator/ecs-emulator/backend/balancer/dialer"
	"github.com/ecs-emulator/ecs-emulator/backend/balancer/listener"
	"github.com/ecs-emulator/ecs-emulator/backend/balancer/target"
)

// datagramIdle is how long a flow of datagrams is one without any; see the guide of
// network load balancers.
const datagramIdle = 120 * time.Second

// maxDatagram is more than any has. Those who wait for one share what they read into.
const maxDatagram = 64 << 10

var datagramBuffers = sync.Pool{New: func() any { return new([maxDatagram]byte) }}

// datagramFlow is what a client at one port has with a target.
type datagramFlow struct {
	conn   net.Conn
	target *target.Target
	prefix []byte // of the first datagram
	last   time.Time
}

type datagramFlows struct {
	most  int
	mu    sync.Mutex
	flows map[netip.AddrPort]*datagramFlow
}

// Datagrams serves the UDP port of a listener.
type Datagrams struct {
	Runtime *listener.Runtime
	Current *atomic.Pointer[listener.Listener]
	Packets net.PacketConn
}

// Run passes datagrams to the target of their flow, and its answers back.
func (d *Datagrams) Run() {
	flows := datagramFlows{most: d.Runtime.MostFlows, flows: map[netip.AddrPort]*datagramFlow{}}
	buffer := make([]byte, maxDatagram)
	for {
		n, from, err := d.Packets.ReadFrom(buffer)
		if errors.Is(err, net.ErrClosed) || d.Runtime.Context.Err() != nil {
			flows.closeAll()
			return
		}
		if err != nil {
			d.Runtime.Log.Warn("receive a datagram", "port", d.Current.Load().Port, "err", err)
			time.Sleep(10 * time.Millisecond) // such as too little memory
			continue
		}
		source := addrPortOf(from)
		f := flows.find(source)
		if f != nil && f.target.Removed.Load() {
			_ = f.conn.Close()
			f = nil
		}
		if f == nil {
			if f = d.openFlow(&flows, source, from); f == nil {
				continue // there is no target to give it to
			}
		}
		f.last = time.Now()
		_ = f.conn.SetReadDeadline(f.last.Add(datagramIdle))
		d.Runtime.Counts.UDP().Bytes(n)
		_, _ = f.conn.Write(append(f.prefix, buffer[:n]...)) // datagrams may get lost
		f.prefix = nil
	}
}

func (d *Datagrams) openFlow(flows *datagramFlows, source netip.AddrPort, from net.Addr) *datagramFlow {
	l := d.Current.Load()
	t := flowTarget(l, target.FlowHash(source))
	if t == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(d.Runtime.Context, dialer.Patience)
	defer cancel()
	conn, err := d.Runtime.Dial(balancer.WithClient(ctx, source), "udp", t.Address)
	if err != nil {
		return nil
	}
	f := &datagramFlow{conn: conn, target: t}
	if t.Group.Pool.Load().Settings.ProxyProtocol {
		f.prefix = dialer.ProxyHeader(source, addrPortOf(d.Packets.LocalAddr()), false)
	}
	flows.put(source, f)
	end := t.Track(conn)
	counts := d.Runtime.Counts.UDP()
	counts.Began()
	_ = conn.SetReadDeadline(time.Now().Add(datagramIdle))
	d.Runtime.Running.Go(func() {
		defer func() {
			flows.drop(source, f)
			end()
			counts.Ended()
		}()
		d.answerFlow(conn, from)
	})
	return f
}

// answerFlow passes a target's datagrams to the client until there have been none for long.
func (d *Datagrams) answerFlow(conn net.Conn, to net.Addr) {
	pass := func(datagram []byte) error {
		_ = conn.SetReadDeadline(time.Now().Add(datagramIdle))
		d.Runtime.Counts.UDP().Bytes(len(datagram))
		_, err := d.Packets.WriteTo(datagram, to)
		return err
	}
	for read := datagramReader(conn); read(pass) == nil; {
	}
}

// readDatagram is a read into what is used again.
func readDatagram(read func([]byte) (int, error), pass func([]byte) error) error {
	buffer := datagramBuffers.Get().(*[maxDatagram]byte)
	defer datagramBuffers.Put(buffer)
	n, err := read(buffer[:])
	if err != nil {
		return err
	}
	return pass(buffer[:n])
}

func (f *datagramFlows) find(source netip.AddrPort) *datagramFlow {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.flows[source]
}

func (f *datagramFlows) put(source netip.AddrPort, flow *datagramFlow) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.flows) >= f.most {
		f.makeRoom()
	}
	f.flows[source] = flow
}

// makeRoom ends the flow that has been silent for the longest, of some: to find it among all
// would take long, and there may be one for each datagram.
func (f *datagramFlows) makeRoom() {
	var oldest netip.AddrPort
	looked := 0
	for source, flow := range f.flows {
		if looked == 0 || flow.last.Before(f.flows[oldest].last) {
			oldest = source
		}
		if looked++; looked == 32 {
			break
		}
	}
	_ = f.flows[oldest].conn.Close()
	delete(f.flows, oldest)
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
