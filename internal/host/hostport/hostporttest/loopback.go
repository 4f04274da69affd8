// Package hostporttest has a loopback address for tests, at which no host listens.
package hostporttest

import (
	"fmt"
	"net"
	"sync"
	"syscall"
)

// Loopback is a loopback address that no host has: Dial connects to what listens there. Listeners
// without a number get those from 40001 on.
type Loopback struct {
	mu     sync.Mutex
	taken  map[string]bool // by others
	opened map[string]*listener
	next   int
}

// New makes one at which some addresses are taken.
func New(taken ...string) *Loopback {
	a := &Loopback{taken: map[string]bool{}, opened: map[string]*listener{}, next: 40000}
	for _, address := range taken {
		a.taken[address] = true
	}
	return a
}

// Listen is net.Listen there.
func (a *Loopback) Listen(network, address string) (net.Listener, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if address == "127.0.0.1:0" {
		a.next++
		address = fmt.Sprint("127.0.0.1:", a.next)
	}
	if a.taken[address] || a.opened[address] != nil {
		return nil, &net.OpError{Op: "listen", Net: network, Err: syscall.EADDRINUSE}
	}
	l := &listener{loopback: a, address: address, accepted: make(chan net.Conn), closed: make(chan struct{})}
	a.opened[address] = l
	return l, nil
}

// Dial connects to what listens at an address.
func (a *Loopback) Dial(address string) (net.Conn, error) {
	a.mu.Lock()
	l := a.opened[address]
	a.mu.Unlock()
	if l == nil {
		return nil, syscall.ECONNREFUSED
	}
	near, far := net.Pipe()
	select {
	case l.accepted <- far:
		return near, nil
	case <-l.closed:
		return nil, syscall.ECONNREFUSED
	}
}

// Open has what listens there, by address.
func (a *Loopback) Open() map[string]net.Listener {
	a.mu.Lock()
	defer a.mu.Unlock()
	open := map[string]net.Listener{}
	for address, l := range a.opened {
		open[address] = l
	}
	return open
}

// Free gives back an address that was taken.
func (a *Loopback) Free(address string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.taken, address)
}

type listener struct {
	loopback *Loopback
	address  string
	accepted chan net.Conn
	closed   chan struct{}
}

func (l *listener) Accept() (net.Conn, error) {
	select {
	case conn := <-l.accepted:
		return conn, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l *listener) Close() error {
	l.loopback.mu.Lock()
	defer l.loopback.mu.Unlock()
	delete(l.loopback.opened, l.address)
	close(l.closed)
	return nil
}

func (l *listener) Addr() net.Addr { return address(l.address) }

type address string

func (a address) Network() string { return "tcp" }
func (a address) String() string  { return string(a) }
