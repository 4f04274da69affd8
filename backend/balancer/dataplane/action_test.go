package dataplane_test

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/backend/balancer"
)

// The bytes are those that were recorded; the order of headers is net/http's.
func TestFixedResponse(t *testing.T) {
	s := newScene(t)
	s.listen("HTTP", nil, balancer.Rule{Action: balancer.Action{FixedResponse: &balancer.FixedResponse{StatusCode: 201, ContentType: "application/json", MessageBody: `{"a":1}`}}})
	head, body := s.raw("GET /proof HTTP/1.1\r\nHost: a\r\n\r\n")
	sameHead(t, head, "HTTP/1.1 201 Created", "Server: awselb/2.0", "Date: *", "Content-Type: application/json; charset=utf-8", "Content-Length: 7", "Connection: keep-alive")
	if body != `{"a":1}` {
		t.Errorf("%q", body)
	}
}

func TestRedirect(t *testing.T) {
	s := newScene(t)
	redirect := func(r balancer.Redirect) { s.listen("HTTP", nil, balancer.Rule{Action: balancer.Action{Redirect: &r}}) }
	redirect(balancer.Redirect{Protocol: "HTTP", Host: "#{host}", Port: "#{port}", Path: "/blue/#{path}", Query: "#{query}", StatusCode: 302})
	head, body := s.raw("GET /proof?mode=native HTTP/1.1\r\nHost: example.com:8080\r\n\r\n")
	sameHead(t, head, "HTTP/1.1 302 Moved Temporarily", "Server: awselb/2.0", "Date: *", "Content-Type: text/html", "Content-Length: 110",
		"Connection: keep-alive", "Location: http://example.com:8080/blue/proof?mode=native")
	if body != "<html>\r\n<head><title>302 Found</title></head>\r\n<body>\r\n<center><h1>302 Found</h1></center>\r\n</body>\r\n</html>\r\n" {
		t.Errorf("%q", body)
	}
	for _, c := range []struct {
		balancer.Redirect
		line, location string
	}{
		{balancer.Redirect{StatusCode: 301, Protocol: "HTTPS", Port: "443"}, "301 Moved Permanently", "https://example.com:443/a%20b?c=d"},
		{balancer.Redirect{StatusCode: 302, Host: "www.#{host}", Path: "/", Query: "from=#{path}"}, "302 Moved Temporarily", "http://www.example.com:8080/?from=a%20b"},
		{balancer.Redirect{StatusCode: 302, Path: "/x/#{path}/y", Query: "z&#{query}"}, "302 Moved Temporarily", "http://example.com:8080/x/a%20b/y?z&c=d"},
	} {
		redirect(c.Redirect)
		head, _ := s.raw("GET /a%20b?c=d HTTP/1.1\r\nHost: example.com\r\n\r\n")
		if !strings.HasPrefix(head, "HTTP/1.1 "+c.line+"\r\n") || !strings.Contains(head+"\r\n", "\r\nLocation: "+c.location+"\r\n") {
			t.Errorf("want %s:\n%s", c.location, head)
		}
	}
}

func sameHead(t *testing.T, head string, want ...string) {
	t.Helper()
	lines := strings.Split(head, "\r\n")
	if lines[0] != want[0] {
		t.Errorf("%q, want %q", lines[0], want[0])
	}
	for i, line := range lines {
		if strings.HasPrefix(line, "Date: ") {
			lines[i] = "Date: *"
		}
	}
	slices.Sort(lines)
	slices.Sort(want)
	if !slices.Equal(lines, want) {
		t.Errorf("%q, want %q", lines, want)
	}
}

