package dataplane_test

import (
	"crypto/tls"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend/balancer"
)

// literal adds a header to a block as HPACK's literal without indexing.
func literal(block []byte, name, value string) []byte {
	block = append(block, 0, byte(len(name)))
	block = append(block, name...)
	block = append(block, byte(len(value)))
	return append(block, value...)
}

// frame is one of HTTP/2.
func frame(kind, flags byte, stream uint32, payload []byte) []byte {
	head := binary.BigEndian.AppendUint32(nil, uint32(len(payload))<<8|uint32(kind))
	head = binary.BigEndian.AppendUint32(append(head, flags), stream)
	return append(head, payload...)
}

// rawHTTP2 asks with headers that a client of net/http would not send. It returns the first
// octet of the answer's header block, or the type of the frame that refuses.
func (s *scene) rawHTTP2(headers ...string) string {
	s.Helper()
	conn, err := tls.Dial("tcp", s.address, &tls.Config{InsecureSkipVerify: true, NextProtos: []string{"h2"}}) //nolint:gosec // a test's own certificate
	if err != nil {
		s.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	_ = conn.SetDeadline(time.Now().Add(patience))
	var block []byte
	for i := 0; i < len(headers); i += 2 {
		block = literal(block, headers[i], headers[i+1])
	}
	out := append([]byte("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), frame(4, 0, 0, nil)...)
	if _, err := conn.Write(append(out, frame(1, 5, 1, block)...)); err != nil {
		s.Fatal(err)
	}
	for {
		head := make([]byte, 9)
		if _, err := io.ReadFull(conn, head); err != nil {
			s.Fatal(err)
		}
		payload := make([]byte, binary.BigEndian.Uint32(head)>>8)
		if _, err := io.ReadFull(conn, payload); err != nil {
			s.Fatal(err)
		}
		switch kind := head[3]; kind {
		case 1:
			return fmt.Sprintf("%#x", payload[0]) // 0x88 is 200, 0x8c 400
		case 3, 7:
			return fmt.Sprintf("type %d", kind)
		}
	}
}

// What fits into a frame but not into a line of HTTP/1 reaches no target: it would be
// another request to it.
func TestLinesInsideOfHTTP2(t *testing.T) {
	s := newScene(t)
	var seen atomic.Int64
	s.one(func(http.ResponseWriter, *http.Request) { seen.Add(1) })
	s.certificate("c", "a")
	s.listenTLS("HTTPS", nil, "c")
	for _, c := range []struct{ method, path, want string }{
		{"GET /admin HTTP/1.1", "/x", "0x8c"},
		{"G(T", "/", "0x8c"},
		{"GET", "/x?a HTTP/1.1", "0x8c"},
		{"GET", "/%41 HTTP/1.1", "0x8c"},
		{"GET", "/\t", "type 3"},
	} {
		if got := s.rawHTTP2(":method", c.method, ":scheme", "https", ":authority", "a", ":path", c.path); got != c.want {
			t.Errorf("%q %q: %s, want %s", c.method, c.path, got, c.want)
		}
	}
	if got := s.rawHTTP2(":method", "CONNECT", ":authority", "a:80"); got != "0x8c" {
		t.Errorf("CONNECT: %s", got)
	}
	if seen.Load() != 0 {
		t.Errorf("%d reached the target", seen.Load())
	}
	if got := s.rawHTTP2(":method", "X-GET", ":scheme", "https", ":authority", "a", ":path", "/x?a%20b"); got != "0x88" || seen.Load() != 1 {
		t.Errorf("what is right: %s", got)
	}
}

// window reads what a peer lets one send ahead, of a stream by its settings, and in all by
// what follows them.
func window(t *testing.T, conn io.Reader) (stream, all uint32) {
	t.Helper()
	stream, all = 65535, 65535
	for {
		head := make([]byte, 9)
		if _, err := io.ReadFull(conn, head); err != nil {
			t.Fatal(err)
		}
		payload := make([]byte, binary.BigEndian.Uint32(head)>>8)
		if _, err := io.ReadFull(conn, payload); err != nil {
			t.Fatal(err)
		}
		switch kind, flags := head[3], head[4]; {
		case kind == 4 && flags&1 == 0:
			for ; len(payload) >= 6; payload = payload[6:] {
				if binary.BigEndian.Uint16(payload) == 4 {
					stream = binary.BigEndian.Uint32(payload[2:])
				}
			}
		case kind == 8 && binary.BigEndian.Uint32(head[5:]) == 0:
			return stream, all + binary.BigEndian.Uint32(payload)
		}
	}
}

// What a peer has sent and the other does not read is bounded: a thousand such streams fit
// into the memory of a load balancer's container.
func TestWindowsOfHTTP2(t *testing.T) {
	s := newScene(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	s.set(balancer.Piece{TargetGroup: &balancer.TargetGroup{ID: "group", Protocol: "HTTP", ProtocolVersion: "HTTP2"}})
	s.target("group", "a", l.Addr().String())
	s.certificate("c", "a")
	s.listenTLS("HTTPS", nil, "c")
	client, err := tls.Dial("tcp", s.address, &tls.Config{InsecureSkipVerify: true, NextProtos: []string{"h2"}}) //nolint:gosec // a test's own certificate
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = client.Close() }()
	_ = client.SetDeadline(time.Now().Add(patience))
	block := literal(literal(literal(literal(nil, ":method", "GET"), ":scheme", "https"), ":authority", "a"), ":path", "/")
	out := append([]byte("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), frame(4, 0, 0, nil)...)
	if _, err := client.Write(append(out, frame(1, 5, 1, block)...)); err != nil {
		t.Fatal(err)
	}
	if stream, all := window(t, client); stream != 64<<10 || all != 256<<10 {
		t.Errorf("a client may send %d of %d bytes", stream, all)
	}
	target, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = target.Close() }()
	_ = target.SetDeadline(time.Now().Add(patience))
	if _, err := io.ReadFull(target, make([]byte, 24)); err != nil { // the preface
		t.Fatal(err)
	}
	if stream, _ := window(t, target); stream != 64<<10 {
		t.Errorf("a target may send %d bytes", stream)
	}
}
