package agent

import (
	"errors"
	"log/slog"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"
)

// datagrams passes those that come to a UDP port of this host on to a task, and what that
// answers back to the client. The listener's goroutine alone begins flows.
type datagrams struct {
	conn net.PacketConn
	to   *atomic.Pointer[target]
	log  *slog.Logger

	mu    sync.Mutex
	flows map[string]*flow // by the client's address
}

// flow is a client's way to a task, and back.
type flow struct {
	net.Conn         // to the task, from an address of this flow alone
	leads    *target // that it was begun for
}

// How many clients a UDP port has at once, and for how long one that is silent is kept.
// Source of that: Linux, nf_conntrack_udp_timeout_stream.
const (
	mostFlows = 1000
	flowIdle  = 120 * time.Second
)

func newDatagrams(conn net.PacketConn, to *atomic.Pointer[target], log *slog.Logger) *datagrams {
	return &datagrams{conn: conn, to: to, log: log, flows: map[string]*flow{}}
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
			d.log.Warn("datagram to a host port not received", "address", d.conn.LocalAddr(), "error", err)
			time.Sleep(acceptPause)
			continue
		}
		if err := d.send(client, buffer[:n]); err != nil { // datagrams may be lost
			d.log.Debug("datagram to a task not passed on", "address", d.conn.LocalAddr(), "error", err)
		}
	}
}

func (d *datagrams) send(client net.Addr, datagram []byte) error {
	f, err := d.flow(client)
	if err != nil {
		return err
	}
	if err := f.SetReadDeadline(time.Now().Add(flowIdle)); err != nil {
		return err
	}
	_, err = f.Write(datagram)
	return err
}

// flow is that of a client. It is a new one when the port leads to another task: there is
// no connection that could stay with the old one.
func (d *datagrams) flow(client net.Addr) (*flow, error) {
	leads, key := d.to.Load(), client.String()
	d.mu.Lock()
	defer d.mu.Unlock()
	if f := d.flows[key]; f != nil && f.leads == leads {
		return f, nil
	} else if f != nil {
		f.Close()
		delete(d.flows, key)
	}
	if len(d.flows) >= mostFlows {
		return nil, errors.New("too many clients")
	}
	conn, err := net.Dial("udp4", netip.AddrPortFrom(leads.ip, leads.port).String())
	if err != nil {
		return nil, err
	}
	f := &flow{conn, leads}
	d.flows[key] = f
	go d.answer(f, client)
	return f, nil
}

// answer passes on what a task says to a client, until both have been silent for long, or
// nobody listens there: the next datagram begins anew.
func (d *datagrams) answer(f *flow, client net.Addr) {
	defer d.drop(f, client.String())
	buffer := make([]byte, longestDatagram)
	for {
		n, err := f.Read(buffer)
		if err != nil {
			return
		}
		if _, err := d.conn.WriteTo(buffer[:n], client); err != nil {
			return
		}
		if err := f.SetReadDeadline(time.Now().Add(flowIdle)); err != nil {
			return
		}
	}
}

func (d *datagrams) drop(f *flow, key string) {
	f.Close()
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.flows[key] == f {
		delete(d.flows, key)
	}
}

// end closes what is left when the listener is.
func (d *datagrams) end() {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, f := range d.flows {
		f.Close()
	}
}
