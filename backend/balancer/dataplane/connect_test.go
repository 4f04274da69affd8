package dataplane_test

import (
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/backend/balancer"
)

// connect adds a listener of a proxy of Service Connect, and the group that it leads to, with targets by their ids.
func (s *scene) connect(connect balancer.Connect, targets map[string]string) {
	s.Helper()
	version := map[string]string{"http": "HTTP1", "http2": "HTTP2", "grpc": "GRPC"}[connect.Protocol]
	protocol := "HTTP"
	if connect.Protocol == "" {
		protocol = "TCP"
	}
	s.set(balancer.Piece{TargetGroup: &balancer.TargetGroup{ID: "group", Protocol: protocol, ProtocolVersion: version}})
	for id, address := range targets {
		s.target("group", id, address)
	}
	s.set(balancer.Piece{Listener: &balancer.Listener{ID: "out/api:80", Port: 8080, Protocol: protocol, Rules: []balancer.Rule{toGroup("group")}, Connect: &connect}})
}

// free is an address where there is no listener.
func (s *scene) free() string {
	s.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		s.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}

// A request reaches its target as the client has sent it, and its answer says that Envoy has passed it on.
func TestHeadersOfAProxy(t *testing.T) {
	s := newScene(t)
	var seen *http.Request
	server := s.server(func(w http.ResponseWriter, r *http.Request) {
		seen = r
		w.Header().Set("Server", "mine")
		w.Header().Set("X-Envoy-Upstream-Service-Time", "before")
	})
	s.connect(balancer.Connect{Protocol: "http"}, map[string]string{"a": server.Listener.Addr().String()})
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+s.address+"/a%2Fb?c=d", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Host = "API.shop.local:8080"
	answer, _ := s.do(r)
	if got := answer.Header["Server"]; len(got) != 1 || got[0] != "envoy" {
		t.Errorf("server: %q", got)
	}
	if got := answer.Header["X-Envoy-Upstream-Service-Time"]; len(got) != 1 || !regexp.MustCompile(`^\d+$`).MatchString(got[0]) {
		t.Errorf("x-envoy-upstream-service-time: %q", got)
	}
	if seen.Host != "API.shop.local:8080" || seen.RequestURI != "/a%2Fb?c=d" {
		t.Errorf("the target is asked for %s of %s", seen.RequestURI, seen.Host)
	}
	for name := range seen.Header {
		if strings.HasPrefix(name, "X-Forwarded") || strings.HasPrefix(name, "X-Amzn") {
			t.Errorf("the target gets %s", name)
		}
	}
	if id := seen.Header.Get("X-Request-Id"); !regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`).MatchString(id) {
		t.Errorf("X-Request-Id: %q", id)
	}
	r.Header.Set("X-Forwarded-For", "192.0.2.1")
	r.Header.Set("X-Forwarded-Proto", "https")
	r.Header.Set("X-Request-Id", "mine")
	s.do(r)
	for name, want := range map[string]string{"X-Forwarded-For": "192.0.2.1", "X-Forwarded-Proto": "https", "X-Request-Id": "mine"} {
		if got := seen.Header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

// What an endpoint has not got is sent to another one.
func TestRetriesOfAProxy(t *testing.T) {
	s := newScene(t)
	var asked atomic.Int64
	well := s.server(func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		_, _ = io.Copy(w, r.Body)
	})
	resets := s.server(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		panic(http.ErrAbortHandler)
	})
	s.connect(balancer.Connect{Protocol: "http"}, map[string]string{"a": s.free(), "b": resets.Listener.Addr().String(), "c": well.Listener.Addr().String()})
	for range 30 {
		if answer, body := s.get("/"); answer.StatusCode != http.StatusOK {
			t.Fatalf("%d %s", answer.StatusCode, body)
		}
	}
	if n := asked.Load(); n != 30 {
		t.Errorf("the endpoint that works has got %d requests", n)
	}
}

// What the proxy of an endpoint has not brought to its container is sent to another one, and a refusal of the container
// is an answer.
func TestRetriesOfWhatAnotherProxyRefuses(t *testing.T) {
	s := newScene(t)
	well := s.server(func(http.ResponseWriter, *http.Request) {})
	var refused atomic.Int64
	reached := true
	refuses := s.server(func(w http.ResponseWriter, _ *http.Request) {
		refused.Add(1)
		w.Header().Set("Server", "envoy")
		if reached {
			w.Header().Set("X-Envoy-Upstream-Service-Time", "0")
		}
		w.WriteHeader(http.StatusServiceUnavailable)
	})
	s.connect(balancer.Connect{Protocol: "http"}, map[string]string{"a": refuses.Listener.Addr().String(), "b": well.Listener.Addr().String()})
	codes := map[int]int{}
	ask := func() {
		for range 4 { // too few to have it ejected
			answer, _ := s.get("/")
			codes[answer.StatusCode]++
		}
	}
	ask()
	if codes[http.StatusServiceUnavailable] != 2 {
		t.Errorf("the container refuses: %v", codes)
	}
	clear(codes)
	reached = false
	ask()
	if codes[http.StatusOK] != 4 || refused.Load() == 2 {
		t.Errorf("the proxy refuses: %v, %d refusals", codes, refused.Load())
	}
}

// What an endpoint may have got is not sent to another one.
func TestBodiesAreNotSentAgain(t *testing.T) {
	s := newScene(t)
	var asked atomic.Int64
	well := s.server(func(http.ResponseWriter, *http.Request) { asked.Add(1) })
	resets := s.server(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		panic(http.ErrAbortHandler)
	})
	s.connect(balancer.Connect{Protocol: "http"}, map[string]string{"a": resets.Listener.Addr().String(), "b": well.Listener.Addr().String()})
	codes := map[int]int{}
	for range 8 { // too few to have it ejected
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+s.address, strings.NewReader("all or nothing"))
		if err != nil {
			t.Fatal(err)
		}
		answer, body := s.do(r)
		codes[answer.StatusCode]++
		const want = "upstream connect error or disconnect/reset before headers. reset reason: connection termination"
		if answer.StatusCode != http.StatusOK && body != want {
			t.Errorf("%d %s", answer.StatusCode, body)
		}
	}
	if codes[http.StatusServiceUnavailable] != 4 || codes[http.StatusOK] != 4 || asked.Load() != 4 {
		t.Errorf("%v, and %d have come", codes, asked.Load())
	}
}

// A request without a body that a container has got, and not answered, is sent again by the client's proxy, if that does no
// harm.
func TestRetriesOfWhatAContainerHasGot(t *testing.T) {
	var asked atomic.Int64
	for _, protocol := range []string{"http", "http2"} {
		dies := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
			asked.Add(1)
			panic(http.ErrAbortHandler)
		}))
		dies.Config.Protocols = new(http.Protocols)
		dies.Config.Protocols.SetHTTP1(true)
		dies.Config.Protocols.SetUnencryptedHTTP2(true)
		dies.Config.ErrorLog = log.New(io.Discard, "", 0)
		dies.Start()
		t.Cleanup(dies.Close)
		s, _ := twoProxies(t, protocol, dies.Listener.Addr().String())
		for method, want := range map[string]int64{http.MethodGet: 3, http.MethodPut: 3, http.MethodPost: 1, http.MethodPatch: 1} {
			asked.Store(0)
			r, err := http.NewRequestWithContext(t.Context(), method, "http://"+s.address, nil)
			if err != nil {
				t.Fatal(err)
			}
			answer, _ := s.do(r)
			if n := asked.Load(); answer.StatusCode != http.StatusServiceUnavailable || n != want {
				t.Errorf("%s over %s: %d, and the container was asked %d times, not %d", method, protocol, answer.StatusCode, n, want)
			}
		}
	}
}

// Without an endpoint that takes a request the answer is Envoy's.
func TestAnswersOfAProxyWithoutEndpoints(t *testing.T) {
	s := newScene(t)
	s.connect(balancer.Connect{Protocol: "http"}, nil)
	expect := func(want string) {
		t.Helper()
		answer, body := s.get("/")
		if answer.StatusCode != http.StatusServiceUnavailable || body != want || answer.Header.Get("Server") != "envoy" || answer.Header.Get("Content-Type") != "text/plain" {
			t.Errorf("%d %q %v", answer.StatusCode, body, answer.Header)
		}
	}
	expect("no healthy upstream")
	s.target("group", "a", s.free())
	expect("upstream connect error or disconnect/reset before headers. retried and the latest reset reason: remote connection failure, transport failure reason: delayed connect error: 111")
	if head, body := s.raw("GET / HTTP/1.1\r\nHost: a b\r\n\r\n"); !strings.HasPrefix(head, "HTTP/1.1 400 Bad Request") || body != "Bad Request" {
		t.Errorf("%s\n%s", head, body)
	}
}

// Each endpoint gets as many requests as the others, in turn.
func TestRoundRobinOfAProxy(t *testing.T) {
	s := newScene(t)
	var counts [3]atomic.Int64
	targets := map[string]string{}
	for i, id := range []string{"a", "b", "c"} {
		server := s.server(func(http.ResponseWriter, *http.Request) { counts[i].Add(1) })
		targets[id] = server.Listener.Addr().String()
	}
	s.connect(balancer.Connect{Protocol: "http"}, targets)
	for range 30 {
		s.get("/")
	}
	for i := range counts {
		if n := counts[i].Load(); n != 10 {
			t.Errorf("endpoint %d has got %d of 30 requests", i, n)
		}
	}
}
