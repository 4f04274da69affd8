package dataplane_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// A client that reads slowly gets all of a large body, and one that sends slowly is waited
// for.
func TestSlowClients(t *testing.T) {
	s := newScene(t)
	body := bytes.Repeat([]byte("0123456789abcdef"), 1<<14) // 256 KiB
	s.one(func(w http.ResponseWriter, r *http.Request) {
		if got, err := io.ReadAll(r.Body); err == nil && len(got) > 0 {
			fmt.Fprint(w, len(got))
			return
		}
		w.Header().Set("Content-Length", fmt.Sprint(len(body)))
		_, _ = w.Write(body)
	})
	conn := s.dial()
	_ = conn.(*net.TCPConn).SetReadBuffer(4 << 10)
	fmt.Fprint(conn, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
	answer, err := http.ReadResponse(bufio.NewReaderSize(conn, 1<<10), nil)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(answer.Body); err != nil || !bytes.Equal(got, body) {
		t.Errorf("%d bytes, %v", len(got), err)
	}
	conn = s.dial()
	fmt.Fprintf(conn, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n", 2000)
	for range 2000 {
		if _, err := conn.Write([]byte("x")); err != nil {
			t.Fatal(err)
		}
	}
	answer, err = http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	if got, _ := io.ReadAll(answer.Body); string(got) != "2000" {
		t.Errorf("%q", got)
	}
}

// When a client goes, its request to the target ends.
func TestClientGone(t *testing.T) {
	s := newScene(t)
	came, gone := make(chan struct{}), make(chan struct{})
	s.one(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/body" {
			w.WriteHeader(http.StatusOK)
			_ = http.NewResponseController(w).Flush()
		}
		close(came)
		<-r.Context().Done()
		close(gone)
	})
	for _, path := range []string{"/head", "/body"} {
		conn := s.dial()
		fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: a\r\n\r\n", path)
		within(t, came)
		_ = conn.Close()
		within(t, gone)
		came, gone = make(chan struct{}), make(chan struct{})
	}
}

func within(t *testing.T, c <-chan struct{}) {
	t.Helper()
	select {
	case <-c:
	case <-time.After(patience):
		t.Fatal("nothing came of it")
	}
}

// A client that stops in the middle of its body is told so: 408.
func TestClientThatStops(t *testing.T) {
	s := newScene(t)
	s.one(func(_ http.ResponseWriter, r *http.Request) { _, _ = io.Copy(io.Discard, r.Body) })
	s.listen("HTTP", map[string]string{"idle_timeout.timeout_seconds": "1"}, toGroup("group"))
	head, _ := s.raw("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc")
	if !strings.HasPrefix(head, "HTTP/1.1 408 ") {
		t.Errorf("%q", head)
	}
}

// A target may answer before it has the body. The client gets that answer though it is
// still sending, and the rest of its body is not taken for a request.
func TestAnswerBeforeTheBody(t *testing.T) {
	s := newScene(t)
	var requests atomic.Int64
	s.one(func(w http.ResponseWriter, _ *http.Request) {
		requests.Add(1)
		w.Header().Set("Connection", "close")
		w.WriteHeader(http.StatusRequestEntityTooLarge)
	})
	for range 10 {
		conn := s.dial()
		fmt.Fprintf(conn, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n", 1<<30)
		go func() {
			for smuggled := []byte(strings.Repeat("GET / HTTP/1.1\r\nHost: a\r\n\r\n", 1000)); ; {
				if _, err := conn.Write(smuggled); err != nil {
					return
				}
			}
		}()
		answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil || answer.StatusCode != http.StatusRequestEntityTooLarge {
			t.Fatalf("%+v, %v", answer, err)
		}
		_ = conn.Close()
	}
	if requests.Load() != 10 {
		t.Errorf("the target was asked %d times", requests.Load())
	}
}
