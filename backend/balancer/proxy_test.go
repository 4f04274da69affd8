package balancer_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/textproto"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend/balancer"
)

func TestForwardKeepsWhatWasSent(t *testing.T) {
	s := newScene(t)
	s.one(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "%s %s %s %s", r.Method, r.RequestURI, r.Host, r.Header.Get("X-Forwarded-For"))
	})
	for _, path := range []string{"/", "/a%2Fb|c?q=%zz;1", "//a", "/?", "/a/../b"} {
		_, body := s.raw("GET " + path + " HTTP/1.1\r\nHost: example.com\r\n\r\n")
		if want := "GET " + path + " example.com:8080 127.0.0.1"; body != want {
			t.Errorf("%q, want %q", body, want)
		}
	}
}

// A body of unknown length streams both ways at once, and trailers follow it.
func TestChunksAndTrailersBothWays(t *testing.T) {
	s := newScene(t)
	s.one(func(w http.ResponseWriter, r *http.Request) {
		_ = http.NewResponseController(w).EnableFullDuplex()
		w.Header().Set("Trailer", "X-Sum")
		w.WriteHeader(http.StatusAccepted)
		_ = http.NewResponseController(w).Flush()
		lines := bufio.NewScanner(r.Body)
		n := 0
		for ; lines.Scan(); n++ {
			fmt.Fprintln(w, strings.ToUpper(lines.Text()))
			_ = http.NewResponseController(w).Flush()
		}
		w.Header().Set("X-Sum", fmt.Sprint(n, " ", r.Trailer.Get("X-Last")))
		w.Header().Set(http.TrailerPrefix+"X-Unannounced", "yes")
	})
	conn := s.dial()
	fmt.Fprint(conn, "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTrailer: X-Last\r\n\r\n")
	answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewReader(answer.Body)
	for _, word := range []string{"one", "two"} { // the next is sent when this one has come back
		fmt.Fprintf(conn, "4\r\n%s\n\r\n", word)
		if line, err := lines.ReadString('\n'); err != nil || line != strings.ToUpper(word)+"\n" {
			t.Fatalf("%q, %v", line, err)
		}
	}
	fmt.Fprint(conn, "0\r\nX-Last: bye\r\n\r\n")
	if _, err := io.ReadAll(lines); err != nil {
		t.Fatal(err)
	}
	if got := answer.Trailer.Get("X-Sum"); got != "2 bye" || answer.StatusCode != http.StatusAccepted {
		t.Errorf("%d, trailers %v", answer.StatusCode, answer.Trailer)
	}
	if got := answer.Trailer.Get("X-Unannounced"); got != "yes" {
		t.Errorf("trailers %v", answer.Trailer)
	}
}

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

// A client that waits for 100 gets it when the target has said so, and the target decides
// without the body if it likes.
func TestContinue(t *testing.T) {
	s := newScene(t)
	s.one(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/no" {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		body, _ := io.ReadAll(r.Body)
		fmt.Fprint(w, len(body))
	})
	for path, want := range map[string]string{"/yes": "HTTP/1.1 100 Continue\r\n\r\n", "/no": "HTTP/1.1 403 Forbidden\r\n"} {
		conn := s.dial()
		fmt.Fprintf(conn, "PUT %s HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n", path)
		first := make([]byte, len(want))
		if _, err := io.ReadFull(conn, first); err != nil || string(first) != want {
			t.Fatalf("%s: %q, %v", path, first, err)
		}
		if path == "/yes" {
			fmt.Fprint(conn, "12345")
			answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
			if err != nil {
				t.Fatal(err)
			}
			if body, _ := io.ReadAll(answer.Body); string(body) != "5" {
				t.Errorf("%d %q", answer.StatusCode, body)
			}
		}
	}
}

func TestEarlyHints(t *testing.T) {
	s := newScene(t)
	s.one(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Link", "</style.css>")
		w.WriteHeader(http.StatusEarlyHints)
		fmt.Fprint(w, "done")
	})
	var hints atomic.Value
	ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{Got1xxResponse: func(code int, header textproto.MIMEHeader) error {
		hints.Store(fmt.Sprint(code, header.Get("Link")))
		return nil
	}})
	request, _ := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+s.address, nil)
	if _, body := s.do(request); body != "done" || hints.Load() != "103</style.css>" {
		t.Errorf("%q, hints %v", body, hints.Load())
	}
}

func TestHead(t *testing.T) {
	s := newScene(t)
	s.one(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", "1000")
		w.Header().Set("X-Method", r.Method)
	})
	conn := s.dial()
	reader := bufio.NewReader(conn)
	for range 2 { // nothing of a body is left on the connection
		fmt.Fprint(conn, "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n")
		answer, err := http.ReadResponse(reader, &http.Request{Method: http.MethodHead})
		if err != nil || answer.ContentLength != 1000 || answer.Header.Get("X-Method") != "HEAD" || answer.Header.Get("Connection") != "keep-alive" {
			t.Fatalf("%+v, %v", answer, err)
		}
	}
}

