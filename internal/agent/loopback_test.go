package agent

import (
	"fmt"
	"log/slog"
	"net"
	"sync"
	"syscall"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

// quiet is a loopback address that no host has: who listens there is found by dial.
type quiet struct {
	mu     sync.Mutex
	taken  map[string]bool // by somebody else
	opened map[string]*quietListener
	next   int
}

func newQuiet(taken ...string) *quiet {
	q := &quiet{taken: map[string]bool{}, opened: map[string]*quietListener{}, next: 40000}
	for _, address := range taken {
		q.taken[address] = true
	}
	return q
}

func (q *quiet) listeners(e backend.Engine) *listeners {
	l := newListeners(e, slog.New(slog.DiscardHandler))
	l.listen = q.listen
	return l
}

func (q *quiet) listen(network, address string) (net.Listener, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if address == "127.0.0.1:0" {
		q.next++
		address = fmt.Sprint("127.0.0.1:", q.next)
	}
	if q.taken[address] || q.opened[address] != nil {
		return nil, &net.OpError{Op: "listen", Net: network, Err: syscall.EADDRINUSE}
	}
	l := &quietListener{quiet: q, address: address, accepted: make(chan net.Conn), closed: make(chan struct{})}
	q.opened[address] = l
	return l, nil
}

// dial connects to who listens at an address.
func (q *quiet) dial(address string) (net.Conn, error) {
	q.mu.Lock()
	l := q.opened[address]
	q.mu.Unlock()
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

// open are the addresses at which somebody listens.
func (q *quiet) open() map[string]bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	open := map[string]bool{}
	for address := range q.opened {
		open[address] = true
	}
	return open
}

type quietListener struct {
	quiet    *quiet
	address  string
	accepted chan net.Conn
	closed   chan struct{}
}

func (l *quietListener) Accept() (net.Conn, error) {
	select {
	case conn := <-l.accepted:
		return conn, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l *quietListener) Close() error {
	l.quiet.mu.Lock()
	defer l.quiet.mu.Unlock()
	delete(l.quiet.opened, l.address)
	close(l.closed)
	return nil
}

func (l *quietListener) Addr() net.Addr { return quietAddr(l.address) }

type quietAddr string

func (a quietAddr) Network() string { return "tcp" }
func (a quietAddr) String() string  { return string(a) }
