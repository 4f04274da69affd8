package dataplane_test

import (
	"bytes"
	"crypto/tls"
	"encoding/binary"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend/balancer"
)

// overHTTP2 is the usual scene with HTTP/2 on both sides, and a client.
func (s *scene) overHTTP2(attributes map[string]string, handler http.HandlerFunc) *http.Client {
	s.Helper()
	server := httptest.NewUnstartedServer(handler)
	server.Config.Protocols = new(http.Protocols)
	server.Config.Protocols.SetUnencryptedHTTP2(true)
	server.Start()
	s.T.Cleanup(server.Close)
	s.set(balancer.Piece{TargetGroup: &balancer.TargetGroup{ID: "group", Protocol: "HTTP", ProtocolVersion: "HTTP2"}})
	s.target("group", "a", server.Listener.Addr().String())
	s.certificate("c", "a")
	s.listenTLS("HTTPS", attributes, "c")
	return s.secure("a", true)
}

// Who stands still in HTTP/2 is given up as in HTTP/1: a target that does not answer, one that
// does not go on, and a client that does not.
func TestIdleRequestsOfHTTP2(t *testing.T) {
	s := newScene(t)
	ended := make(chan struct{}, 3)
	client := s.overHTTP2(map[string]string{"idle_timeout.timeout_seconds": "1"}, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/begun" {
			_ = http.NewResponseController(w).Flush()
		}
		<-r.Context().Done()
		ended <- struct{}{}
	})
	if answer, _ := s.fetch(client, s.request(http.MethodGet, "https://a/", nil)); answer.StatusCode != http.StatusGatewayTimeout {
		t.Errorf("a target without an answer: %d", answer.StatusCode)
	}
	<-ended
	answer, err := client.Do(s.request(http.MethodGet, "https://a/begun", nil))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadAll(answer.Body); err == nil || answer.StatusCode != http.StatusOK {
		t.Errorf("a target that does not go on: %d, %v", answer.StatusCode, err)
	}
	<-ended
	body, writer := io.Pipe()
	defer func() { _ = writer.Close() }()
	if answer, _ := s.fetch(client, s.request(http.MethodPost, "https://a/", body)); answer.StatusCode != http.StatusRequestTimeout {
		t.Errorf("a client that does not go on: %d", answer.StatusCode)
	}
	<-ended
}

// A stream whose sides say something lasts longer than the idle time.
func TestStreamsOfHTTP2ThatAreNotIdle(t *testing.T) {
	s := newScene(t)
	client := s.overHTTP2(map[string]string{"idle_timeout.timeout_seconds": "1"}, func(w http.ResponseWriter, r *http.Request) {
		_ = http.NewResponseController(w).Flush()
		b := make([]byte, 1)
		for _, err := io.ReadFull(r.Body, b); err == nil; _, err = io.ReadFull(r.Body, b) {
			_, _ = w.Write(b)
			_ = http.NewResponseController(w).Flush()
		}
	})
	body, writer := io.Pipe()
	answer, err := client.Do(s.request(http.MethodPost, "https://a/", body))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	b := make([]byte, 1)
	for end := time.Now().Add(1500 * time.Millisecond); time.Now().Before(end); {
		if _, err := writer.Write([]byte("x")); err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadFull(answer.Body, b); err != nil {
			t.Fatal(err)
		}
	}
	_ = writer.Close()
	if rest, err := io.ReadAll(answer.Body); len(rest) > 0 || err != nil {
		t.Errorf("%q, %v", rest, err)
	}
}

// A client that leaves what it has asked for is given up, be it much or little.
func TestClientsOfHTTP2ThatTakeNothing(t *testing.T) {
	s := newScene(t)
	ended := make(chan struct{}, 2)
	s.one(func(w http.ResponseWriter, r *http.Request) {
		defer func() { ended <- struct{}{} }()
		for much, err := bytes.Repeat([]byte("x"), 64<<10), error(nil); err == nil && r.URL.Path == "/much"; {
			_, err = w.Write(much)
		}
		_, _ = w.Write([]byte("little"))
	})
	s.certificate("c", "a")
	s.listenTLS("HTTPS", map[string]string{"idle_timeout.timeout_seconds": "1"}, "c")
	for _, path := range []string{"/much", "/little"} {
		conn, err := tls.Dial("tcp", s.address, &tls.Config{InsecureSkipVerify: true, NextProtos: []string{"h2"}}) //nolint:gosec // a test's own certificate
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = conn.Close() }()
		_ = conn.SetDeadline(time.Now().Add(patience))
		noWindow := []byte{0, 4, 0, 0, 0, 0}
		asks := literal(literal(literal(literal(nil, ":method", "GET"), ":scheme", "https"), ":authority", "a"), ":path", path)
		out := append([]byte("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), frame(4, 0, 0, noWindow)...)
		if _, err := conn.Write(append(out, frame(1, 5, 1, asks)...)); err != nil {
			t.Fatal(err)
		}
		for head := make([]byte, 9); head[3] != 3; { // the stream's reset
			if _, err := io.ReadFull(conn, head); err != nil {
				t.Fatalf("%s: %v", path, err)
			}
			if _, err := io.CopyN(io.Discard, conn, int64(binary.BigEndian.Uint32(head)>>8)); err != nil {
				t.Fatal(err)
			}
		}
		within(t, ended)
	}
}
