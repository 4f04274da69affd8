// Package datagram has datagrams wait for who reads them.
package datagram

import (
	"net"
	"os"
	"slices"
	"sync"
	"time"
)

// mostWaiting is how many datagrams wait to be read; more are lost, as datagrams may be.
const mostWaiting = 64

type datagram struct {
	from net.Addr
	data []byte
}

// Inbox is where datagrams come in until it is closed.
type Inbox struct {
	mu       sync.Mutex
	news     sync.Cond
	waiting  []datagram
	deadline time.Time
	alarm    *time.Timer // at the deadline
	closed   bool
}

func NewInbox() *Inbox {
	b := &Inbox{}
	b.news.L = &b.mu
	return b
}

func (b *Inbox) Put(from net.Addr, data []byte) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.closed && len(b.waiting) < mostWaiting {
		b.waiting = append(b.waiting, datagram{from, slices.Clone(data)})
		b.news.Broadcast()
	}
}

// Take waits for one. What into has no room for is lost.
func (b *Inbox) Take(into []byte) (n int, from net.Addr, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for {
		switch {
		case b.closed:
			return 0, nil, net.ErrClosed
		case !b.deadline.IsZero() && !time.Now().Before(b.deadline):
			return 0, nil, os.ErrDeadlineExceeded
		case len(b.waiting) > 0:
			d := b.waiting[0]
			b.waiting = b.waiting[1:]
			return copy(into, d.data), d.from, nil
		}
		b.news.Wait()
	}
}

func (b *Inbox) SetReadDeadline(t time.Time) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.alarm != nil {
		b.alarm.Stop()
		b.alarm = nil
	}
	if b.deadline = t; !t.IsZero() && !b.closed {
		b.alarm = time.AfterFunc(time.Until(t), b.wake)
	}
	b.news.Broadcast()
	return nil
}

func (b *Inbox) SetDeadline(t time.Time) error    { return b.SetReadDeadline(t) }
func (b *Inbox) SetWriteDeadline(time.Time) error { return nil } // nothing that is sent waits

func (b *Inbox) wake() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.news.Broadcast()
}

func (b *Inbox) Close() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.closed = true
	if b.alarm != nil {
		b.alarm.Stop()
	}
	b.news.Broadcast()
	return nil
}

func (b *Inbox) Over() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.closed
}
