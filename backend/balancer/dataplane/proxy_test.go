package dataplane_test

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/textproto"
	"strings"
	"sync/atomic"
	"testing"
)

func TestForwardKeepsWhatWasSent(t *testing.T) {
	s := newScene(t)
	s.one(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "%s %s %s %s", r.Method, r.RequestURI, r.Host, r.Header.Get("X-Forwarded-For"))
	})
	for _, path := range []string{"/", "/a%2Fb|c?q=%zz;1", "/{a|b}\"\xff", "//a", "//a|b\"?c", "/?", "/a/../b"} {
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

// A client that waits for 100 gets it from the balancer, also if the target refuses the
// request. The target is not told.
func TestContinue(t *testing.T) {
	s := newScene(t)
	s.one(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		fmt.Fprintf(w, "%d%s", len(body), r.Header.Get("Expect"))
	})
	conn := s.dial()
	fmt.Fprint(conn, "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n")
	const want = "HTTP/1.1 100 Continue\r\n\r\n"
	first := make([]byte, len(want))
	if _, err := io.ReadFull(conn, first); err != nil || string(first) != want {
		t.Fatalf("%q, %v", first, err)
	}
	fmt.Fprint(conn, "12345")
	answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	if body, _ := io.ReadAll(answer.Body); string(body) != "5" {
		t.Errorf("%d %q", answer.StatusCode, body)
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

// What a target says before its answer is about its own connection as little as the answer is:
// a client that read of a length or of chunks would wait for them.
func TestEarlyHintsHaveNoBody(t *testing.T) {
	const hints = "HTTP/1.1 103 Early Hints\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\nConnection: X-A\r\nX-A: b\r\nLink: a\r\nA Name: b\r\n\r\n"
	s := newScene(t)
	address, _ := s.oneShot(hints + "HTTP/1.1 204 No Content\r\n\r\n")
	s.group("group", nil)
	s.target("group", "a", address)
	s.listen("HTTP", nil, toGroup("group"))
	if head, _ := s.raw("GET / HTTP/1.1\r\nHost: a\r\n\r\n"); head != "HTTP/1.1 103 Early Hints\r\nLink: a" {
		t.Errorf("%q", head)
	}
}

// A client of HTTP/1.0 would take them for the answer.
func TestEarlyHintsAreNotForHTTP10(t *testing.T) {
	s := newScene(t)
	s.one(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusEarlyHints)
		fmt.Fprint(w, "done")
	})
	if head, body := s.raw("GET / HTTP/1.0\r\n\r\n"); !strings.Contains(head, " 200 OK\r\n") || body != "done" {
		t.Errorf("%q, %q", head, body)
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

// A name that is none does not reach the client, who might see another one in it.
func TestNamesOfAnAnswer(t *testing.T) {
	for _, more := range []string{"", "X-A: \xff\r\n"} {
		s := newScene(t)
		address, _ := s.oneShot("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding : chunked\r\nX A: b\r\n\r\nok")
		s.group("group", nil)
		s.target("group", "a", address)
		s.listen("HTTP", nil, toGroup("group"))
		if head, body := s.raw("GET / HTTP/1.1\r\nHost: a\r\n" + more + "\r\n"); strings.Contains(head, "chunked") || strings.Contains(head, "X A") || body != "ok" {
			t.Errorf("%q %q", head, body)
		}
	}
}

// A question about the server as a whole is for targets too.
func TestOptionsOfTheServer(t *testing.T) {
	s := newScene(t)
	address, requests := s.oneShot("HTTP/1.1 200 OK\r\nAllow: GET\r\nContent-Length: 0\r\n\r\n")
	s.group("group", nil)
	s.target("group", "a", address)
	s.listen("HTTP", nil, toGroup("group"))
	if head, _ := s.raw("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n"); !strings.Contains(head, "Allow: GET") || requests.Load() != 1 {
		t.Errorf("%q after %d requests", head, requests.Load())
	}
}

// An event gets to the client before there is another one.
func TestEventsComeOneByOne(t *testing.T) {
	s := newScene(t)
	next := make(chan struct{})
	s.one(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		for n := range 3 {
			fmt.Fprintf(w, "data: %d %s\n\n", n, r.Header.Get("Te"))
			_ = http.NewResponseController(w).Flush()
			<-next
		}
	})
	conn := s.dial()
	fmt.Fprint(conn, "GET / HTTP/1.1\r\nHost: a\r\nTe: gzip, trailers\r\nConnection: Te\r\n\r\n")
	answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewReader(answer.Body)
	for n := range 3 {
		line, err := lines.ReadString('\n')
		if want := fmt.Sprintf("data: %d trailers\n", n); err != nil || line != want {
			t.Fatalf("%q, %v, want %q", line, err, want)
		}
		if line, err := lines.ReadString('\n'); err != nil || line != "\n" {
			t.Fatalf("%q, %v", line, err)
		}
		next <- struct{}{}
	}
	if rest, err := io.ReadAll(lines); err != nil || len(rest) > 0 {
		t.Errorf("%q, %v", rest, err)
	}
}