// The first rule that holds decides, and the last one if none does.
func TestRules(t *testing.T) {
	s := newScene(t)
	says := func(what string, conditions ...balancer.Condition) balancer.Rule {
		return balancer.Rule{ID: what, Conditions: conditions, Action: balancer.Action{FixedResponse: &balancer.FixedResponse{StatusCode: 200, MessageBody: what}}}
	}
	api := balancer.Condition{Field: "path-pattern", Values: []string{"/api/*"}}
	post := balancer.Condition{Field: "http-request-method", Values: []string{"POST"}}
	s.listen("HTTP", nil, says("both", api, post), says("api", api), says("here", balancer.Condition{Field: "source-ip", Values: []string{"127.0.0.1/32"}}, balancer.Condition{Field: "host-header", Values: []string{"here.*"}}), says("default"))
	for request, want := range map[string]string{
		"POST /api/a HTTP/1.1\r\nHost: a":              "both",
		"GET /api/a HTTP/1.1\r\nHost: a":               "api",
		"GET /API/a HTTP/1.1\r\nHost: a":               "default",
		"GET / HTTP/1.1\r\nHost: Here.org:8080":        "here",
		"GET http://here.net/api/ HTTP/1.1\r\nHost: a": "api",
	} {
		if _, body := s.raw(request + "\r\n\r\n"); body != want {
			t.Errorf("%s: %s, want %s", request, body, want)
		}
	}
	for _, bad := range []balancer.Rule{{}, {Action: balancer.Action{Redirect: &balancer.Redirect{StatusCode: 200}}}, says("x", balancer.Condition{Field: "none"})} {
		piece := balancer.Piece{Version: 100, Listener: &balancer.Listener{ID: "listener", Port: 8080, Protocol: "HTTP", Rules: []balancer.Rule{bad}}}
		if err := s.Set(piece); err == nil {
			t.Errorf("%+v is taken", bad)
		}
	}
	if _, body := s.get("/api/"); body != "api" {
		t.Errorf("after what was refused: %q", body)
	}
}

// A code that has no body has none, even if the response names one, and the next request is
// answered as such.
func TestFixedResponseWithoutContent(t *testing.T) {
	s := newScene(t)
	s.listen("HTTP", nil, balancer.Rule{ID: "default", Action: balancer.Action{FixedResponse: &balancer.FixedResponse{StatusCode: http.StatusNoContent, MessageBody: "hello"}}})
	conn := s.dial()
	reader := bufio.NewReader(conn)
	for _, more := range []string{"", "X-A: \xff\r\n", "Connection: close\r\n"} {
		fmt.Fprint(conn, "GET / HTTP/1.1\r\nHost: a\r\n"+more+"\r\n")
		answer, err := http.ReadResponse(reader, nil)
		if err != nil || answer.StatusCode != http.StatusNoContent || answer.Header["Content-Length"] != nil {
			t.Fatalf("%q: %+v, %v", more, answer, err)
		}
	}
	if rest, err := io.ReadAll(reader); len(rest) > 0 || err != nil {
		t.Errorf("%q, %v", rest, err)
	}
}

// A target gets the name that was asked for in small letters, and the load balancer's where
// none was.
func TestHostsOfRequests(t *testing.T) {
	s := newScene(t)
	s.one(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, r.Host) })
	s.set(balancer.Piece{Listener: &balancer.Listener{ID: "listener", Port: 80, Protocol: "HTTP", Host: "lb.example", Rules: []balancer.Rule{toGroup("group")}}})
	for request, want := range map[string]string{
		"GET / HTTP/1.1\r\nHost: Example.COM\r\n\r\n": "example.com",
		"GET / HTTP/1.0\r\n\r\n":                      "lb.example",
		"GET / HTTP/1.0\r\nHost: A\r\n\r\n":           "a",
	} {
		if _, got := s.raw(request); got != want {
			t.Errorf("%q: %q, want %q", request, got, want)
		}
	}
}

