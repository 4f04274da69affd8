//go:build linux

package main

import (
	"context"
	"errors"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/libp2p/go-yamux/v5"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/tunnel"
)

const (
	// dialTimeout bounds a connection: an answer that has not come by then will not.
	dialTimeout = 3 * time.Second
	// firstTimeout bounds the wait for what a caller says first, as those who listen do.
	firstTimeout = 10 * time.Second
	// openTimeout bounds the wait for a stream.
	openTimeout = 10 * time.Second
	// smallBuffer is what most connections carry at a time, and more than most requests have;
	// bufferSize is for those that carry more.
	smallBuffer, bufferSize = 4 << 10, 60 << 10
	// silence is for how long who has been asked may say nothing, when who has asked has gone:
	// a little longer than a closed connection lasts at the other end, which the relay does not
	// hear of without writing.
	silence = tunnel.Linger + time.Second
	// longSilence is that where who has asked may have said no more than their last word.
	longSilence = 5 * time.Minute
)

// pass opens a stream for who has connected, when they have said something: it is they who speak
// first.
func pass(session *yamux.Session, conn *net.TCPConn) {
	first := make([]byte, smallBuffer)
	_ = conn.SetReadDeadline(time.Now().Add(firstTimeout))
	n, _ := conn.Read(first)
	if n == 0 {
		_ = conn.Close()
		return
	}
	_ = conn.SetReadDeadline(time.Time{})
	ctx, cancel := context.WithTimeout(context.Background(), openTimeout)
	stream, err := session.OpenStream(ctx)
	cancel()
	if err != nil {
		_ = conn.Close()
		return
	}
	caller := tunnel.Caller{From: conn.RemoteAddr().(*net.TCPAddr).AddrPort(), At: conn.LocalAddr().(*net.TCPAddr).AddrPort()}
	if err := tunnel.Announce(stream, caller, first[:n]); err != nil {
		_ = stream.Reset()
		_ = conn.Close()
		return
	}
	join(stream, conn, silence)
}

// serve connects a stream to where it asks to be led.
func serve(stream *yamux.Stream) {
	to, err := tunnel.AwaitRequest(stream)
	if err != nil {
		_ = stream.Reset()
		return
	}
	dialer := net.Dialer{Timeout: dialTimeout}
	conn, err := dialer.Dial(to.Network+"4", to.Address.String())
	if answered := tunnel.Answer(stream, err); answered != nil || err != nil {
		if conn != nil {
			_ = conn.Close()
		}
		_ = stream.CloseWrite()
		_ = stream.CloseRead()
		return
	}
	switch conn := conn.(type) {
	case *net.TCPConn:
		join(stream, conn, longSilence)
	case *net.UDPConn:
		joinDatagrams(stream, conn)
	}
}

// join carries bytes both ways, and passes the end of each way on by itself. When the stream has
// ended, what the connection says is waited for so long at a time, and no longer.
func join(stream *yamux.Stream, conn *net.TCPConn, patience time.Duration) {
	out, said := make(chan struct{}), &speaker{TCPConn: conn, patience: patience}
	go func() {
		defer close(out)
		if err := copyTo(stream, said); err != nil { // who is at the other end has gone, without a word
			_ = stream.Reset()
			_ = conn.SetReadDeadline(time.Unix(1, 0))
			return
		}
		_ = stream.CloseWrite()
	}()
	if err := copyTo(conn, stream); err != nil {
		_ = conn.SetLinger(0) // the other end is to hear of it
		_ = conn.Close()
		_ = stream.Reset()
	} else {
		_ = conn.CloseWrite()
		said.hurry()
	}
	<-out
	_ = conn.Close()
}

// speaker is a connection that is read from.
type speaker struct {
	*net.TCPConn
	patience time.Duration
	hurried  atomic.Bool
}

// hurry bounds each read from now on, and the one that waits.
func (s *speaker) hurry() {
	s.hurried.Store(true)
	_ = s.SetReadDeadline(time.Now().Add(s.patience))
}

func (s *speaker) Read(b []byte) (int, error) {
	if s.hurried.Load() {
		_ = s.SetReadDeadline(time.Now().Add(s.patience))
	}
	return s.TCPConn.Read(b)
}

// buffers are the large ones, for those to come.
var buffers = sync.Pool{New: func() any { return new([bufferSize]byte) }}

// copyTo carries what there is until its end, with a large buffer once there is much.
func copyTo(to io.Writer, from io.Reader) error {
	for b := make([]byte, smallBuffer); ; {
		n, err := from.Read(b)
		if n > 0 {
			if _, err := to.Write(b[:n]); err != nil {
				return err
			}
		}
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		case n == smallBuffer && n == len(b):
			large := buffers.Get().(*[bufferSize]byte)
			defer buffers.Put(large)
			b = large[:]
		}
	}
}

// joinDatagrams carries datagrams until the stream ends.
func joinDatagrams(stream *yamux.Stream, conn *net.UDPConn) {
	framed := tunnel.NewDatagrams(stream)
	go func() {
		defer func() { _ = conn.Close() }()
		for b := make([]byte, 1<<16); ; {
			n, err := framed.Read(b)
			if err != nil {
				return
			}
			_, _ = conn.Write(b[:n]) // datagrams may be lost
		}
	}()
	for b := make([]byte, 1<<16); ; {
		n, err := conn.Read(b)
		if errors.Is(err, syscall.ECONNREFUSED) {
			continue // no listener, for now
		}
		if err == nil {
			_, err = framed.Write(b[:n])
		}
		if err != nil {
			_ = stream.Reset()
			return
		}
	}
}
