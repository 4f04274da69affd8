//go:build linux

package main

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"
	"time"
)

// answers serves what is asked at the port of the agent, by a server where metadata is.
func answers(t *testing.T, patience time.Duration, metadata http.HandlerFunc) (at string, home *httptest.Server) {
	t.Helper()
	home = httptest.NewServer(metadata)
	t.Cleanup(home.Close)
	to, ok := parseAddress(home.Listener.Addr().String())
	if !ok {
		t.Fatal("no address")
	}
	sock, err := listen(0)
	if err != nil {
		t.Fatal(err)
	}
	go introspect(sock, to, patience)
	name, err := syscall.Getsockname(sock)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("127.0.0.1:%d", name.(*syscall.SockaddrInet4).Port), home
}

// What is asked at the port of the agent is asked where metadata is, as what is asked there: it
// cannot pass for a task of the container instance, even if it says that it is one.
func TestIntrospectionIsAskedForAsSuch(t *testing.T) {
	at, home := answers(t, time.Minute, func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "%s %s %s %q", r.Method, r.Host, r.URL, r.Header)
	})
	for range 3 * mostIntrospections {
		conn, err := net.Dial("tcp", at)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		_, err = io.WriteString(conn, "GET /v1/tasks?taskarn=a HTTP/1.1\r\nHost: 169.254.170.2\r\nX-Forwarded-For: 10.0.0.9\r\n\r\n"+
			"GET /v2/credentials/1 HTTP/1.1\r\nHost: 169.254.170.2\r\n\r\n")
		if err != nil {
			t.Fatal(err)
		}
		text, _ := io.ReadAll(conn)
		if want := `GET agent:51678 /v1/tasks?taskarn=a map["Connection":["close"]]`; !strings.HasSuffix(string(text), "\r\n\r\n"+want) {
			t.Fatalf("got %q, want one answer, %s", text, want)
		}
	}
	for _, nonsense := range []string{
		"POST /v1/tasks HTTP/1.1\r\n\r\n", "GET http://169.254.170.2/v2/credentials/1 HTTP/1.1\r\n\r\n", "GET /a\nHost: b HTTP/1.1\r\n\r\n",
		"GET /\r\n\r\n", "GET " + strings.Repeat("/", mostAsked) + " HTTP/1.1\r\n\r\n",
	} {
		conn, err := net.Dial("tcp", at)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		if _, err := io.WriteString(conn, nonsense); err != nil {
			t.Fatal(err)
		}
		if text, _ := io.ReadAll(conn); len(text) > 0 {
			t.Errorf("%.40q is answered %q", nonsense, text)
		}
	}
	home.Close()
	if answer, err := http.Get("http://" + at + "/"); err == nil {
		answer.Body.Close()
		t.Error("there is an answer without a server")
	}
}

// Clients that read nothing of their answers leave room for others.
func TestIntrospectionOfSlowClients(t *testing.T) {
	at, _ := answers(t, 50*time.Millisecond, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/long" {
			_, _ = w.Write(make([]byte, 32<<20))
		}
	})
	for range mostIntrospections {
		conn, err := net.Dial("tcp", at)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		if _, err := io.WriteString(conn, "GET /long HTTP/1.1\r\nHost: a\r\n\r\n"); err != nil {
			t.Fatal(err)
		}
	}
	client := &http.Client{Timeout: 2 * time.Minute, Transport: &http.Transport{DisableKeepAlives: true}}
	var err error
	for range 20 { // this client may be too slow itself on a busy machine
		var answer *http.Response
		if answer, err = client.Get("http://" + at + "/short"); err == nil {
			_ = answer.Body.Close()
			return
		}
	}
	t.Error(err)
}
