package balancer_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"regexp"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend/balancer"
)

// A plain request and one on a connection that net/http has got, since it had another, go
// different ways. Target and client see no difference.
func TestPlainAndOtherConnections(t *testing.T) {
	answers := map[string]string{
		"/length":  "HTTP/1.1 200 OK\r\nDate: x\r\nContent-Length: 3\r\nKeep-Alive: timeout=5\r\nConnection: keep-alive\r\nserver: nginx\r\nSet-Cookie: a=b\r\nset-cookie: c=d\r\n\r\nabc",
		"/chunks":  "HTTP/1.1 201 Created\r\nDate: x\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\nConnection: X-Gone\r\nX-Gone: y\r\nContent-Type: text/plain\r\n\r\n3\r\nabc\r\n0\r\nX-Sum: 3\r\n\r\n",
		"/until":   "HTTP/1.0 200 OK\r\nDate: x\r\nContent-Type: a/b\r\n\r\nabc",
		"/nothing": "HTTP/1.1 204 No Content\r\nDate: x\r\n\r\n",
		"/same":    "HTTP/1.1 304 Not Modified\r\nDate: x\r\nEtag: \"a\"\r\nConnection: close\r\n\r\n",
		"/words":   "HTTP/1.1 200 Très bien\r\nDate: x\r\nX-A: ü\r\nContent-Type: a/b\r\nContent-Length: 1\r\n\r\na",
		"/strange": "HTTP/1.1 799 Strange\r\nDate: x\r\nContent-Type: a/b\r\nContent-Length: 0\r\n\r\n",
		"/switch":  "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n",
	}
	s := newScene(t)
	seen := make(chan string, 1)
	address := s.lines(func(head string, conn net.Conn) bool {
		path, _, _ := strings.Cut(strings.SplitN(head, " ", 3)[1], "?")
		seen <- head
		_, _ = io.WriteString(conn, answers[path])
		// One that ended without a word could be used again before its end is seen.
		return path != "/until" && path != "/same" && path != "/switch"
	})
	s.group("group", map[string]string{"stickiness.enabled": "true"})
	s.target("group", "a", address)
	s.listen("HTTP", map[string]string{"routing.http.response.x_frame_options.header_value": "DENY"}, toGroup("group"))
	for path := range answers {
		request := "GET " + path + "?a=%20b HTTP/1.1\r\nHost: example.com\r\nX-Forwarded-For: 1.2.3.4\r\nx-forwarded-host: h\r\nForwarded: for=x\r\n" +
			"Accept: a\r\naccept: b\r\nX-Amzn-Trace-Id: Root=1-5\r\nuser-agent: test\r\nConnection: keep-alive\r\n"
		conn, reader := s.open()
		answer := s.exchange(conn, reader, request+"\r\n")
		asked := sorted(<-seen)
		conn, reader = s.open()
		s.exchange(conn, reader, "GET /nothing HTTP/1.1\r\nHost: a\r\nPragma: a\r\n\r\n")
		<-seen
		other := s.exchange(conn, reader, request+"\r\n")
		if otherAsked := sorted(<-seen); asked != otherAsked || !strings.Contains(asked, "X-Forwarded-Host: h") {
			t.Errorf("%s: the target sees\n%s\nand of the other\n%s", path, asked, otherAsked)
		}
		if answer != other {
			t.Errorf("%s: the client sees\n%s\nand of the other\n%s", path, answer, other)
		}
	}
}

// lines answers each request without a body on a connection, as long as it is told to.
func (s *scene) lines(answer func(head string, conn net.Conn) bool) (address string) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		s.Fatal(err)
	}
	s.T.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer func() { _ = conn.Close() }()
				reader := bufio.NewReader(conn)
				for head := ""; ; {
					line, err := reader.ReadString('\n')
					if err != nil {
						return
					}
					if head += line; line == "\r\n" {
						if !answer(head, conn) {
							return
						}
						head = ""
					}
				}
			}()
		}
	}()
	return l.Addr().String()
}

var changing = regexp.MustCompile(`Self=[^;]*;|AWSALB(CORS)?=[^;]*|Expires=[^;\r]*|Date: [^\r]*`)

// sorted is a head with its fields in their order, less what is never the same.
func sorted(head string) string {
	lines := strings.Split(strings.TrimSpace(head), "\r\n")
	fields := lines[1:]
	for i := range fields {
		for j := range i {
			if fields[i] < fields[j] {
				fields[i], fields[j] = fields[j], fields[i]
			}
		}
	}
	return changing.ReplaceAllString(strings.Join(lines, "\r\n"), "")
}

func (s *scene) open() (net.Conn, *bufio.Reader) {
	conn := s.dial()
	return conn, bufio.NewReader(conn)
}

// exchange is the answer to a request, with all that there is to it.
func (s *scene) exchange(conn net.Conn, reader *bufio.Reader, request string) string {
	s.Helper()
	_, _ = io.WriteString(conn, request)
	answer, err := http.ReadResponse(reader, nil)
	if err != nil {
		s.Fatal(err)
	}
	body, err := io.ReadAll(answer.Body)
	var head strings.Builder
	_ = answer.Header.Write(&head)
	return sorted(fmt.Sprintf("%s\r\n%s\r\nbody %q, %v, %d %v, trailer %v, close %v", answer.Status, head.String(),
		body, err, answer.ContentLength, answer.TransferEncoding, answer.Trailer, answer.Close))
}

