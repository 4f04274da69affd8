package dataplane_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// The pauses of these tests: the first one has deadlines that are renewed too rarely be too early
// in the second one, which is a second shorter than the idle time.
const (
	shortPause = 14 * time.Second
	longPause  = idleTime - time.Second
	soon       = 900 * time.Millisecond
)

// pausing answers requests: /slow after the idle time but a second, /soon sooner, /never not at all,
// /events and /pieces in pieces, and an upgrade by saying all that it is told.
func pausing(conn net.Conn) {
	defer func() { _ = conn.Close() }()
	for reader := bufio.NewReader(conn); ; {
		r, err := http.ReadRequest(reader)
		if err != nil {
			return
		}
		body, _ := io.ReadAll(r.Body)
		switch r.URL.Path {
		case "/never":
			_, _ = io.Copy(io.Discard, conn)
			return
		case "/events", "/pieces":
			fmt.Fprint(conn, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n")
			for _, pause := range []time.Duration{0, shortPause, longPause, longPause} {
				if r.URL.Path == "/pieces" {
					pause = soon
				}
				time.Sleep(pause)
				fmt.Fprint(conn, "1\r\na\r\n")
			}
			fmt.Fprint(conn, "0\r\n\r\n")
			continue
		case "/upgrade":
			fmt.Fprint(conn, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
			_, _ = io.Copy(conn, reader)
			return
		case "/slow":
			time.Sleep(longPause)
		case "/soon":
			time.Sleep(soon)
		}
		fmt.Fprintf(conn, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
	}
}

// inBubble runs a test with a client's connection to a balancer whose target is that.
func inBubble(t *testing.T, run func(t *testing.T, conn halfCloser, reader *bufio.Reader)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		b := newBubble(t, nil, toGroup("group"), pausing)
		defer b.end()
		conn := b.dial()
		defer func() { _ = conn.Close() }()
		run(t, conn, bufio.NewReader(conn))
	})
}

func wantAnswer(t *testing.T, reader *bufio.Reader, code int, body string) {
	t.Helper()
	answer, err := http.ReadResponse(reader, nil)
	if err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(answer.Body)
	if answer.StatusCode != code || err != nil || code == http.StatusOK && string(got) != body {
		t.Errorf("%s %q, %v; want %d %q", answer.Status, got, err, code, body)
	}
}

// A target has the whole idle time for its answer, on a connection that was used just before, too.
func TestIdleTimeOfAnswers(t *testing.T) {
	inBubble(t, func(t *testing.T, conn halfCloser, reader *bufio.Reader) {
		ask := func(path string) { fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: a\r\n\r\n", path) }
		ask("/")
		wantAnswer(t, reader, http.StatusOK, "")
		time.Sleep(shortPause)
		ask("/slow")
		wantAnswer(t, reader, http.StatusOK, "")
		time.Sleep(shortPause)
		began := time.Now()
		ask("/never")
		wantAnswer(t, reader, http.StatusGatewayTimeout, "")
		if took := time.Since(began); took != idleTime {
			t.Errorf("given up after %v", took)
		}
	})
}

func TestIdleTimeOfEvents(t *testing.T) {
	inBubble(t, func(t *testing.T, conn halfCloser, reader *bufio.Reader) {
		fmt.Fprint(conn, "GET /events HTTP/1.1\r\nHost: a\r\n\r\n")
		wantAnswer(t, reader, http.StatusOK, "aaaa")
	})
}

func TestIdleTimeOfUploads(t *testing.T) {
	for _, head := range []string{"Content-Length: 4\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\n"} {
		inBubble(t, func(t *testing.T, conn halfCloser, reader *bufio.Reader) {
			fmt.Fprint(conn, "POST / HTTP/1.1\r\nHost: a\r\n", head)
			chunked := strings.HasPrefix(head, "T")
			for _, pause := range []time.Duration{0, shortPause, longPause, longPause} {
				time.Sleep(pause)
				if chunked {
					fmt.Fprint(conn, "1\r\na\r\n")
				} else {
					fmt.Fprint(conn, "a")
				}
			}
			if chunked {
				fmt.Fprint(conn, "0\r\n\r\n")
			}
			wantAnswer(t, reader, http.StatusOK, "aaaa")
		})
	}
}

// A connection that has been upgraded is idle when neither side says anything.
func TestIdleTimeOfUpgraded(t *testing.T) {
	inBubble(t, func(t *testing.T, conn halfCloser, reader *bufio.Reader) {
		fmt.Fprint(conn, "GET /upgrade HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
		if answer, err := http.ReadResponse(reader, nil); err != nil || answer.StatusCode != http.StatusSwitchingProtocols {
			t.Fatalf("%+v, %v", answer, err)
		}
		for _, pause := range []time.Duration{0, shortPause, longPause, longPause} {
			time.Sleep(pause)
			fmt.Fprint(conn, "ping\n")
			if line, err := reader.ReadString('\n'); line != "ping\n" {
				t.Fatalf("%q, %v", line, err)
			}
		}
		began := time.Now()
		if _, err := reader.ReadByte(); err == nil || time.Since(began) != idleTime {
			t.Errorf("%v after %v", err, time.Since(began))
		}
	})
}
