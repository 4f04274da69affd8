package dataplane_test

import (
	"bufio"
	"crypto/tls"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"strings"
	"testing"
	"time"
)

// A connection has its time, after which the next answer is its last.
func TestClientKeepAlive(t *testing.T) {
	s := newScene(t)
	s.one(func(http.ResponseWriter, *http.Request) {})
	s.listen("HTTP", map[string]string{"client_keep_alive.seconds": "1"}, toGroup("group"))
	began := time.Now() // before the balancer sees the connection
	conn := s.dial()
	reader := bufio.NewReader(conn)
	for answers := 0; ; answers++ {
		fmt.Fprint(conn, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
		answer, err := http.ReadResponse(reader, nil)
		if err != nil {
			t.Fatalf("after %d answers: %v", answers, err)
		}
		if answer.Close {
			if time.Since(began) < time.Second || answers == 0 {
				t.Errorf("after %v and %d answers", time.Since(began), answers)
			}
			break
		}
	}
	if _, err := reader.ReadByte(); err != io.EOF {
		t.Errorf("the connection stays: %v", err)
	}
}

// A time-out that has become shorter holds on connections to targets that there are.
func TestShorterIdleTimeout(t *testing.T) {
	s := newScene(t)
	s.one(func(_ http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/slow" {
			<-r.Context().Done()
		}
	})
	s.listen("HTTP", nil, toGroup("group"))
	s.raw("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
	s.listen("HTTP", map[string]string{"idle_timeout.timeout_seconds": "1"}, toGroup("group"))
	if head, _ := s.raw("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n"); !strings.HasPrefix(head, "HTTP/1.1 504 ") {
		t.Errorf("%q", head)
	}
}

// In HTTP/2 the client is told to make another connection, and loses no request by it.
func TestClientKeepAliveOfHTTP2(t *testing.T) {
	s := newScene(t)
	s.one(func(http.ResponseWriter, *http.Request) {})
	s.certificate("c", "a")
	s.listenTLS("HTTPS", map[string]string{"client_keep_alive.seconds": "1"}, "c")
	client := s.secure("a", true)
	connections := 0
	watched := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{GotConn: func(conn httptrace.GotConnInfo) {
		if !conn.Reused {
			connections++
		}
	}})
	began := time.Now()
	for connections < 2 {
		if answer, _ := s.fetch(client, s.request(http.MethodGet, "https://a/", nil).WithContext(watched)); answer.ProtoMajor != 2 || answer.StatusCode != http.StatusOK {
			t.Fatalf("%+v", answer)
		}
		if took := time.Since(began); took > patience {
			t.Fatalf("one connection lasts %v", took)
		}
	}
	if took := time.Since(began); took < time.Second {
		t.Errorf("the first connection lasted %v", took)
	}
}

// What a head says about its body in two ways, or without use, reaches targets as the mode
// of mitigation lets it. Source: Application Load Balancers guide, desync mitigation mode.
func TestDesyncMitigation(t *testing.T) {
	s := newScene(t)
	s.one(func(w http.ResponseWriter, r *http.Request) { _, _ = io.Copy(w, r.Body) })
	const both = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 8\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n"
	const empty, sent, chunked = "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\na",
		"GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n"
	const usual = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n"
	for mode, passes := range map[string]map[string]bool{
		"monitor":   {both: true, empty: true, sent: true, chunked: true, usual: true},
		"defensive": {empty: true, sent: true, chunked: true, usual: true},
		"strictest": {usual: true},
	} {
		s.listen("HTTP", map[string]string{"routing.http.desync_mitigation_mode": mode}, toGroup("group"))
		for _, request := range []string{both, empty, sent, chunked, usual} {
			want := "HTTP/1.1 400 "
			if passes[request] {
				want = "HTTP/1.1 200 "
			}
			if head, _ := s.raw(request); !strings.HasPrefix(head, want) {
				t.Errorf("%s: %q is answered %q", mode, request, head)
			}
		}
	}
}

// The headers that tell about TLS have the names that the listener gives them.
func TestNamesOfHeaders(t *testing.T) {
	s := newScene(t)
	s.one(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, r.Header.Get("X-Version"), " ", r.Header.Get("X-Suite"), r.Header["X-Amzn-Tls-Version"], r.Header["X-Amzn-Tls-Cipher-Suite"])
	})
	s.certificate("c", "example.com")
	attributes := map[string]string{
		"routing.http.request.x_amzn_tls_version.header_name": "x-version", "routing.http.request.x_amzn_tls_cipher_suite.header_name": "X-Suite",
		"routing.http.x_amzn_tls_version_and_cipher_suite.enabled": "true",
	}
	s.listenTLS("HTTPS", attributes, "c")
	for _, http2 := range []bool{true, false} {
		if _, body := s.fetch(s.secure("example.com", http2), s.request(http.MethodGet, "https://example.com/", nil)); body != "TLSv1.3 TLS_AES_128_GCM_SHA256[] []" {
			t.Errorf("HTTP/2 %t: %q", http2, body)
		}
	}
}

func TestIdleStreamsOfTLSEnd(t *testing.T) {
	s := newScene(t)
	s.streamGroup(nil, s.echo())
	s.certificate("c", "example.com")
	s.listenTLS("TLS", map[string]string{"tcp.idle_timeout.seconds": "1"}, "c")
	conn, err := tls.Dial("tcp", s.address, &tls.Config{InsecureSkipVerify: true}) //nolint:gosec // a test's own certificate
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	_ = conn.SetDeadline(time.Now().Add(patience))
	if _, err := io.ReadAll(conn); err != nil && strings.Contains(err.Error(), "timeout") {
		t.Error(err)
	}
}