// Requests may come before the one ahead of them is answered; they are answered in turn.
func TestRequestsAhead(t *testing.T) {
	s := newScene(t)
	came, goOn := make(chan struct{}), make(chan struct{})
	s.one(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/slow" {
			came <- struct{}{}
			<-goOn
		}
		fmt.Fprint(w, r.URL.Path)
	})
	conn := s.dial()
	reader := bufio.NewReader(conn)
	read := func(want string) {
		t.Helper()
		answer, err := http.ReadResponse(reader, nil)
		if err != nil {
			t.Fatal(err)
		}
		if body, err := io.ReadAll(answer.Body); string(body) != want || err != nil {
			t.Fatalf("%q for %s, %v", body, want, err)
		}
	}
	ask := func(path string) { fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: a\r\n\r\n", path) }
	for range 3 {
		ask("/slow")
		within(t, came)
		ask("/1")
		s.until("the next has been seen", func() bool { return s.Said() > 0 })
		goOn <- struct{}{}
		read("/slow")
		read("/1")
	}
	fmt.Fprint(conn, strings.Repeat("GET /2 HTTP/1.1\r\nHost: a\r\n\r\n", 3))
	for range 3 {
		read("/2")
	}
	ask("/3")
	read("/3")
}

// A connection that has been plain may upgrade later.
func TestUpgradeOfAConnectionInUse(t *testing.T) {
	s := newScene(t)
	s.one(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Upgrade") == "" {
			return
		}
		conn, buffer, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer func() { _ = conn.Close() }()
		fmt.Fprint(conn, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
		_, _ = io.Copy(conn, buffer)
	})
	conn := s.dial()
	reader := bufio.NewReader(conn)
	for range 3 {
		fmt.Fprint(conn, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
		if answer, err := http.ReadResponse(reader, nil); err != nil || answer.StatusCode != http.StatusOK {
			t.Fatalf("%+v, %v", answer, err)
		}
	}
	fmt.Fprint(conn, "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
	if answer, err := http.ReadResponse(reader, nil); err != nil || answer.StatusCode != http.StatusSwitchingProtocols {
		t.Fatalf("%+v, %v", answer, err)
	}
	fmt.Fprint(conn, "ping\n")
	if line, err := reader.ReadString('\n'); line != "ping\n" {
		t.Fatalf("%q, %v", line, err)
	}
}

// A listener that goes closes connections without a request, and says so to those with one.
func TestListenerGone(t *testing.T) {
	s := newScene(t)
	came, goOn := make(chan struct{}), make(chan struct{})
	s.one(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/slow" {
			close(came)
			<-goOn
		}
	})
	ask := func(path string) (net.Conn, *bufio.Reader) {
		conn := s.dial()
		fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: a\r\n\r\n", path)
		return conn, bufio.NewReader(conn)
	}
	_, idle := ask("/")
	if answer, err := http.ReadResponse(idle, nil); err != nil || answer.Close {
		t.Fatalf("%+v, %v", answer, err)
	}
	_, busy := ask("/slow")
	within(t, came)
	s.Remove(balancer.Key{Kind: balancer.KindListener, ID: "listener"})
	if _, err := idle.ReadByte(); err == nil {
		t.Error("the idle one goes on")
	}
	close(goOn)
	if answer, err := http.ReadResponse(busy, nil); err != nil || answer.StatusCode != http.StatusOK || !answer.Close {
		t.Errorf("%+v, %v", answer, err)
	}
	if _, err := busy.ReadByte(); err == nil {
		t.Error("the busy one goes on")
	}
}

// Closing the balancer ends what waits: clients, targets, and connections to them.
func TestCloseInTheMiddle(t *testing.T) {
	s := newScene(t)
	came, gone := make(chan struct{}, 10), make(chan struct{}, 10)
	s.one(func(_ http.ResponseWriter, r *http.Request) {
		came <- struct{}{}
		<-r.Context().Done()
		gone <- struct{}{}
	})
	for range 10 {
		conn := s.dial()
		fmt.Fprint(conn, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
	}
	for range 10 {
		within(t, came)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	for range 10 {
		within(t, gone)
	}
}

// Closing ends the requests of a listener that has gone before, too.
func TestCloseAfterTheListener(t *testing.T) {
	for _, field := range []string{"", "Pragma: a\r\n"} { // on a plain connection, and on one of net/http
		s := newScene(t)
		came, gone := make(chan struct{}), make(chan struct{})
		s.one(func(w http.ResponseWriter, r *http.Request) {
			_ = http.NewResponseController(w).Flush()
			close(came)
			<-r.Context().Done()
			close(gone)
		})
		fmt.Fprintf(s.dial(), "GET / HTTP/1.1\r\nHost: a\r\n%s\r\n", field)
		within(t, came)
		s.Remove(balancer.Key{Kind: balancer.KindListener, ID: "listener"})
		closed := make(chan struct{})
		go func() {
			defer close(closed)
			_ = s.Close()
		}()
		within(t, gone)
		within(t, closed)
	}
}

// A mistake in serving a request ends its connection, and nothing else.
func TestMistakesStayWithTheirConnection(t *testing.T) {
	var dials atomic.Int64
	s := newSceneWith(t, balancer.Options{Dial: func(ctx context.Context, network, address string) (net.Conn, error) {
		if dials.Add(1) == 1 {
			panic("a mistake")
		}
		return new(net.Dialer).DialContext(ctx, network, address)
	}})
	s.one(func(http.ResponseWriter, *http.Request) {})
	conn := s.dial()
	fmt.Fprint(conn, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
	if _, err := conn.Read(make([]byte, 1)); err == nil {
		t.Error("there is an answer")
	}
	if answer, _ := s.get("/"); answer.StatusCode != http.StatusOK {
		t.Errorf("status %d", answer.StatusCode)
	}
	for end := time.Now().Add(patience); s.Outstanding("group", "a") != 0; runtime.Gosched() { // it is given up after its answer
		if time.Now().After(end) {
			t.Fatalf("%d requests on their way", s.Outstanding("group", "a"))
		}
	}
}