// Headers up to the limits pass, larger ones are refused with the balancer's page.
func TestLargeHeaders(t *testing.T) {
	s := newScene(t)
	s.one(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, len(r.Header.Get("X-Large"))) })
	large := func(each, n int) string {
		var b strings.Builder
		b.WriteString("GET / HTTP/1.1\r\nHost: a\r\n")
		for i := range n {
			fmt.Fprintf(&b, "X-Large%d: %s\r\n", i, strings.Repeat("x", each))
		}
		return b.String() + "\r\n"
	}
	for _, c := range []struct {
		name, request, status string
	}{
		{"four of 15 KiB", large(15<<10, 4), "200 OK"},
		{"one above 16 KiB", large(16<<10, 1), "400 Bad Request"},
		{"64 KiB together", large(13<<10, 5), "400 Bad Request"},
		{"a long line", "GET /" + strings.Repeat("x", 16<<10) + " HTTP/1.1\r\nHost: a\r\n\r\n", "400 Bad Request"},
	} {
		head, body := s.raw(c.request)
		if !strings.HasPrefix(head, "HTTP/1.1 "+c.status+"\r\n") {
			t.Errorf("%s: %q", c.name, head)
		}
		if strings.HasPrefix(c.status, "4") && (!strings.Contains(head, "Server: awselb/2.0") || !strings.Contains(body, "<h1>400 Bad Request</h1>")) {
			t.Errorf("%s: %q %q", c.name, head, body)
		}
	}
}

// What two servers may take for different requests reaches no target.
func TestSmuggling(t *testing.T) {
	s := newScene(t)
	var seen atomic.Int64
	s.one(func(_ http.ResponseWriter, r *http.Request) {
		seen.Add(1)
		_, _ = io.Copy(io.Discard, r.Body)
	})
	for name, c := range map[string]struct{ request, status string }{
		"length and chunks":        {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nG", "400 Bad Request"},
		"chunks and length":        {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\ncontent-length: 6\r\n\r\n0\r\n\r\nG", "400 Bad Request"},
		"two lengths":              {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", "400 Bad Request"},
		"a length with a sign":     {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +1\r\n\r\na", "400 Bad Request"},
		"a space before the colon": {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n", "400 Bad Request"},
		"an unknown coding":        {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", "501 Not Implemented"},
		"two codings":              {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n", "501 Not Implemented"},
		"no host":                  {"GET / HTTP/1.1\r\n\r\n", "400 Bad Request"},
		"two hosts":                {"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", "400 Bad Request"},
		"a null in a header":       {"GET / HTTP/1.1\r\nHost: a\r\nX-A: a\x00b\r\n\r\n", "400 Bad Request"},
		"TRACE":                    {"TRACE / HTTP/1.1\r\nHost: a\r\n\r\n", "405 Method Not Allowed"},
	} {
		head, _ := s.raw(c.request)
		if !strings.HasPrefix(head, "HTTP/1.1 "+c.status+"\r\n") || !strings.Contains(head, "Connection: close") || !strings.Contains(head, "Server: awselb/2.0") {
			t.Errorf("%s: %q", name, head)
		}
	}
	if seen.Load() != 0 {
		t.Errorf("%d reached the target", seen.Load())
	}
	// A bad chunk shows when the target has the head already. Its request never ends well.
	head, _ := s.raw("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\nabc")
	if !strings.HasPrefix(head, "HTTP/1.1 400 ") {
		t.Errorf("a bad chunk: %q", head)
	}
}

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

// What a target has sent reaches the client before there is more, with a length or without.
func TestAnswersAreNotHeldBack(t *testing.T) {
	for _, header := range []string{"Content-Length: 6", "Transfer-Encoding: chunked"} {
		s := newScene(t)
		goOn := make(chan struct{})
		s.one(func(w http.ResponseWriter, _ *http.Request) {
			if header == "Content-Length: 6" {
				w.Header().Set("Content-Length", "6")
			}
			for _, word := range []string{"", "one", "two"} {
				_, _ = io.WriteString(w, word)
				_ = http.NewResponseController(w).Flush()
				<-goOn
			}
		})
		answer, err := http.Get("http://" + s.address) //nolint:noctx // as short as can be
		if err != nil {
			t.Fatal(err)
		}
		for _, word := range []string{"one", "two"} {
			goOn <- struct{}{}
			got := make([]byte, 3)
			if _, err := io.ReadFull(answer.Body, got); err != nil || string(got) != word {
				t.Fatalf("%q, %v", got, err)
			}
		}
		goOn <- struct{}{}
		_ = answer.Body.Close()
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

// oneShot serves connections with what is given: bytes for each request.
func (s *scene) oneShot(answer string) (address string, requests *atomic.Int64) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		s.Fatal(err)
	}
	s.T.Cleanup(func() { _ = l.Close() })
	requests = new(atomic.Int64)
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			if _, err := http.ReadRequest(bufio.NewReader(conn)); err == nil {
				requests.Add(1)
				_, _ = io.WriteString(conn, answer)
			}
			_ = conn.Close()
		}
	}()
	return l.Addr().String(), requests
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

// free is a port that nobody listens on.
func free(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}

// Nothing has been sent to a target that refuses, so another gets the request, body and all.
func TestRefusedGoesElsewhere(t *testing.T) {
	s := newScene(t)
	s.one(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		_, _ = w.Write(body)
	})
	for i := range 3 {
		s.target("group", fmt.Sprint(i), free(t))
	}
	for range 8 {
		request, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+s.address, strings.NewReader("a body"))
		if answer, body := s.do(request); answer.StatusCode != http.StatusOK || body != "a body" {
			t.Fatalf("%d %q", answer.StatusCode, body)
		}
	}
	s.Remove(balancer.Key{Kind: balancer.KindTarget, Group: "group", ID: "a"})
	if answer, _ := s.get("/"); answer.StatusCode != http.StatusBadGateway {
		t.Errorf("where all refuse: %d", answer.StatusCode)
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

	s = newSceneWith(t, balancer.Options{Dial: func(context.Context, string, string) (net.Conn, error) {
		return nil, &net.OpError{Op: "dial", Err: context.DeadlineExceeded}
	}})
	s.one(func(http.ResponseWriter, *http.Request) {})
	if answer, _ := s.get("/"); answer.StatusCode != http.StatusGatewayTimeout {
		t.Errorf("status %d", answer.StatusCode)
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
