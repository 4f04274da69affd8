//go:build linux

package main

import (
	"context"
	"errors"
	"io"
	"net"
	"sync"
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
	// firstSize is more than most requests have.
	firstSize = 4 << 10
	// bufferSize is what is carried at a time.
	bufferSize = 60 << 10
)

// pass opens a stream for who has connected, when they have said something: it is they who speak
// first.
func pass(session *yamux.Session, conn *net.TCPConn) {
	first := make([]byte, firstSize)
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
	join(stream, conn)
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
		join(stream, conn)
	case *net.UDPConn:
		joinDatagrams(stream, conn)
	}
}

// join carries bytes both ways, and passes the end of each way on by itself.
func join(stream *yamux.Stream, conn *net.TCPConn) {
	out := make(chan struct{})
	go func() {
		defer close(out)
		if err := copyTo(stream, conn); err != nil { // who is at the other end has gone, without a word
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
	}
	<-out
	_ = conn.Close()
}

// buffers are for those to come: most connections carry little.
var buffers = sync.Pool{New: func() any { return new([bufferSize]byte) }}

func copyTo(to io.Writer, from io.Reader) error {
	buffer := buffers.Get().(*[bufferSize]byte)
	defer buffers.Put(buffer)
	// Without the interfaces by which io.Copy leaves the buffer to others.
	_, err := io.CopyBuffer(struct{ io.Writer }{to}, struct{ io.Reader }{from}, buffer[:])
	return err
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
			continue // nobody listens, for now
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
