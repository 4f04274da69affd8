package tunnel

import (
	"errors"
	"net"
	"os"
	"sync/atomic"
	"time"

	"github.com/libp2p/go-yamux/v5"
)

// Linger is for how long the other side may go on after Close; then it is cut off.
const Linger = 10 * time.Second

// Conn is a stream as a connection, with the addresses of what is at its ends.
type Conn struct {
	*yamux.Stream
	local, remote net.Addr
	closed        atomic.Bool
}

// NewConn takes a stream over, whose first line has been read.
func NewConn(s *yamux.Stream, local, remote net.Addr) *Conn {
	return &Conn{Stream: s, local: local, remote: remote}
}

func (c *Conn) LocalAddr() net.Addr  { return c.local }
func (c *Conn) RemoteAddr() net.Addr { return c.remote }

func (c *Conn) Read(b []byte) (int, error) {
	n, err := c.Stream.Read(b)
	return n, c.explain(err)
}

func (c *Conn) Write(b []byte) (int, error) {
	n, err := c.Stream.Write(b)
	return n, c.explain(err)
}

// explain gives errors the names that callers of package net know.
func (c *Conn) explain(err error) error {
	switch {
	case err == nil:
		return nil
	case c.closed.Load():
		return net.ErrClosed
	case errors.Is(err, yamux.ErrTimeout):
		return os.ErrDeadlineExceeded
	}
	return err
}

// Close sends what has been written and says that no more comes. The stream itself ends
// when the other side has closed too, or lingers too long: to end it at once would take
// from the other side what it has not read yet.
func (c *Conn) Close() error {
	if c.closed.Swap(true) {
		return nil
	}
	_ = c.Stream.SetReadDeadline(time.Unix(1, 0)) // the reader is to wake up
	err := c.Stream.CloseWrite()
	time.AfterFunc(Linger, func() { _ = c.Stream.Reset() })
	return err
}

type DatagramConn struct {
	*Conn
	datagrams *Datagrams
}

// NewDatagramConn takes a connection over.
func NewDatagramConn(c *Conn) *DatagramConn { return &DatagramConn{c, NewDatagrams(c)} }

func (d *DatagramConn) Read(b []byte) (int, error)  { return d.datagrams.Read(b) }
func (d *DatagramConn) Write(b []byte) (int, error) { return d.datagrams.Write(b) }
