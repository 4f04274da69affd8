package hostport

import (
	"errors"
	"net"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// datagrams passes those that come to a UDP port of this host on to a task, and what that
// answers back to the client. The listener's goroutine alone begins flows.
type datagrams struct {
	conn      net.PacketConn
	to        *atomic.Pointer[Target]
	listeners *listeners

	mu      sync.Mutex
	flows   map[string]*flow // by the client's address
	waiting int              // bytes of all flows that are to be sent
}

// flow is a client's way to a task, and back.
type flow struct {
	leads *Target     // that it was begun for
	out   chan []byte // what is to be sent
	over  chan struct{}
	once  sync.Once
}

// How many clients a UDP port has at once, how many of the datagrams of one wait to be sent, and how
// many bytes of all, and for how long one that is silent is kept.
// Source of the last: Linux, nf_conntrack_udp_timeout_stream.
const (
	mostFlows   = 1000
	mostWaiting = 64
	mostBytes   = 16 << 20
	flowIdle    = 120 * time.Second
)

func newDatagrams(conn net.PacketConn, to *atomic.Pointer[Target], l *listeners) *datagrams {
	return &datagrams{conn: conn, to: to, listeners: l, flows: map[string]*flow{}}
}

// longestDatagram is what UDP over IPv4 takes, and no more.
const longestDatagram = 65507

// serve passes datagrams on until the listener is closed.
func (d *datagrams) serve() {
	defer d.end()
	buffer := make([]byte, longestDatagram)
	for {
		n, client, err := d.conn.ReadFrom(buffer)
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			d.listeners.log.Warn("cannot receive a datagram at a host port", "address", d.conn.LocalAddr(), "error", err)
			time.Sleep(acceptPause)
			continue
		}
		if !d.pass(client, buffer[:n]) { // datagrams may be lost
			d.listeners.log.Debug("datagram to a task not passed on: too many clients, or too much waits", "address", d.conn.LocalAddr())
		}
	}
}

// pass has a datagram sent, unless that is more than the way to the task takes.
func (d *datagrams) pass(client net.Addr, datagram []byte) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	f := d.flow(client)
	if f == nil || len(f.out) == cap(f.out) || d.waiting+len(datagram) > mostBytes {
		return false
	}
	d.waiting += len(datagram)
	f.out <- slices.Clone(datagram) // there is room, and this is the only sender
	return true
}

// sent notes that datagrams do not wait any more.
func (d *datagrams) sent(bytes int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.waiting -= bytes
}

// flow is the flow of a client. It is a new one when the port leads to another ID: there is
// no connection that could stay with the old one. The lock is held.
func (d *datagrams) flow(client net.Addr) *flow {
	leads, key := d.to.Load(), client.String()
	if f := d.flows[key]; f != nil && f.leads == leads {
		return f
	} else if f != nil {
		f.close()
		delete(d.flows, key)
	}
	if len(d.flows) >= mostFlows {
		return nil
	}
	f := &flow{leads: leads, out: make(chan []byte, mostWaiting), over: make(chan struct{})}
	d.flows[key] = f
	go d.carry(f, client)
	return f
}

// carry passes on what a client sends, until it and the task have been silent for long, or
// nothing listens there: the next datagram begins anew.
func (d *datagrams) carry(f *flow, client net.Addr) {
	defer d.drop(f, client.String())
	task, err := d.listeners.dial("udp", *f.leads)
	if err != nil {
		d.listeners.log.Debug("datagrams to a task not passed on", "address", d.conn.LocalAddr(), "error", err)
		return
	}
	defer task.Close()
	go d.answer(f, task, client)
	for {
		select {
		case datagram := <-f.out:
			d.sent(len(datagram))
			if _, err := task.Write(datagram); err != nil {
				return
			}
			if err := task.SetReadDeadline(time.Now().Add(flowIdle)); err != nil {
				return
			}
		case <-f.over:
			return
		}
	}
}

// answer passes on what a task says to a client.
func (d *datagrams) answer(f *flow, task net.Conn, client net.Addr) {
	defer f.close()
	buffer := make([]byte, longestDatagram)
	for {
		n, err := task.Read(buffer)
		if err != nil {
			return
		}
		if _, err := d.conn.WriteTo(buffer[:n], client); err != nil {
			return
		}
		if err := task.SetReadDeadline(time.Now().Add(flowIdle)); err != nil {
			return
		}
	}
}

func (f *flow) close() { f.once.Do(func() { close(f.over) }) }

func (d *datagrams) drop(f *flow, key string) {
	f.close()
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.flows[key] == f {
		delete(d.flows, key)
	}
	for len(f.out) > 0 { // nothing comes any more
		d.waiting -= len(<-f.out)
	}
}

// end ends the flows that are left when the listener is closed.
func (d *datagrams) end() {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, f := range d.flows {
		f.close()
	}
}
