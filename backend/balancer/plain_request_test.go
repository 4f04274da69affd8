package balancer

import (
	"bufio"
	"bytes"
	"io"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
)

func newPlainRequest(t testing.TB) *plainRequest {
	p := new(plainRequest)
	p.init(t.Context(), "127.0.0.1:1")
	return p
}

func TestPlainRequests(t *testing.T) {
	for name, c := range map[string]struct {
		text  string
		plain bool
	}{
		"the shortest":          {"GET / HTTP/1.1\r\nHost: a\r\n\r\n", true},
		"a body":                {"POST /a?b=%20 HTTP/1.1\r\nHost: a:80\r\ncontent-length: 2\r\nConnection: Keep-Alive\r\n\r\nab", true},
		"a line break in one":   {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\n\r\n\r\n", true},
		"a length of nothing":   {"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n", true},
		"not all of a head":     {"GET / HTTP/1.1\r\nHost: a\r\n", false},
		"not all of a body":     {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nab", false},
		"more than a body":      {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nab", false},
		"a second request":      {"GET / HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", false},
		"two lengths":           {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\na", false},
		"a length with a sign":  {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +1\r\n\r\na", false},
		"an endless length":     {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 18446744073709551617\r\n\r\na", false},
		"chunks":                {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n", false},
		"chunks in capitals":    {"POST / HTTP/1.1\r\nHost: a\r\nTRANSFER-ENCODING: chunked\r\n\r\n", false},
		"an upgrade":            {"GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n", false},
		"a field to take away":  {"GET / HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, X-A\r\nX-A: b\r\n\r\n", false},
		"two connections":       {"GET / HTTP/1.1\r\nHost: a\r\nConnection: keep-alive\r\nConnection: close\r\n\r\n", false},
		"the end":               {"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", false},
		"a promise":             {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nExpect: 100-continue\r\n\r\na", false},
		"no host":               {"GET / HTTP/1.1\r\n\r\n", false},
		"two hosts":             {"GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", false},
		"a strange host":        {"GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", false},
		"an older version":      {"GET / HTTP/1.0\r\nHost: a\r\n\r\n", false},
		"another URL":           {"GET http://b/ HTTP/1.1\r\nHost: a\r\n\r\n", false},
		"another method":        {"TRACE / HTTP/1.1\r\nHost: a\r\n\r\n", false},
		"a method in small":     {"get / HTTP/1.1\r\nHost: a\r\n\r\n", false},
		"two spaces":            {"GET  / HTTP/1.1\r\nHost: a\r\n\r\n", false},
		"a path with a space":   {"GET /a b HTTP/1.1\r\nHost: a\r\n\r\n", false},
		"a path that is none":   {"GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n", false},
		"a line break alone":    {"GET / HTTP/1.1\nHost: a\r\n\r\n", false},
		"one in a field":        {"GET / HTTP/1.1\r\nHost: a\r\nX-A: a\nX-B: b\r\n\r\n", false},
		"a return in a field":   {"GET / HTTP/1.1\r\nHost: a\r\nX-A: a\rX-B: b\r\n\r\n", false},
		"a space before colon":  {"GET / HTTP/1.1\r\nHost: a\r\nContent-Length : 1\r\n\r\n", false},
		"a folded line":         {"GET / HTTP/1.1\r\nHost: a\r\nX-A: a\r\n b\r\n\r\n", false},
		"a field without colon": {"GET / HTTP/1.1\r\nHost: a\r\nX-A\r\n\r\n", false},
		"a null":                {"GET / HTTP/1.1\r\nHost: a\r\nX-A: \x00\r\n\r\n", false},
	} {
		if got := newPlainRequest(t).read([]byte(c.text)); got != c.plain {
			t.Errorf("%s: plain is %v", name, got)
		}
	}
}

// FuzzPlainRequest holds what is taken for plain against net/http: that has to read the same
// from it, to the last byte.
func FuzzPlainRequest(f *testing.F) {
	for _, text := range []string{
		"GET / HTTP/1.1\r\nHost: a\r\n\r\n",
		"POST /a%20b?c=d&e HTTP/1.1\r\nhost: a:80\r\ncontent-length: 2\r\nConnection: Keep-Alive\r\nx_y: a\r\nX-Y: b\r\nx-y: \t c \r\n\r\nab",
		"PUT /a HTTP/1.1\r\nHost: [::1]\r\nContent-Length: 1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n",
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		p := newPlainRequest(t)
		if !p.read(text) {
			return
		}
		rest := bufio.NewReader(bytes.NewReader(text))
		want, err := http.ReadRequest(rest)
		if err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		body, err := io.ReadAll(want.Body)
		if err != nil || !bytes.Equal(body, p.body) || rest.Buffered() > 0 || want.ContentLength != p.ContentLength || len(want.TransferEncoding) > 0 {
			t.Fatalf("%q: body %q for %q, %v, %d bytes after it", text, p.body, body, err, rest.Buffered())
		}
		want.Header.Del("Connection")
		if want.Method != p.Method || want.RequestURI != p.RequestURI || want.Host != p.Host || !reflect.DeepEqual(want.URL, p.URL) || want.Close ||
			!maps.EqualFunc(want.Header, p.Header, slices.Equal[[]string]) {
			t.Fatalf("%q: %+v, want %+v", text, p.Request, want)
		}
	})
}

// FuzzPlainAnswer does so for the heads of answers.
func FuzzPlainAnswer(f *testing.F) {
	for _, head := range []string{
		"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n",
		"HTTP/1.1 304 Not Modified\r\nConnection: close\r\nX-A: b\r\n",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 2\r\nContent-Length: 2\r\n",
	} {
		f.Add(head, true)
		f.Add(head, false)
	}
	f.Fuzz(func(t *testing.T, head string, isHead bool) {
		r := &http.Request{Method: http.MethodGet}
		if isHead {
			r.Method = http.MethodHead
		}
		var p plainAnswer
		if strings.Contains(head, "\r\n\r\n") || !strings.HasSuffix(head, "\r\n") || !p.readHead(head, r) {
			return
		}
		want, err := http.ReadResponse(bufio.NewReader(strings.NewReader(head+"\r\n")), r)
		if err != nil {
			t.Fatalf("%q: %v", head, err)
		}
		got := &p.response
		if got.StatusCode != want.StatusCode || got.Close != want.Close || len(want.TransferEncoding) > 0 {
			t.Fatalf("%q: %+v, want %+v", head, got, want)
		}
		if ended := want.Body == http.NoBody; ended != p.body.ended || !ended && want.ContentLength != p.body.left {
			t.Fatalf("%q: %d bytes for %d", head, p.body.left, want.ContentLength)
		}
		want.Header.Del("Connection")
		got.Header.Del("Connection")
		if !maps.EqualFunc(want.Header, got.Header, slices.Equal[[]string]) {
			t.Fatalf("%q: %v, want %v", head, got.Header, want.Header)
		}
	})
}
