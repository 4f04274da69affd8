package resolver

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"net/netip"
	"runtime"
	"sync"
	"time"

	"golang.org/x/net/dns/dnsmessage"
)

// Names answer questions: a *Table.
type Names interface {
	Answer(q dnsmessage.Question, random func(n int) int) Answer
}

// Server answers questions over the network.
type Server struct {
	Table Names
	// Upstream answers what is about no name in the table; nil has it refused.
	Upstream Upstream
}

// Upstream sends a message elsewhere, over udp or tcp, and returns the answer, both as they are.
type Upstream func(ctx context.Context, network string, message []byte) ([]byte, error)

const (
	mostForwarded = 512              // questions under way elsewhere; what comes beyond in datagrams is lost
	idleTime      = 10 * time.Second // of a connection
	// upstreamTime is more than an engine takes to ask three servers in turn.
	upstreamTime = 15 * time.Second
)

// ServeUDP answers what comes in datagrams, until the socket is closed; then it returns nil.
func (s *Server) ServeUDP(conn *net.UDPConn) error {
	var reading sync.WaitGroup
	forwarded := make(chan struct{}, mostForwarded)
	for range runtime.GOMAXPROCS(0) {
		reading.Go(func() { s.readUDP(conn, forwarded) })
	}
	reading.Wait()
	return nil
}

func (s *Server) readUDP(conn *net.UDPConn, forwarded chan struct{}) {
	buffer := make([]byte, 64<<10)
	for {
		n, from, err := conn.ReadFromUDPAddrPort(buffer)
		switch {
		case errors.Is(err, net.ErrClosed):
			return
		case err != nil: // of an answer that could not be delivered
			continue
		}
		reply, elsewhere := s.answer(buffer[:n], false)
		if !elsewhere {
			send(conn, reply, from)
			continue
		}
		select {
		case forwarded <- struct{}{}:
		default:
			continue
		}
		message := append([]byte(nil), buffer[:n]...)
		go func() {
			defer func() { <-forwarded }()
			send(conn, s.ask(message, false), from)
		}()
	}
}

func send(conn *net.UDPConn, reply []byte, to netip.AddrPort) {
	if len(reply) > 0 {
		_, _ = conn.WriteToUDPAddrPort(reply, to) // the client asks again
	}
}

// ServeTCP answers what comes over connections, until the listener is closed.
func (s *Server) ServeTCP(l net.Listener) error {
	all := &clients{all: map[*client]struct{}{}}
	for {
		conn, err := l.Accept()
		switch {
		case errors.Is(err, net.ErrClosed):
			return nil
		case err != nil: // too many open files, for a while
			time.Sleep(10 * time.Millisecond)
			continue
		}
		c := all.enter(conn)
		if c == nil {
			_ = conn.Close()
			continue
		}
		go func() {
			defer c.leave()
			s.converse(c)
		}()
	}
}

// converse answers a connection's messages one after the other (RFC 7766).
func (s *Server) converse(conn *client) {
	for ; ; conn.is(false) {
		_ = conn.SetDeadline(time.Now().Add(idleTime))
		var length [2]byte
		if _, err := io.ReadFull(conn, length[:]); err != nil {
			return
		}
		if binary.BigEndian.Uint16(length[:]) > largestSize {
			return
		}
		message := make([]byte, binary.BigEndian.Uint16(length[:]))
		if _, err := io.ReadFull(conn, message); err != nil {
			return
		}
		conn.is(true)
		reply, elsewhere := s.answer(message, true)
		if elsewhere {
			_ = conn.SetDeadline(time.Now().Add(upstreamTime + idleTime))
			reply = s.ask(message, true)
		}
		if len(reply) == 0 {
			return
		}
		if _, err := conn.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(reply))), reply...)); err != nil {
			return
		}
	}
}

// answer answers a message by the table, or says that it is to be asked elsewhere. Nothing is no answer.
func (s *Server) answer(message []byte, stream bool) (reply []byte, elsewhere bool) {
	q, ok := read(message)
	if !ok {
		return nil, false
	}
	size := q.size
	if stream {
		size = 64<<10 - 1
	}
	a := Answer{RCode: q.refused}
	if q.refused == 0 {
		a = s.Table.Answer(q.question, rand.IntN)
	}
	switch {
	case a.Silent:
		return nil, false
	case q.refused != 0:
	case a.Ours && q.version > 0:
		a = Answer{RCode: badVersion}
	case !a.Ours && s.Upstream == nil:
		a = Answer{RCode: dnsmessage.RCodeRefused}
	case !a.Ours || a.Elsewhere != "" && s.Upstream != nil:
		return nil, true
	}
	return q.write(a, size), false
}

// ask answers a message with what is said elsewhere.
func (s *Server) ask(message []byte, stream bool) []byte {
	ctx, cancel := context.WithTimeout(context.Background(), upstreamTime)
	defer cancel()
	network, size := "udp", 0
	q, _ := read(message)
	if size = q.size; stream {
		network, size = "tcp", 64<<10-1
	}
	a := s.Table.Answer(q.question, rand.IntN)
	if !a.Ours {
		if reply, err := s.Upstream(ctx, network, message); err == nil {
			return reply
		}
		return q.write(Answer{RCode: dnsmessage.RCodeServerFailure}, size)
	}
	if a.Elsewhere != "" {
		a = s.follow(ctx, network, a, q.question)
	}
	return q.write(a, size)
}

// follow adds what is said elsewhere of the target of the CNAME that an answer ends with.
func (s *Server) follow(ctx context.Context, network string, a Answer, q dnsmessage.Question) Answer {
	failed := Answer{Ours: true, RCode: dnsmessage.RCodeServerFailure}
	name, err := dnsmessage.NewName(a.Elsewhere)
	if err != nil {
		return failed
	}
	m := dnsmessage.Message{
		Header:    dnsmessage.Header{ID: uint16(rand.Uint32()), RecursionDesired: true},
		Questions: []dnsmessage.Question{{Name: name, Type: q.Type, Class: q.Class}},
	}
	message, err := m.Pack()
	if err != nil {
		return failed
	}
	reply, err := s.Upstream(ctx, network, message)
	var said dnsmessage.Message
	if err != nil || said.Unpack(reply) != nil {
		return failed
	}
	if said.Truncated && network == "udp" { // a client that asks again over TCP would, too
		return s.follow(ctx, "tcp", a, q)
	}
	a.RCode, a.Answers, a.Authorities = said.RCode, append(a.Answers, said.Answers...), said.Authorities
	return a
}
