// Package pipelistener has a net.Listener without a port, to which code of the same process
// connects by pipes:
//
//	listener := pipelistener.New()
//	go server.Serve(listener)
//	client := &http.Client{Transport: &http.Transport{DialContext: listener.Dial}}
//
// All its waiting is on channels. So a goroutine that waits here is durably blocked in the sense of
// testing/synctest, as one that waits for a socket is not.
package pipelistener

import (
	"context"
	"net"
	"sync"
)

// Listener accepts what Dial connects. It is safe for concurrent use.
type Listener struct {
	accepted chan net.Conn
	closed   chan struct{}
	close    sync.Once
}

func New() *Listener {
	return &Listener{accepted: make(chan net.Conn), closed: make(chan struct{})}
}

// Dial connects to the listener, for any network and address, so that it can be an
// http.Transport's DialContext.
func (l *Listener) Dial(ctx context.Context, _, _ string) (net.Conn, error) {
	near, far := net.Pipe()
	select {
	case l.accepted <- far:
		return near, nil
	case <-l.closed:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (l *Listener) Accept() (net.Conn, error) {
	select {
	case conn := <-l.accepted:
		return conn, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

// Close implements net.Listener. Connections stay.
func (l *Listener) Close() error {
	l.close.Do(func() { close(l.closed) })
	return nil
}

// Addr is 127.0.0.1:0, which nothing connects to.
func (l *Listener) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)} }
