package dataplane_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

func (s *scene) dial() net.Conn {
	s.Helper()
	conn, err := net.Dial("tcp", s.address)
	if err != nil {
		s.Fatal(err)
	}
	s.T.Cleanup(func() { _ = conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(patience))
	return conn
}

func TestUpgrade(t *testing.T) {
	s := newScene(t)
	s.one(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Connection") != "Upgrade" || r.Header.Get("Upgrade") != "websocket" || r.Header.Get("Sec-Websocket-Key") != "k" {
			t.Errorf("header %v", r.Header)
		}
		conn, buffer, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer func() { _ = conn.Close() }()
		fmt.Fprint(conn, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nX-A: b\r\n\r\nhello\n")
		_, _ = io.Copy(conn, buffer)
	})
	conn := s.dial()
	fmt.Fprint(conn, "GET /chat HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: k\r\n\r\n")
	reader := bufio.NewReader(conn)
	answer, err := http.ReadResponse(reader, nil)
	if err != nil || answer.StatusCode != http.StatusSwitchingProtocols || answer.Header.Get("X-A") != "b" || answer.Header.Get("Upgrade") != "websocket" {
		t.Fatalf("%+v, %v", answer, err)
	}
	if line, err := reader.ReadString('\n'); line != "hello\n" {
		t.Fatalf("%q, %v", line, err)
	}
	fmt.Fprint(conn, "ping\n")
	if line, err := reader.ReadString('\n'); line != "ping\n" {
		t.Fatalf("%q, %v", line, err)
	}
}

// Only WebSocket is spoken in place of HTTP/1.
func TestUpgradesToOtherProtocols(t *testing.T) {
	s := newScene(t)
	s.one(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, r.Header["Upgrade"], r.Header["Connection"], r.Header.Values("HTTP2-Settings"))
	})
	_, body := s.raw("GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n\r\n")
	if body != "[] [] []" {
		t.Errorf("%q", body)
	}
}

// A target that changes the protocol though the client has not asked for one does not get the client's
// connection for what it likes.
func TestUpgradesThatNoClientAskedFor(t *testing.T) {
	for _, header := range []string{"", "Upgrade: x\r\nConnection: Upgrade\r\n"} {
		s := newScene(t)
		address, _ := s.oneShot("HTTP/1.1 101 Switching Protocols\r\n" + header + "\r\n")
		s.group("group", nil)
		s.target("group", "a", address)
		s.listen("HTTP", nil, toGroup("group"))
		for _, asked := range []string{"", "Connection: Upgrade\r\nUpgrade: x\r\n"} {
			if head, _ := s.raw("GET / HTTP/1.1\r\nHost: a\r\n" + asked + "\r\n"); !strings.HasPrefix(head, "HTTP/1.1 502 ") {
				t.Errorf("%q: %q", asked, head)
			}
		}
	}
}
