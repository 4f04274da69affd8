package dataplane_test

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
)

// Trailers are not headers: what would say something about the body or the request is left
// out, and what cannot stand in a line is refused.
func TestTrailersThatAreHeaders(t *testing.T) {
	s := newScene(t)
	s.one(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		fmt.Fprint(w, len(r.Trailer), r.Trailer.Get("X-A"))
	})
	const head = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n"
	if _, body := s.raw(head + "X-A: b\r\nContent-Length: 9\r\nHost: c\r\n\r\n"); body != "1b" {
		t.Errorf("%q", body)
	}
	if _, body := s.raw(head + "X-A: b\r\nContent-Length 5: c\r\n\r\n"); body != "1b" {
		t.Errorf("a name that is none: %q", body)
	}
	if head, body := s.raw(head + "X-A: b\rGET /\r\n\r\n"); !strings.HasPrefix(head, "HTTP/1.1 400 ") {
		t.Errorf("%q %q", head, body)
	}
}

// The same holds for those of answers.
func TestTrailersOfAnswersThatAreHeaders(t *testing.T) {
	s := newScene(t)
	address, _ := s.oneShot("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX-A: b\r\nContent-Length 5: c\r\nContent-Length: 5\r\n\r\n")
	s.group("group", nil)
	s.target("group", "a", address)
	s.listen("HTTP", nil, toGroup("group"))
	conn, _ := s.open()
	fmt.Fprint(conn, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
	all := ""
	for lines := bufio.NewScanner(conn); !strings.HasSuffix(all, "\n0\nX-A: b\n") && lines.Scan(); {
		all += lines.Text() + "\n"
		if strings.HasPrefix(lines.Text(), "Content-Length") {
			t.Errorf("%q", all)
			break
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
		"CONNECT":                  {"CONNECT b:80 HTTP/1.1\r\nHost: b:80\r\n\r\n", "400 Bad Request"},
		"HTTP/2 without TLS":       {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "505 HTTP Version Not Supported"},
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
	if head, _ := s.raw("POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"); !strings.HasPrefix(head, "HTTP/1.0 400 ") || seen.Load() != 0 {
		t.Errorf("chunks in HTTP/1.0: %q", head)
	}
	// A request may come while another is on its way, and be read with it.
	const whole = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nab"
	for _, first := range []string{whole, strings.Repeat(whole, 200), strings.Replace(whole, "2\r\n\r\nab", "99999\r\n\r\n"+strings.Repeat("x", 99999), 1)} {
		conn := s.dial()
		fmt.Fprint(conn, first+"POST /b HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 6\r\n\r\n0\r\n\r\nG")
		var last *http.Response
		for reader := bufio.NewReader(conn); ; {
			answer, err := http.ReadResponse(reader, nil)
			if err != nil {
				break
			}
			_, _ = io.Copy(io.Discard, answer.Body)
			last = answer
		}
		if last == nil || last.StatusCode != http.StatusBadRequest {
			t.Errorf("in one go with another: %+v", last)
		}
	}
	if seen.Load() != 202 {
		t.Errorf("%d reached the target", seen.Load())
	}
	// A bad chunk shows when the target has the head already. Its request never ends well.
	head, _ := s.raw("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\nabc")
	if !strings.HasPrefix(head, "HTTP/1.1 400 ") {
		t.Errorf("a bad chunk: %q", head)
	}
}

// The same holds behind a body of chunks, whose end net/http alone knows.
func TestContradictionBehindChunks(t *testing.T) {
	s := newScene(t)
	s.one(func(_ http.ResponseWriter, r *http.Request) { _, _ = io.Copy(io.Discard, r.Body) })
	const (
		first  = "POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n"
		second = "POST /b HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 6\r\n\r\n0\r\n\r\n"
	)
	for _, text := range []string{first + second, first + first + first + second, strings.Replace(first, "2\r\nab", "2000\r\n"+strings.Repeat("ab", 0x1000), 1) + second} {
		conn := s.dial()
		fmt.Fprint(conn, text)
		var codes []int
		for reader := bufio.NewReader(conn); ; {
			answer, err := http.ReadResponse(reader, nil)
			if err != nil {
				break
			}
			_, _ = io.Copy(io.Discard, answer.Body)
			codes = append(codes, answer.StatusCode)
		}
		if n := strings.Count(text, "POST"); len(codes) != n || codes[n-1] != http.StatusBadRequest || codes[0] != http.StatusOK {
			t.Errorf("%d requests: %v", n, codes)
		}
	}
}

// A header of more than one line reaches the target as one, and the connection ends behind it, unless the mode is the
// strictest. Lines may end with LF alone. Source: aws/http-desync-guardian, classification reasons.
func TestLinesOfHeads(t *testing.T) {
	s := newScene(t)
	s.one(func(w http.ResponseWriter, r *http.Request) { fmt.Fprintf(w, "%q %q", r.Header["X-A"], r.Header["C"]) })
	const folded, bare, usual = "GET / HTTP/1.1\r\nHost: a\r\nX-A: b\r\n c: d\r\n\r\n", "GET / HTTP/1.1\nHost: a\nX-A: b\n\n", "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
	for mode, want := range map[string][]string{
		"monitor":   {`["b c: d"] [] and closes`, `["b"] []`},
		"defensive": {`["b c: d"] [] and closes`, `["b"] []`},
		"strictest": {"400 and closes", "400 and closes"},
	} {
		s.listen("HTTP", map[string]string{"routing.http.desync_mitigation_mode": mode}, toGroup("group"))
		for i, request := range []string{folded, bare} {
			conn := s.dial()
			fmt.Fprint(conn, request+usual)
			answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
			if err != nil {
				t.Fatal(err)
			}
			body, _ := io.ReadAll(answer.Body)
			got := string(body)
			if answer.StatusCode != http.StatusOK {
				got = fmt.Sprint(answer.StatusCode)
			}
			if answer.Close {
				got += " and closes"
			}
			if got != want[i] {
				t.Errorf("%s: %q is answered %s, want %s", mode, request, got, want[i])
			}
		}
	}
}
