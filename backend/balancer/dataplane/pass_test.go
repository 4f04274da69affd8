package dataplane_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend/balancer"
)

// In HTTP/2 an answer ends also if a trailer that its target announces does not come.
func TestAnAnnouncedTrailerDoesNotCome(t *testing.T) {
	s := newScene(t)
	s.one(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Trailer", "X-Sum")
		fmt.Fprint(w, "done")
		_ = http.NewResponseController(w).Flush()
	})
	s.certificate("c", "a")
	s.listenTLS("HTTPS", nil, "c")
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	answer, err := s.secure("a", true).Do(s.request(http.MethodGet, "https://a/", nil).WithContext(ctx))
	if err != nil {
		t.Fatal(err)
	}
	if body, err := io.ReadAll(answer.Body); err != nil || string(body) != "done" || answer.ProtoMajor != 2 {
		t.Errorf("%s %q, %v", answer.Proto, body, err)
	}
	_ = answer.Body.Close()
}

const anEvent = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n9\r\ndata: 0\n\n\r\n"

// An event gets to the client also if its target has sent a part of the next chunk's line.
func TestAnEventBeforePartOfTheNext(t *testing.T) {
	s := newScene(t)
	next := make(chan struct{})
	address := s.talk(func(conn net.Conn, r *bufio.Reader) {
		if _, err := http.ReadRequest(r); err == nil {
			fmt.Fprint(conn, anEvent+"9")
			<-next
			fmt.Fprint(conn, "\r\ndata: 1\n\n\r\n0\r\n\r\n")
		}
	})
	s.group("group", nil)
	s.target("group", "a", address)
	s.listen("HTTP", nil, toGroup("group"))
	conn := s.dial()
	_ = conn.SetDeadline(time.Now().Add(10 * time.Second))
	defer close(next)
	fmt.Fprint(conn, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
	answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	event := make([]byte, 9)
	if _, err := io.ReadFull(answer.Body, event); err != nil || string(event) != "data: 0\n\n" {
		t.Errorf("%q, %v", event, err)
	}
}

// What came of an answer gets to the client also if what follows is no chunk.
func TestAnAnswerBreaksOff(t *testing.T) {
	s := newScene(t)
	address, _ := s.oneShot(anEvent + "zz\r\n")
	s.group("group", nil)
	s.target("group", "a", address)
	s.listen("HTTP", nil, toGroup("group"))
	conn := s.dial()
	fmt.Fprint(conn, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
	answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	if body, err := io.ReadAll(answer.Body); string(body) != "data: 0\n\n" || err == nil {
		t.Errorf("%q, %v", body, err)
	}
}

// A status below 100 is none.
func TestAnAnswerWithoutAStatus(t *testing.T) {
	s := newScene(t)
	address, _ := s.oneShot("HTTP/1.1 099 No\r\nContent-Length: 0\r\n\r\n")
	s.group("group", nil)
	s.target("group", "a", address)
	s.listen("HTTP", nil, toGroup("group"))
	if answer, _ := s.get("/"); answer.StatusCode != http.StatusBadGateway {
		t.Errorf("%d", answer.StatusCode)
	}
}

// A group may change its protocol while a request is tried again.
func TestTheProtocolChangesBetweenAttempts(t *testing.T) {
	s := newScene(t)
	well := s.server(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, r.Proto, r.URL.Path) }).Listener.Addr().String()
	var changed atomic.Bool
	dies := s.talk(func(_ net.Conn, r *bufio.Reader) {
		if _, err := r.ReadByte(); err == nil && !changed.Swap(true) {
			s.set(balancer.Piece{TargetGroup: &balancer.TargetGroup{ID: "group", Protocol: "HTTP", ProtocolVersion: "HTTP1"}})
			s.target("group", "a", well)
			s.target("group", "b", well)
		}
	})
	s.connect(balancer.Connect{Protocol: "http2"}, map[string]string{"a": dies})
	if answer, body := s.get("/x"); answer.StatusCode != http.StatusOK || body != "HTTP/1.1/x" {
		t.Errorf("%d %q", answer.StatusCode, body)
	}
}
