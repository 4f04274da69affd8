package dataplane

import (
	"errors"
	"net"
	"sync/atomic"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend/balancer/flow"
	"github.com/ecs-emulator/ecs-emulator/backend/balancer/listener"
	"github.com/ecs-emulator/ecs-emulator/backend/balancer/proxy"
)

// listenerSocket is a listener's open port. The listener may change while it stays open.
type listenerSocket struct {
	runtime *listener.Runtime
	admit   func() bool
	current atomic.Pointer[listener.Listener]
	stream  net.Listener   // of TCP, if the listener has it
	packets net.PacketConn // of UDP, if it has
	http    *proxy.Server  // serves what comes over TCP, of HTTP and HTTPS
}

// openSocket opens a listener's ports.
func (b *Balancer) openSocket(l *listener.Listener) (*listenerSocket, error) {
	s := &listenerSocket{runtime: &b.runtime, admit: b.admit}
	address := l.Address()
	var err error
	if l.Stream {
		if s.stream, err = b.options.Listen("tcp", address); err != nil {
			return nil, err
		}
	}
	if l.Datagrams {
		if s.packets, err = b.options.ListenPacket("udp", address); err != nil {
			return nil, errors.Join(err, s.close())
		}
	}
	if l.Application {
		s.http = &proxy.Server{Runtime: s.runtime, Current: &s.current}
	}
	s.set(l)
	if s.stream != nil {
		b.running.Go(s.accept)
	}
	if s.packets != nil {
		packets := flow.Datagrams{Runtime: s.runtime, Current: &s.current, Packets: s.packets}
		b.running.Go(packets.Run)
	}
	return s, nil
}

// fits tells whether the socket can serve the listener. Clients that have come in the clear stay so.
func (s *listenerSocket) fits(l *listener.Listener) bool {
	now := s.current.Load()
	return now.Addr == l.Addr && now.Port == l.Port && now.Application == l.Application && now.Secure == l.Secure && (s.stream != nil) == l.Stream && (s.packets != nil) == l.Datagrams
}

// set has the socket serve a listener from now on.
func (s *listenerSocket) set(l *listener.Listener) {
	if old := s.current.Swap(l); old != nil {
		old.Next.Store(l)
	}
	if s.http != nil {
		s.http.Configure(l)
	}
}

func (s *listenerSocket) accept() {
	for {
		conn, err := s.stream.Accept()
		if err != nil {
			if errors.Is(err, net.ErrClosed) || s.runtime.Context.Err() != nil {
				return
			}
			s.runtime.Log.Warn("accept a connection", "port", s.current.Load().Port, "err", err)
			time.Sleep(10 * time.Millisecond) // such as too many open files
			continue
		}
		if !s.admit() {
			_ = conn.Close()
			return
		}
		l := s.current.Load()
		if s.http != nil {
			s.http.Accept(l, conn)
			continue
		}
		s.runtime.Running.Go(func() {
			defer s.runtime.Dismiss()
			flow.Carry(s.runtime, l, conn)
		})
	}
}

// close closes the port. Connections that have been accepted go on.
func (s *listenerSocket) close() error {
	var err error
	if s.stream != nil {
		err = s.stream.Close()
	}
	if s.packets != nil {
		err = errors.Join(err, s.packets.Close())
	}
	return err
}

// leave closes the port, and connections when they have no request.
func (s *listenerSocket) leave() {
	_ = s.close()
	if s.http != nil {
		s.http.Leave()
	}
}

// end closes everything.
func (s *listenerSocket) end() {
	_ = s.close()
	if s.http != nil {
		s.http.End()
	}
}
