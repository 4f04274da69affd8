package httpserver

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/httpserver/pipelistener"
)

// serve serves a handler in a bubble, and returns a way to connect to it.
func serve(t *testing.T, handler http.Handler) func() net.Conn {
	server, listener := New(BoundBodies(handler), slog.New(slog.DiscardHandler)), pipelistener.New()
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(func() { server.Close() })
	return func() net.Conn {
		conn, err := listener.Dial(t.Context(), "", "")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { conn.Close() })
		return conn
	}
}

// untilClosed is how long it takes until the other side closes a connection.
func untilClosed(conn io.Reader) time.Duration {
	began := time.Now()
	_, _ = io.Copy(io.Discard, conn)
	return time.Since(began)
}

func TestIdleConnectionsEndAfterTwoMinutes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		conn := serve(t, http.NotFoundHandler())()
		fmt.Fprint(conn, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
		if took := untilClosed(conn); took != idlePatience {
			t.Errorf("it rests for %v", took)
		}
	})
}

// TestBodiesThatMakeNoProgressEnd has handlers that read the body, leave it, and have answered before.
func TestBodiesThatMakeNoProgressEnd(t *testing.T) {
	for name, handle := range map[string]http.HandlerFunc{
		"read":     func(_ http.ResponseWriter, r *http.Request) { _, _ = io.Copy(io.Discard, r.Body) },
		"left":     func(http.ResponseWriter, *http.Request) {},
		"answered": func(w http.ResponseWriter, _ *http.Request) { _ = http.NewResponseController(w).Flush() },
	} {
		for _, header := range []string{"Content-Length: 1000", "Transfer-Encoding: chunked"} {
			t.Run(name+" "+header, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					conn := serve(t, handle)()
					fmt.Fprintf(conn, "POST / HTTP/1.1\r\nHost: a\r\n%s\r\n\r\n", header)
					if took := untilClosed(conn); took < bodyPatience || took > bodyPatience+time.Second {
						t.Errorf("it is waited for for %v", took)
					}
				})
			})
		}
	}
}

// TestSlowBodiesArrive has one that takes minutes, of which a part comes each 20 seconds.
func TestSlowBodiesArrive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		conn := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			body, err := io.ReadAll(r.Body)
			fmt.Fprint(w, len(body), err)
		}))()
		fmt.Fprint(conn, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n")
		for range 10 {
			time.Sleep(20 * time.Second)
			fmt.Fprint(conn, "x")
		}
		answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil {
			t.Fatal(err)
		}
		if text, _ := io.ReadAll(answer.Body); string(text) != "10 <nil>" {
			t.Errorf("got %s", text)
		}
	})
}

// TestAnswersThatFollowSomethingGoOn has streams of an hour: with and without a body, which is read, left, or
// comes when the answer has begun. None of them is ended by a deadline.
func TestAnswersThatFollowSomethingGoOn(t *testing.T) {
	follow := func(read bool) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			if read {
				_, _ = io.Copy(io.Discard, r.Body)
				_, _ = io.Copy(io.Discard, r.Body) // some readers look again
			}
			_ = http.NewResponseController(w).Flush()
			for range 60 {
				select {
				case <-r.Context().Done():
					return
				case <-time.After(time.Minute):
					fmt.Fprintln(w, "minute")
					_ = http.NewResponseController(w).Flush()
				}
			}
		}
	}
	for name, c := range map[string]struct {
		read         bool
		header, body string
	}{
		"no body": {true, "A: b", ""}, "body read": {true, "Content-Length: 2", "{}"}, "body left": {false, "Content-Length: 2", "{}"},
		"chunks left": {false, "Transfer-Encoding: chunked", "2\r\n{}\r\n0\r\n\r\n"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				conn := serve(t, follow(c.read))()
				go fmt.Fprintf(conn, "GET / HTTP/1.1\r\nHost: a\r\n%s\r\n\r\n%s", c.header, c.body)
				answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
				if err != nil {
					t.Fatal(err)
				}
				text, err := io.ReadAll(answer.Body)
				if n := strings.Count(string(text), "minute"); n != 60 || err != nil {
					t.Errorf("it ends after %d minutes, %v", n, err)
				}
			})
		})
	}
}

func TestAConnectionThatIsTakenOverStays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		conn := serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			taken, _, err := http.NewResponseController(w).Hijack()
			if err != nil {
				t.Error(err)
				return
			}
			defer taken.Close()
			_, _ = io.CopyN(taken, taken, 5) // for as long as it takes
		}))()
		fmt.Fprint(conn, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}")
		time.Sleep(time.Hour)
		go fmt.Fprint(conn, "hello")
		if text, err := io.ReadAll(conn); err != nil || !strings.HasSuffix(string(text), "hello") {
			t.Errorf("it says %q, %v", text, err)
		}
	})
}

// TestTheOldestIdleConnectionGoesFirst has room for two connections.
func TestTheOldestIdleConnectionGoesFirst(t *testing.T) {
	asked, release := make(chan struct{}), make(chan struct{})
	server := New(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/wait" {
			close(asked)
			<-release
		}
	}), slog.New(slog.DiscardHandler))
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	bound := Bound(listener, server, 2)
	go func() { _ = server.Serve(bound) }()
	defer server.Close()
	connect := func(path string) (net.Conn, *bufio.Reader) {
		conn, err := net.Dial("tcp", listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { conn.Close() })
		fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: a\r\n\r\n", path)
		return conn, bufio.NewReader(conn)
	}
	answered := func(who string, r *bufio.Reader) {
		t.Helper()
		answer, err := http.ReadResponse(r, nil)
		if err != nil {
			t.Fatalf("%s is not answered: %v", who, err)
		}
		answer.Body.Close()
	}
	ended := func(who string, r *bufio.Reader) {
		t.Helper()
		if _, err := r.ReadByte(); err == nil {
			t.Errorf("%s is not closed", who)
		}
	}
	_, busy := connect("/wait")
	<-asked
	_, first := connect("/")
	answered("the first", first)
	_, second := connect("/")
	answered("the second", second)
	ended("the first", first)
	silent, err := net.Dial("tcp", listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	ended("the second", second)
	_, third := connect("/")
	answered("the third", third)
	ended("one that has never asked", bufio.NewReader(silent))
	close(release)
	answered("the one with a request", busy)
}

// TestNetHTTPSpeaksToTheLog has a handler panic.
func TestNetHTTPSpeaksToTheLog(t *testing.T) {
	var log bytes.Buffer
	synctest.Test(t, func(t *testing.T) {
		server, listener := New(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("no") }), slog.New(slog.NewJSONHandler(&log, nil))), pipelistener.New()
		go func() { _ = server.Serve(listener) }()
		defer server.Close()
		conn, err := listener.Dial(context.Background(), "", "")
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprint(conn, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
		_, _ = io.Copy(io.Discard, conn)
		synctest.Wait()
	})
	if text := log.String(); !strings.HasPrefix(text, `{"time":`) || !strings.Contains(text, `"level":"WARN","msg":"http: panic serving`) {
		t.Errorf("the log has %q", text)
	}
}
