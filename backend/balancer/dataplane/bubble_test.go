package dataplane_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend/balancer"
	"github.com/ecs-emulator/ecs-emulator/backend/balancer/dataplane"
)

// bubble is a balancer between pipes, for tests whose time is testing/synctest's.
type bubble struct {
	*testing.T
	*dataplane.Balancer
	clients chan net.Conn
	target  func(net.Conn) // serves a connection to the target, and closes it
	version int64
}

// address is that of a pipe's end.
type address string

func (a address) Network() string { return "tcp" }
func (a address) String() string  { return string(a) }

type pipeEnd struct {
	net.Conn
	remote address
}

func (p pipeEnd) CloseWrite() error {
	if half, ok := p.Conn.(halfCloser); ok {
		return half.CloseWrite()
	}
	return p.Conn.Close()
}

func (p pipeEnd) RemoteAddr() net.Addr { return p.remote }

// clientListener is where dial's connections come in.
type clientListener struct {
	clients <-chan net.Conn
	done    chan struct{}
	close   func()
}

func (l clientListener) Accept() (net.Conn, error) {
	select {
	case c := <-l.clients:
		return c, nil
	case <-l.done:
		return nil, net.ErrClosed
	}
}

func (l clientListener) Close() error   { l.close(); return nil }
func (l clientListener) Addr() net.Addr { return address("192.0.2.1:80") }

// newBubble makes a balancer with a target group, its target, and a listener with a rule.
func newBubble(t *testing.T, attributes map[string]string, rule balancer.Rule, target func(net.Conn)) *bubble {
	t.Helper()
	b := &bubble{T: t, clients: make(chan net.Conn), target: target}
	b.Balancer = dataplane.New(dataplane.Options{
		Listen: func(string, string) (net.Listener, error) {
			done := make(chan struct{})
			return clientListener{b.clients, done, sync.OnceFunc(func() { close(done) })}, nil
		},
		Dial: func(context.Context, string, string) (net.Conn, error) {
			near, far := net.Pipe()
			go b.target(far)
			return pipeEnd{near, "192.0.2.2:80"}, nil
		},
	})
	b.set(balancer.Piece{TargetGroup: &balancer.TargetGroup{ID: "group", Protocol: "HTTP", ProtocolVersion: "HTTP1"}})
	b.set(balancer.Piece{Target: &balancer.Target{Group: "group", ID: "a", Addr: addrPort("192.0.2.2:80")}})
	b.set(balancer.Piece{Listener: &balancer.Listener{ID: "listener", Port: 80, Protocol: "HTTP", Rules: []balancer.Rule{rule}, Attributes: attributes}})
	return b
}

func (b *bubble) set(p balancer.Piece) {
	b.Helper()
	b.version++
	p.Version = b.version
	if err := b.Set(p); err != nil {
		b.Fatal(err)
	}
}

func (b *bubble) end() {
	if err := b.Close(); err != nil {
		b.Error(err)
	}
}

// dial connects a client.
func (b *bubble) dial() halfCloser {
	hears, says := net.Pipe()
	heard, said := net.Pipe()
	b.clients <- pipeEnd{halfCloser{said, says}, "192.0.2.3:1000"}
	return halfCloser{hears, heard}
}

// halfCloser is a connection of two pipes, each of which may be closed.
type halfCloser struct {
	net.Conn // that is read
	out      net.Conn
}

func (h halfCloser) Write(p []byte) (int, error) { return h.out.Write(p) }

func (h halfCloser) CloseWrite() error { return h.out.Close() }

func (h halfCloser) Close() error { return errors.Join(h.Conn.Close(), h.out.Close()) }

func (h halfCloser) SetWriteDeadline(t time.Time) error { return h.out.SetWriteDeadline(t) }

func (h halfCloser) SetDeadline(t time.Time) error {
	return errors.Join(h.SetReadDeadline(t), h.SetWriteDeadline(t))
}

// answering serves requests one after the other. One whose URI has "early" is answered before its
// body is read.
func answering(seen func(*http.Request)) func(net.Conn) {
	const answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
	return func(conn net.Conn) {
		defer func() { _ = conn.Close() }()
		for reader := bufio.NewReader(conn); ; {
			r, err := http.ReadRequest(reader)
			if err != nil {
				return
			}
			seen(r)
			early := strings.Contains(r.RequestURI, "early")
			if early {
				_, _ = io.WriteString(conn, answer)
			}
			if _, err := io.Copy(io.Discard, r.Body); err != nil {
				return
			}
			if !early {
				_, _ = io.WriteString(conn, answer)
			}
		}
	}
}

// idleTime is the default of idle_timeout.timeout_seconds.
const idleTime = 60 * time.Second
