package dataplane_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend/balancer"
	"github.com/ecs-emulator/ecs-emulator/backend/balancer/dataplane"
)

func (s *scene) open() (net.Conn, *bufio.Reader) {
	conn := s.dial()
	return conn, bufio.NewReader(conn)
}

// Requests may come before the one ahead of them is answered; they are answered in turn.
func TestRequestsAhead(t *testing.T) {
	s := newScene(t)
	came, goOn := make(chan struct{}), make(chan struct{})
	s.one(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/slow" {
			came <- struct{}{}
			<-goOn
		}
		fmt.Fprint(w, r.URL.Path)
	})
	conn := s.dial()
	reader := bufio.NewReader(conn)
	read := func(want string) {
		t.Helper()
		answer, err := http.ReadResponse(reader, nil)
		if err != nil {
			t.Fatal(err)
		}
		if body, err := io.ReadAll(answer.Body); string(body) != want || err != nil {
			t.Fatalf("%q for %s, %v", body, want, err)
		}
	}
	ask := func(path string) { fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: a\r\n\r\n", path) }
	for range 3 {
		ask("/slow")
		within(t, came)
		ask("/1")
		goOn <- struct{}{}
		read("/slow")
		read("/1")
	}
	fmt.Fprint(conn, strings.Repeat("GET /2 HTTP/1.1\r\nHost: a\r\n\r\n", 3))
	for range 3 {
		read("/2")
	}
	ask("/3")
	read("/3")
}

// A connection that has had other requests may upgrade.
func TestUpgradeOfAConnectionInUse(t *testing.T) {
	s := newScene(t)
	s.one(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Upgrade") == "" {
			return
		}
		conn, buffer, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer func() { _ = conn.Close() }()
		fmt.Fprint(conn, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
		_, _ = io.Copy(conn, buffer)
	})
	conn := s.dial()
	reader := bufio.NewReader(conn)
	for range 3 {
		fmt.Fprint(conn, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
		if answer, err := http.ReadResponse(reader, nil); err != nil || answer.StatusCode != http.StatusOK {
			t.Fatalf("%+v, %v", answer, err)
		}
	}
	fmt.Fprint(conn, "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
	if answer, err := http.ReadResponse(reader, nil); err != nil || answer.StatusCode != http.StatusSwitchingProtocols {
		t.Fatalf("%+v, %v", answer, err)
	}
	fmt.Fprint(conn, "ping\n")
	if line, err := reader.ReadString('\n'); line != "ping\n" {
		t.Fatalf("%q, %v", line, err)
	}
}

// A listener that goes closes connections without a request, and says so to those with one.
func TestListenerGone(t *testing.T) {
	s := newScene(t)
	came, goOn := make(chan struct{}), make(chan struct{})
	s.one(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/slow" {
			close(came)
			<-goOn
		}
	})
	ask := func(path string) (net.Conn, *bufio.Reader) {
		conn := s.dial()
		fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: a\r\n\r\n", path)
		return conn, bufio.NewReader(conn)
	}
	_, idle := ask("/")
	if answer, err := http.ReadResponse(idle, nil); err != nil || answer.Close {
		t.Fatalf("%+v, %v", answer, err)
	}
	_, busy := ask("/slow")
	within(t, came)
	s.Remove(balancer.Key{Kind: balancer.KindListener, ID: "listener"})
	if _, err := idle.ReadByte(); err == nil {
		t.Error("the idle one goes on")
	}
	close(goOn)
	if answer, err := http.ReadResponse(busy, nil); err != nil || answer.StatusCode != http.StatusOK || !answer.Close {
		t.Errorf("%+v, %v", answer, err)
	}
	if _, err := busy.ReadByte(); err == nil {
		t.Error("the busy one goes on")
	}
}

// Closing the balancer ends what waits: clients, targets, and connections to them.
func TestCloseInTheMiddle(t *testing.T) {
	s := newScene(t)
	came, gone := make(chan struct{}, 10), make(chan struct{}, 10)
	s.one(func(_ http.ResponseWriter, r *http.Request) {
		came <- struct{}{}
		<-r.Context().Done()
		gone <- struct{}{}
	})
	for range 10 {
		conn := s.dial()
		fmt.Fprint(conn, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
	}
	for range 10 {
		within(t, came)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	for range 10 {
		within(t, gone)
	}
}

// Closing ends the requests of a listener that has gone before, too.
func TestCloseAfterTheListener(t *testing.T) {
	s := newScene(t)
	came, gone := make(chan struct{}), make(chan struct{})
	s.one(func(w http.ResponseWriter, r *http.Request) {
		_ = http.NewResponseController(w).Flush()
		close(came)
		<-r.Context().Done()
		close(gone)
	})
	fmt.Fprint(s.dial(), "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
	within(t, came)
	s.Remove(balancer.Key{Kind: balancer.KindListener, ID: "listener"})
	closed := make(chan struct{})
	go func() {
		defer close(closed)
		_ = s.Close()
	}()
	within(t, gone)
	within(t, closed)
}

// A mistake in serving a request ends its connection, and nothing else.
func TestMistakesStayWithTheirConnection(t *testing.T) {
	var dials atomic.Int64
	s := newSceneWith(t, dataplane.Options{Dial: func(ctx context.Context, network, address string) (net.Conn, error) {
		if dials.Add(1) == 1 {
			panic("a mistake")
		}
		return new(net.Dialer).DialContext(ctx, network, address)
	}})
	s.one(func(http.ResponseWriter, *http.Request) {})
	conn := s.dial()
	fmt.Fprint(conn, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
	if _, err := conn.Read(make([]byte, 1)); err == nil {
		t.Error("there is an answer")
	}
	if answer, _ := s.get("/"); answer.StatusCode != http.StatusOK {
		t.Errorf("status %d", answer.StatusCode)
	}
	for end := time.Now().Add(patience); s.Outstanding("group", "a") != 0; runtime.Gosched() { // it is given up after its answer
		if time.Now().After(end) {
			t.Fatalf("%d requests on their way", s.Outstanding("group", "a"))
		}
	}
}
