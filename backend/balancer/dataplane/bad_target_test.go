package dataplane_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/backend/balancer"
	"github.com/ecs-emulator/ecs-emulator/backend/balancer/dataplane"
)

// A target that breaks off has the client's connection broken off too: an answer that
// looks whole is none.
func TestTargetGoneMidBody(t *testing.T) {
	s := newScene(t)
	s.one(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/length" {
			w.Header().Set("Content-Length", "1000")
		}
		fmt.Fprint(w, "a part")
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	})
	for _, path := range []string{"/length", "/chunks"} {
		answer, err := http.Get("http://" + s.address + path) //nolint:noctx // as short as can be
		if err != nil {
			t.Fatal(err)
		}
		if body, err := io.ReadAll(answer.Body); err == nil || string(body) != "a part" {
			t.Errorf("%s: %q, %v", path, body, err)
		}
		_ = answer.Body.Close()
	}
}

// However soon it does, the client has the head of the answer.
func TestTargetGoneAtOnce(t *testing.T) {
	s := newScene(t)
	address, _ := s.oneShot("HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab")
	s.group("group", nil)
	s.target("group", "a", address)
	s.listen("HTTP", nil, toGroup("group"))
	conn, reader := s.open()
	fmt.Fprint(conn, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
	answer, err := http.ReadResponse(reader, nil)
	if err != nil {
		t.Fatal(err)
	}
	if body, err := io.ReadAll(answer.Body); err == nil || answer.StatusCode != http.StatusCreated {
		t.Errorf("%d %q, %v", answer.StatusCode, body, err)
	}
}

// oneShot serves connections with what is given: bytes for each request.
func (s *scene) oneShot(answer string) (address string, requests *atomic.Int64) {
	s.Helper()
	requests = new(atomic.Int64)
	return s.talk(func(conn net.Conn, r *bufio.Reader) {
		if _, err := http.ReadRequest(r); err == nil {
			requests.Add(1)
			_, _ = io.WriteString(conn, answer)
		}
	}), requests
}

func TestBadTargets(t *testing.T) {
	for name, answer := range map[string]string{
		"closed without a word":    "",
		"no HTTP":                  "SSH-2.0-OpenSSH\r\n",
		"a header that is cut off": "HTTP/1.1 200 OK\r\nContent-",
		"a header above 32 KiB":    "HTTP/1.1 200 OK\r\nX-A: " + strings.Repeat("x", 33<<10) + "\r\n\r\n",
		"a length of no number":    "HTTP/1.1 200 OK\r\nContent-Length: ten\r\n\r\n",
	} {
		s := newScene(t)
		address, requests := s.oneShot(answer)
		s.group("group", nil)
		s.target("group", "a", address)
		s.target("group", "b", address)
		s.listen("HTTP", nil, toGroup("group"))
		head, body := s.raw("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
		if !strings.HasPrefix(head, "HTTP/1.1 502 Bad Gateway\r\n") || !strings.Contains(head, "Server: awselb/2.0\r\n") || len(body) != 122 {
			t.Errorf("%s: %q %q", name, head, body)
		}
		if requests.Load() != 1 {
			t.Errorf("%s: it was asked %d times", name, requests.Load())
		}
	}
}

// free is a port that nothing listens on.
func free(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}

// A target that refuses the connection is a 502, as on AWS: no other one is asked.
func TestRefusedConnections(t *testing.T) {
	s := newScene(t)
	s.one(func(http.ResponseWriter, *http.Request) {})
	s.target("group", "b", free(t))
	got := map[int]int{}
	for range 8 {
		answer, _ := s.get("/")
		got[answer.StatusCode]++
	}
	if got[http.StatusOK] != 4 || got[http.StatusBadGateway] != 4 {
		t.Errorf("%v", got)
	}
}

// The same holds where the target does not get through with TLS, in either version.
func TestHandshakesThatFail(t *testing.T) {
	s := newScene(t)
	bad := s.server(func(http.ResponseWriter, *http.Request) { t.Error("it was asked") })
	bad.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.certificate("c", "a")
	s.listenTLS("HTTPS", nil, "c")
	client := s.secure("a", true)
	for _, version := range []string{"HTTP1", "HTTP2"} {
		s.set(balancer.Piece{TargetGroup: &balancer.TargetGroup{ID: "group", Protocol: "HTTPS", ProtocolVersion: version}})
		s.target("group", "a", bad.Listener.Addr().String())
		if answer, _ := s.fetch(client, s.request(http.MethodPost, "https://a/", strings.NewReader("a body"))); answer.StatusCode != http.StatusBadGateway {
			t.Errorf("%s: %d", version, answer.StatusCode)
		}
	}
}

// A connection that its target has closed while it was idle is not used, not even for a
// request that cannot be sent twice.
func TestIdleConnectionsThatWereClosed(t *testing.T) {
	s := newScene(t)
	server := s.one(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(w, r.Body)
	})
	for range 20 {
		request, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+s.address, strings.NewReader("body"))
		if answer, body := s.do(request); answer.StatusCode != http.StatusOK || body != "body" {
			t.Fatalf("%d %q", answer.StatusCode, body)
		}
		server.CloseClientConnections()
	}
}

func TestGroupsWithoutTargets(t *testing.T) {
	s := newScene(t)
	s.group("group", nil)
	s.listen("HTTP", nil, toGroup("group"))
	head, body := s.raw("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
	if !strings.HasPrefix(head, "HTTP/1.1 503 Service Temporarily Unavailable\r\n") || len(body) != 162 || !strings.Contains(head, "\r\nConnection: keep-alive") {
		t.Errorf("%q %q", head, body)
	}
}

// A target that neither connects nor answers is given up: 504.
func TestTimeouts(t *testing.T) {
	s := newScene(t)
	asked := make(chan struct{})
	s.one(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done(); close(asked) })
	s.listen("HTTP", map[string]string{"idle_timeout.timeout_seconds": "1"}, toGroup("group"))
	head, body := s.raw("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
	if !strings.HasPrefix(head, "HTTP/1.1 504 Gateway Time-out\r\n") || len(body) != 132 {
		t.Errorf("%q %q", head, body)
	}
	within(t, asked)

	s = newSceneWith(t, dataplane.Options{Dial: func(context.Context, string, string) (net.Conn, error) {
		return nil, &net.OpError{Op: "dial", Err: context.DeadlineExceeded}
	}})
	s.one(func(http.ResponseWriter, *http.Request) {})
	if answer, _ := s.get("/"); answer.StatusCode != http.StatusGatewayTimeout {
		t.Errorf("status %d", answer.StatusCode)
	}
}

// An answer has the headers that the target gave it, and no others but the balancer's.
func TestNothingIsGuessedOfAnAnswer(t *testing.T) {
	s := newScene(t)
	address, _ := s.oneShot("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n<html>")
	s.group("group", nil)
	s.target("group", "a", address)
	s.listen("HTTP", nil, toGroup("group"))
	if head, body := s.raw("GET / HTTP/1.1\r\nHost: a\r\n\r\n"); strings.Contains(head, "Content-Type") || body != "<html>" {
		t.Errorf("%q %q", head, body)
	}
}
