package agent

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

// moody is a listener that at first cannot accept.
type moody struct {
	net.Listener
	failures int
}

func (m *moody) Accept() (net.Conn, error) {
	if m.failures > 0 {
		m.failures--
		return nil, errors.New("accept4: too many open files")
	}
	return m.Listener.Accept()
}

// answering is an engine whose tasks say one byte.
type answering struct{ backend.Engine }

func (answering) Dial(context.Context, string, int) (net.Conn, error) {
	near, far := net.Pipe()
	go func() {
		far.Write([]byte("!"))
		far.Close()
	}()
	return near, nil
}

func TestAHostPortOutlivesAFailedAccept(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	h := newHostPorts(answering{}, slog.New(slog.DiscardHandler))
	served := make(chan struct{})
	go func() {
		defer close(served)
		h.serve(&moody{l, 2}, "sandbox", 80)
	}()
	conn, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if n, err := conn.Read(make([]byte, 1)); n != 1 {
		t.Errorf("the task says nothing: %v", err)
	}
	l.Close()
	<-served // the end of the listener ends the loop
}
