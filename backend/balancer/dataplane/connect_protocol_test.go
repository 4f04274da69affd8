package dataplane_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"regexp"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend/balancer"
	"github.com/ecs-emulator/ecs-emulator/backend/balancer/dataplane"
)

// logLines keeps an access log.
type logLines struct {
	mu sync.Mutex
	bytes.Buffer
}

func (l *logLines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.Buffer.Write(p)
}

func (l *logLines) lines() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Split(strings.TrimSuffix(l.String(), "\n"), "\n")
}

// twoProxies are a client's proxy and one before a target, to which the former leads, in one data plane.
func twoProxies(t *testing.T, protocol, target string) (*scene, *logLines) {
	t.Helper()
	log := &logLines{}
	s := newSceneWith(t, dataplane.Options{AccessLog: log})
	version := map[string]string{"http": "HTTP1", "http2": "HTTP2", "grpc": "GRPC"}[protocol]
	s.set(balancer.Piece{TargetGroup: &balancer.TargetGroup{ID: "in/api", Protocol: "HTTP", ProtocolVersion: version}})
	s.target("in/api", "task", target)
	s.set(balancer.Piece{Listener: &balancer.Listener{
		ID: "in/api", Port: 80, Protocol: "HTTP", Rules: []balancer.Rule{toGroup("in/api")},
		Connect: &balancer.Connect{Protocol: protocol, Inbound: true, RequestSeconds: 15, IdleSeconds: 300},
	}})
	s.connect(balancer.Connect{
		Protocol: protocol, RequestSeconds: 15, IdleSeconds: 300, AccessLog: &balancer.AccessLog{JSON: true},
	}, map[string]string{"a": s.address})
	return s, log
}

// unencrypted is a client of HTTP/2 by prior knowledge.
func unencrypted(t *testing.T) *http.Client {
	protocols := new(http.Protocols)
	protocols.SetUnencryptedHTTP2(true)
	transport := &http.Transport{Protocols: protocols}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}

// A stream of gRPC goes both ways through two proxies, message by message, and ends with its trailers.
func TestGRPCThroughTwoProxies(t *testing.T) {
	protocols := new(http.Protocols)
	protocols.SetUnencryptedHTTP2(true)
	target := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/grpc")
		w.Header().Set("Trailer", "Grpc-Status")
		control := http.NewResponseController(w)
		_ = control.Flush()
		piece := make([]byte, 4)
		for {
			if _, err := io.ReadFull(r.Body, piece); err != nil {
				break
			}
			_, _ = w.Write(bytes.ToUpper(piece))
			_ = control.Flush()
		}
		w.Header().Set("Grpc-Status", "0")
	}))
	target.Config.Protocols = protocols
	target.Start()
	t.Cleanup(target.Close)
	s, log := twoProxies(t, "grpc", target.Listener.Addr().String())
	in, out := io.Pipe()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+s.address+"/shop.Api/Talk", in)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/grpc")
	r.Header.Set("Te", "trailers")
	answer, err := unencrypted(t).Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	for _, word := range []string{"ping", "pong"} {
		if _, err := io.WriteString(out, word); err != nil {
			t.Fatal(err)
		}
		heard := make([]byte, 4)
		if _, err := io.ReadFull(answer.Body, heard); err != nil || string(heard) != strings.ToUpper(word) {
			t.Fatalf("%q, %v", heard, err)
		}
	}
	_ = out.Close()
	if rest, err := io.ReadAll(answer.Body); err != nil || len(rest) > 0 || answer.Trailer.Get("Grpc-Status") != "0" || answer.ProtoMajor != 2 {
		t.Errorf("%q, %v, %v", rest, err, answer.Trailer)
	}
	s.until("the stream is in the log", func() bool { return len(log.lines()[0]) > 0 })
	var line map[string]any
	if err := json.Unmarshal([]byte(log.lines()[0]), &line); err != nil {
		t.Fatal(err)
	}
	for key, want := range map[string]any{
		"grpc_status": "OK", "response_code": 200.0, "bytes_received": 8.0, "bytes_sent": 8.0, "protocol": "HTTP/2", "path": "/shop.Api/Talk", "forwarded_for": nil,
	} {
		if line[key] != want {
			t.Errorf("%s: %v, want %v", key, line[key], want)
		}
	}
	if c := s.Counts().Listeners["out/api:80"]; c.Requests != 1 || c.GRPCRequests != 1 || c.Bytes != 16 || c.Connections != 1 {
		t.Errorf("%+v", c)
	}
}