func TestForwardedHeaders(t *testing.T) {
	s := newScene(t)
	seen := make(chan *http.Request, 1)
	s.one(func(_ http.ResponseWriter, r *http.Request) { seen <- r })
	ask := func(attributes map[string]string, headers string) *http.Request {
		s.listen("HTTP", attributes, toGroup("group"))
		s.raw("GET / HTTP/1.1\r\nHost: example.com\r\n" + headers + "\r\n")
		return <-seen
	}
	const mode = "routing.http.xff_header_processing.mode"
	for _, c := range []struct {
		attributes   map[string]string
		headers      string
		forwardedFor []string
	}{
		{nil, "", []string{"127.0.0.1"}},
		{nil, "X-Forwarded-For: 1.2.3.4, 5.6.7.8\r\n", []string{"1.2.3.4, 5.6.7.8, 127.0.0.1"}},
		{nil, "X-Forwarded-For:\r\n", []string{"127.0.0.1"}},
		{map[string]string{mode: "preserve"}, "X-Forwarded-For: 1.2.3.4\r\n", []string{"1.2.3.4"}},
		{map[string]string{mode: "preserve"}, "", nil},
		{map[string]string{mode: "remove"}, "X-Forwarded-For: 1.2.3.4\r\n", nil},
	} {
		r := ask(c.attributes, c.headers+"X-Forwarded-Proto: https\r\nX-Forwarded-Port: 443\r\nx-forwarded-host: b\r\nForwarded: for=c\r\n")
		if got := r.Header["X-Forwarded-For"]; !slices.Equal(got, c.forwardedFor) {
			t.Errorf("%v %q: %q, want %q", c.attributes, c.headers, got, c.forwardedFor)
		}
		if r.Header.Get("X-Forwarded-Proto") != "http" || r.Header.Get("X-Forwarded-Port") != "8080" {
			t.Errorf("%v", r.Header)
		}
		if r.Header.Get("X-Forwarded-Host") != "b" || r.Header.Get("Forwarded") != "for=c" { // as they came
			t.Errorf("%v", r.Header)
		}
	}
	if got := ask(map[string]string{"routing.http.xff_client_port.enabled": "true"}, "").Header.Get("X-Forwarded-For"); !strings.HasPrefix(got, "127.0.0.1:") {
		t.Errorf("with its port: %q", got)
	}
	if got := ask(nil, "").Host; got != "example.com:8080" {
		t.Errorf("host %q", got)
	}
	if got := ask(map[string]string{"routing.http.preserve_host_header.enabled": "true"}, "").Host; got != "example.com" {
		t.Errorf("the host that is preserved: %q", got)
	}
	r := ask(map[string]string{"routing.http.drop_invalid_header_fields.enabled": "true"}, "X_A: 1\r\nX-B: 2\r\n")
	if r.Header.Get("X_a") != "" || r.Header.Get("X-B") != "2" {
		t.Errorf("%v", r.Header)
	}
	if r := ask(nil, "X_A: 1\r\nConnection: X-C\r\nX-C: 3\r\nUser-Agent:\r\n"); r.Header.Get("X_a") != "1" || r.Header.Get("X-C") != "" || r.UserAgent() != "" {
		t.Errorf("%v", r.Header)
	}
	head, _ := s.raw("GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 1.1.1.1" + strings.Repeat(",1.1.1.1", 30) + "\r\n\r\n")
	if !strings.HasPrefix(head, "HTTP/1.1 463 ") {
		t.Errorf("31 addresses: %q", head)
	}
}

func TestTraceID(t *testing.T) {
	s := newScene(t)
	s.one(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, r.Header.Get("X-Amzn-Trace-Id")) })
	const old = "1-67891233-abcdef012345678912345678"
	for given, want := range map[string]string{
		"":                                 "Root=*",
		"Root=" + old:                      "Self=*;Root=" + old,
		"Self=1-a-b;Root=" + old + ";By=a": "Self=*;Root=" + old + ";By=a",
		"By=a":                             "Root=*;By=a",
	} {
		_, body := s.raw("GET / HTTP/1.1\r\nHost: a\r\nX-Amzn-Trace-Id: " + given + "\r\n\r\n")
		name, rest, _ := strings.Cut(body, "=")
		own, rest, more := strings.Cut(rest, ";")
		got := name + "=*"
		if more {
			got += ";" + rest
		}
		if got != want || len(own) != len(old) || own == old {
			t.Errorf("%q: %q, want %q", given, body, want)
		}
	}
}

func TestResponseHeaders(t *testing.T) {
	s := newScene(t)
	s.one(func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Server", "target") })
	if answer, _ := s.get("/"); answer.Header.Get("Server") != "target" {
		t.Errorf("%v", answer.Header)
	}
	s.listen("HTTP", map[string]string{
		"routing.http.response.server.enabled":                         "false",
		"routing.http.response.strict_transport_security.header_value": "max-age=1",
		"routing.http.response.x_frame_options.header_value":           "",
	}, toGroup("group"))
	answer, _ := s.get("/")
	if answer.Header.Get("Server") != "" || answer.Header.Get("Strict-Transport-Security") != "max-age=1" || answer.Header["X-Frame-Options"] != nil {
		t.Errorf("%v", answer.Header)
	}
}