// A client of gRPC hears of a failure in a status of gRPC.
func TestGRPCWithoutEndpoints(t *testing.T) {
	s := newScene(t)
	s.connect(balancer.Connect{Protocol: "grpc"}, map[string]string{"a": s.free()})
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+s.address+"/shop.Api/Talk", strings.NewReader("hello"))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/grpc+proto")
	answer, _ := s.fetch(unencrypted(t), r)
	if h := answer.Header; answer.StatusCode != http.StatusOK || h.Get("Grpc-Status") != "14" || !strings.HasPrefix(h.Get("Grpc-Message"), "upstream connect error") {
		t.Errorf("%d %v", answer.StatusCode, h)
	}
}

// A WebSocket goes through two proxies, and through a listener that takes HTTP/2 as well.
func TestWebSocketThroughTwoProxies(t *testing.T) {
	target := (&scene{T: t}).server(func(w http.ResponseWriter, _ *http.Request) {
		conn, buffer, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer func() { _ = conn.Close() }()
		fmt.Fprint(conn, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
		_, _ = io.Copy(conn, buffer)
	})
	s, _ := twoProxies(t, "http", target.Listener.Addr().String())
	conn := s.dial()
	fmt.Fprint(conn, "GET /chat HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
	reader := bufio.NewReader(conn)
	answer, err := http.ReadResponse(reader, nil)
	if err != nil || answer.StatusCode != http.StatusSwitchingProtocols {
		t.Fatalf("%+v, %v", answer, err)
	}
	fmt.Fprint(conn, "ping\n")
	if line, err := reader.ReadString('\n'); line != "ping\n" {
		t.Fatalf("%q, %v", line, err)
	}
}

// A listener of HTTP/2 takes HTTP/1, and translates.
func TestProtocolsOfClientsAreTranslated(t *testing.T) {
	target := (&scene{T: t}).server(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, r.Proto) })
	s, _ := twoProxies(t, "http", target.Listener.Addr().String())
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+s.address, nil)
	if err != nil {
		t.Fatal(err)
	}
	if answer, body := s.fetch(unencrypted(t), r); answer.ProtoMajor != 2 || body != "HTTP/1.1" {
		t.Errorf("%s, and the target is asked in %s", answer.Proto, body)
	}
}

// A request without an answer ends after its time, whether or not its body is long in coming.
func TestTimesOfAProxy(t *testing.T) {
	for head, took := range map[string]time.Duration{
		"GET / HTTP/1.1\r\nHost: a\r\n\r\n":                         15 * time.Second,
		"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nok": 15 * time.Second,
	} {
		synctest.Test(t, func(t *testing.T) {
			silent := func(string) func(net.Conn) {
				return func(conn net.Conn) { _, _ = io.Copy(io.Discard, conn) }
			}
			e := newEndpoints(t, balancer.Connect{Protocol: "http", IdleSeconds: 300, RequestSeconds: 15}, silent, "192.0.2.10:80", "192.0.2.11:80")
			defer e.end()
			began := time.Now()
			code, body := e.ask(head)
			if code != http.StatusGatewayTimeout || body != "upstream request timeout" || time.Since(began) != took {
				t.Errorf("%d %s after %v", code, body, time.Since(began))
			}
			if n := e.count("192.0.2.10:80").Load() + e.count("192.0.2.11:80").Load(); n != 1 {
				t.Errorf("it was asked %d times", n)
			}
		})
	}
}

// Without bounds a request waits for as long as it takes.
func TestNoTimesOfAProxy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow := func(string) func(net.Conn) {
			return func(conn net.Conn) {
				time.Sleep(48 * time.Hour)
				closing("200")(conn)
			}
		}
		e := newEndpoints(t, balancer.Connect{Protocol: "http"}, slow, "192.0.2.10:80")
		defer e.end()
		if code, body := e.ask(aGet); code != http.StatusOK {
			t.Errorf("%d %s", code, body)
		}
	})
}

// Each request is a line, with its query where that is wanted.
func TestAccessLogAsText(t *testing.T) {
	log := &logLines{}
	s := newSceneWith(t, dataplane.Options{AccessLog: log, Now: func() time.Time { return time.Date(2026, 1, 2, 3, 4, 5, 6e6, time.UTC) }})
	target := s.server(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "hello") })
	address := target.Listener.Addr().String()
	for _, query := range []bool{false, true} {
		s.connect(balancer.Connect{Protocol: "http", AccessLog: &balancer.AccessLog{QueryParameters: query}}, map[string]string{"a": address})
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+s.address+"/a?b=c", strings.NewReader("abc"))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("X-Request-Id", "id")
		r.Header.Set("User-Agent", "test")
		r.Host = "api"
		s.do(r)
	}
	s.until("both are in the log", func() bool { return len(log.lines()) == 2 })
	for i, path := range []string{"/a", `/a\?b=c`} {
		want := `^\[2026-01-02T03:04:05\.006Z\] "POST ` + path + ` HTTP/1\.1" 200 3 5 \d+ \d+ "-" "test" "id" "api" "` + regexp.QuoteMeta(address) + `"$`
		if got := log.lines()[i]; !regexp.MustCompile(want).MatchString(got) {
			t.Errorf("%s", got)
		}
	}
	if c := s.Counts(); c.Listeners["out/api:80"].Requests != 2 || c.Groups["group"].Bytes != 16 {
		t.Errorf("%+v", c)
	}
}

// Connections take turns, and go elsewhere where they are refused.
func TestFlowsOfAProxy(t *testing.T) {
	log := &logLines{}
	s := newSceneWith(t, dataplane.Options{AccessLog: log})
	var mu sync.Mutex
	heard := map[string]int{}
	targets := map[string]string{"a": s.free()}
	for _, id := range []string{"b", "c"} {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = l.Close() })
		targets[id] = l.Addr().String()
		go func() {
			for {
				conn, err := l.Accept()
				if err != nil {
					return
				}
				mu.Lock()
				heard[id]++
				mu.Unlock()
				_, _ = io.Copy(conn, conn)
				_ = conn.Close()
			}
		}()
	}
	s.connect(balancer.Connect{AccessLog: &balancer.AccessLog{}}, targets)
	const flows = 12
	for range flows {
		conn := s.dial()
		fmt.Fprint(conn, "hello")
		_ = conn.(*net.TCPConn).CloseWrite()
		if got, err := io.ReadAll(conn); string(got) != "hello" {
			t.Fatalf("%q, %v", got, err)
		}
	}
	s.until("all are in the log", func() bool { return len(log.lines()) == flows })
	mu.Lock()
	defer mu.Unlock()
	if heard["b"]+heard["c"] != flows || heard["b"] < 3 || heard["c"] < 3 {
		t.Errorf("%v", heard)
	}
	if got := log.lines()[0]; !regexp.MustCompile(`^\[\S+Z\] 127\.0\.0\.1:(\d+) \d+ 5 5 \d+ - 1$`).MatchString(got) {
		t.Errorf("%s", got)
	}
	if c := s.Counts().Listeners["out/api:80"]; c.Connections != flows || c.ActiveConnections != 0 || c.Bytes != 10*flows {
		t.Errorf("%+v", c)
	}
}

// Requests go to revisions by their weights, and those with the header of tests to the new one alone.
func TestWeightsOfRevisions(t *testing.T) {
	s := newScene(t)
	for _, id := range []string{"blue", "green"} {
		server := s.server(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, id) })
		s.set(balancer.Piece{TargetGroup: &balancer.TargetGroup{ID: id, Protocol: "HTTP", ProtocolVersion: "HTTP1"}})
		s.set(balancer.Piece{Target: &balancer.Target{Group: id, ID: id, Addr: netip.MustParseAddrPort(server.Listener.Addr().String())}})
	}
	test := toGroup("green")
	test.Conditions = []balancer.Condition{{Field: "http-header", Header: "X-Amzn-Ecs-Blue-Green-Test", Values: []string{"*"}}}
	shift := func(blue, green int) {
		weights := balancer.Rule{ID: "default", Action: balancer.Action{Forward: &balancer.Forward{Groups: []balancer.WeightedGroup{{Group: "blue", Weight: blue}, {Group: "green", Weight: green}}}}}
		s.set(balancer.Piece{Listener: &balancer.Listener{ID: "out/api:80", Port: 80, Protocol: "HTTP", Rules: []balancer.Rule{test, weights}, Connect: &balancer.Connect{Protocol: "http"}}})
	}
	ask := func(n int, header string) (green int) {
		t.Helper()
		for range n {
			r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+s.address, nil)
			if err != nil {
				t.Fatal(err)
			}
			if header != "" {
				r.Header.Set(header, "yes")
			}
			if _, body := s.do(r); body == "green" {
				green++
			}
		}
		return green
	}
	shift(100, 0)
	if got := ask(50, ""); got != 0 {
		t.Errorf("%d of production go to green", got)
	}
	if got := ask(50, "X-Amzn-Ecs-Blue-Green-Test"); got != 50 {
		t.Errorf("%d of 50 tests go to green", got)
	}
	shift(80, 20)
	if got := ask(1000, ""); got < 140 || got > 260 { // five deviations
		t.Errorf("%d of 1000 go to green, want about 200", got)
	}
	shift(0, 100)
	if got := ask(50, ""); got != 50 {
		t.Errorf("%d of 50 go to green", got)
	}
}
