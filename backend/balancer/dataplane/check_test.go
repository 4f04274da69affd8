package dataplane_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend/balancer"
	"github.com/ecs-emulator/ecs-emulator/backend/balancer/dataplane"
)

// handClock is moved by hand.
type handClock struct {
	mu     sync.Mutex
	now    time.Time
	timers map[*handTimer]bool
}

type handTimer struct {
	due time.Time
	f   func()
}

func newHandClock() *handClock {
	return &handClock{now: time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC), timers: map[*handTimer]bool{}}
}

func (c *handClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *handClock) AfterFunc(d time.Duration, f func()) (stop func() bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	t := &handTimer{c.now.Add(d), f}
	c.timers[t] = true
	return func() bool {
		c.mu.Lock()
		defer c.mu.Unlock()
		was := c.timers[t]
		delete(c.timers, t)
		return was
	}
}

// advance rings what is due.
func (c *handClock) advance(d time.Duration) {
	c.mu.Lock()
	c.now = c.now.Add(d)
	var due []*handTimer
	for t := range c.timers {
		if !t.due.After(c.now) {
			due = append(due, t)
			delete(c.timers, t)
		}
	}
	c.mu.Unlock()
	for _, t := range due {
		t.f()
	}
}

// clinic is a scene whose health checks go by hand.
type clinic struct {
	*scene
	clock *handClock
}

func newClinic(t *testing.T) clinic {
	clock := newHandClock()
	return clinic{newSceneWith(t, dataplane.Options{Now: clock.Now, AfterFunc: clock.AfterFunc}), clock}
}

func (c clinic) checked(h balancer.HealthCheck, version string) {
	c.Helper()
	h.Enabled, h.IntervalSeconds, h.TimeoutSeconds = true, 5, 2
	h.HealthyThreshold, h.UnhealthyThreshold = 2, 2
	c.set(balancer.Piece{TargetGroup: &balancer.TargetGroup{ID: "group", Protocol: "HTTP", ProtocolVersion: version, HealthCheck: h}})
}

// step lets the time of one interval pass, and waits until the checks are over.
func (c clinic) step(d time.Duration) {
	c.Helper()
	c.clock.advance(d)
	c.until("no check is in progress", func() bool { return c.Checking() == 0 })
}

// is compares what is known of the target with what is said of it.
func (c clinic) is(state, reason, text string) {
	c.Helper()
	list := c.Health()
	if len(list) != 1 || list[0].State != state || list[0].Reason != reason || list[0].Description != text {
		c.Errorf("%+v, want %s %s %q", list, state, reason, text)
	}
}

const (
	registering     = "Elb.RegistrationInProgress"
	registeringText = "Target registration is in progress"
)

func TestHTTPChecks(t *testing.T) {
	c := newClinic(t)
	var code atomic.Int64
	code.Store(200)
	server := c.server(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/health" || r.UserAgent() != "ELB-HealthChecker/2.0" || r.Host == "" || !r.Close {
			t.Errorf("%s %v", r.URL, r.Header)
		}
		w.WriteHeader(int(code.Load()))
	})
	c.checked(balancer.HealthCheck{Protocol: "HTTP", Path: "/health", Matcher: "200-204"}, "HTTP1")
	c.target("group", "a", server.Listener.Addr().String())
	c.step(time.Minute)
	c.is("initial", registering, registeringText) // no listener uses the group: nothing checks it
	c.listen("HTTP", nil, toGroup("group"))
	c.is("initial", registering, registeringText)
	c.step(0)
	c.is("healthy", "", "")
	if h := <-c.health; h.State != "healthy" || h.Group != "group" || h.Target != "a" || !h.At.Equal(c.clock.Now()) {
		t.Errorf("%+v", h)
	}
	code.Store(502)
	c.step(4 * time.Second)
	c.step(time.Second)
	c.is("healthy", "", "")
	c.step(5 * time.Second)
	c.is("unhealthy", "Target.ResponseCodeMismatch", "Health checks failed with these codes: [502]")
	code.Store(503)
	c.step(5 * time.Second)
	c.is("unhealthy", "Target.ResponseCodeMismatch", "Health checks failed with these codes: [503]")
	code.Store(204)
	c.step(5 * time.Second)
	c.is("unhealthy", "Target.ResponseCodeMismatch", "Health checks failed with these codes: [503]")
	c.step(5 * time.Second)
	c.is("healthy", "", "")
	server.Close()
	c.step(5 * time.Second)
	c.step(5 * time.Second)
	c.is("unhealthy", "Target.FailedHealthChecks", "Health checks failed")
	for _, state := range []string{"unhealthy", "unhealthy", "healthy", "unhealthy"} {
		if h := <-c.health; h.State != state {
			t.Errorf("%+v, want %s", h, state)
		}
	}
}

// The recorded times of a target that refuses: at 0.1 s and 5.1 s it is initial, at 10.3 s
// unhealthy.
func TestTargetsThatRefuse(t *testing.T) {
	c := newClinic(t)
	c.checked(balancer.HealthCheck{Protocol: "TCP"}, "")
	c.listen("HTTP", nil, toGroup("group"))
	c.target("group", "a", free(t))
	c.step(100 * time.Millisecond)
	c.is("initial", registering, registeringText)
	c.step(5 * time.Second)
	c.is("initial", registering, registeringText)
	c.step(5 * time.Second)
	c.step(200 * time.Millisecond)
	c.is("unhealthy", "Target.FailedHealthChecks", "Health checks failed")
}

func TestChecksThatTimeOut(t *testing.T) {
	clock := newHandClock()
	s := newSceneWith(t, dataplane.Options{Now: clock.Now, AfterFunc: clock.AfterFunc, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return nil, &net.OpError{Op: "dial", Err: context.DeadlineExceeded}
	}})
	c := clinic{s, clock}
	c.checked(balancer.HealthCheck{Protocol: "HTTPS", Path: "/"}, "HTTP1")
	c.listen("HTTP", nil, toGroup("group"))
	c.target("group", "a", "127.0.0.1:1")
	c.step(0)
	c.step(5 * time.Second)
	c.step(5 * time.Second)
	c.is("unhealthy", "Target.Timeout", "Request timed out")
}

func TestChecksOfOtherKinds(t *testing.T) {
	plain := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	secure := httptest.NewTLSServer(plain.Config.Handler)
	http2 := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/AWS.ALB/healthcheck" {
			w.Header().Set("Content-Type", "application/grpc")
			w.Header().Set(http.TrailerPrefix+"Grpc-Status", "12")
		}
		if r.ProtoMajor != 2 || (r.Method == http.MethodPost) != (r.URL.Path == "/AWS.ALB/healthcheck") {
			t.Errorf("%s %s %s", r.Method, r.URL, r.Proto)
		}
	}))
	http2.Config.Protocols = new(http.Protocols)
	http2.Config.Protocols.SetUnencryptedHTTP2(true)
	http2.Start()
	for _, server := range []*httptest.Server{plain, secure, http2} {
		t.Cleanup(server.Close)
	}
	port := func(s *httptest.Server) uint16 { return netip.MustParseAddrPort(s.Listener.Addr().String()).Port() }
	for name, each := range map[string]struct {
		balancer.HealthCheck
		version string
	}{
		"TCP":   {balancer.HealthCheck{Protocol: "TCP", Port: port(plain)}, "HTTP1"},
		"HTTP":  {balancer.HealthCheck{Protocol: "HTTP", Port: port(plain)}, "HTTP1"},
		"HTTPS": {balancer.HealthCheck{Protocol: "HTTPS", Port: port(secure), Path: "/"}, "HTTP1"},
		"HTTP2": {balancer.HealthCheck{Protocol: "HTTP", Port: port(http2), Path: "/"}, "HTTP2"},
		"gRPC":  {balancer.HealthCheck{Protocol: "HTTP", Port: port(http2)}, "GRPC"},
	} {
		t.Run(name, func(t *testing.T) {
			c := newClinic(t)
			c.checked(each.HealthCheck, each.version)
			c.listen("HTTP", nil, toGroup("group"))
			c.target("group", "a", "127.0.0.1:1") // another port is checked than gets requests
			c.step(0)
			c.is("healthy", "", "")
		})
	}
}

// Where connections begin with a header of the PROXY protocol, so do those of checks, which
// name no client.
func TestChecksWithTheProxyProtocol(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	said := make(chan string, 2)
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			head := make([]byte, 16)
			_, _ = io.ReadFull(conn, head)
			said <- string(head)
			if r, err := http.ReadRequest(bufio.NewReader(conn)); err == nil && r.URL.Path == "/health" {
				_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\n\r\n")
			}
			_ = conn.Close()
		}
	}()
	for _, protocol := range []string{"TCP", "HTTP"} {
		c := newClinic(t)
		c.set(balancer.Piece{TargetGroup: &balancer.TargetGroup{
			ID: "group", Protocol: "TCP", Attributes: map[string]string{"proxy_protocol_v2.enabled": "true"},
			HealthCheck: balancer.HealthCheck{Enabled: true, Protocol: protocol, Path: "/health", IntervalSeconds: 5, TimeoutSeconds: 2, HealthyThreshold: 2, UnhealthyThreshold: 2},
		}})
		c.listen("TCP", nil, toGroup("group"))
		c.target("group", "a", l.Addr().String())
		c.step(0)
		c.is("healthy", "", "")
		if got := <-said; got != "\r\n\r\n\x00\r\nQUIT\n\x20\x00\x00\x00" {
			t.Errorf("%s: %q", protocol, got)
		}
	}
}

// What is unhealthy gets no requests, and what is initial none beside a healthy one; where
// none is healthy all get them.
func TestRequestsFollowHealth(t *testing.T) {
	c := newClinic(t)
	var sick [3]atomic.Bool
	c.checked(balancer.HealthCheck{Protocol: "HTTP", Path: "/health"}, "HTTP1")
	for i := range sick {
		server := c.server(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/health" && sick[i].Load() {
				w.WriteHeader(http.StatusServiceUnavailable)
			}
			fmt.Fprint(w, i)
		})
		c.target("group", fmt.Sprint(i), server.Listener.Addr().String())
	}
	c.listen("HTTP", nil, toGroup("group"))
	get := func(want ...string) {
		t.Helper()
		got := map[string]int{}
		for range 30 {
			_, name := c.get("/")
			got[name]++
		}
		for _, name := range want {
			if got[name] != 30/len(want) {
				t.Errorf("%v, want %v", got, want)
			}
		}
	}
	get("0", "1", "2") // all are initial
	sick[0].Store(true)
	c.step(0)
	get("1", "2")
	sick[1].Store(true)
	c.step(5 * time.Second)
	c.step(5 * time.Second)
	get("2")
	sick[2].Store(true)
	c.step(5 * time.Second)
	c.step(5 * time.Second)
	get("0", "1", "2") // fails open
	sick[1].Store(false)
	c.step(5 * time.Second)
	c.step(5 * time.Second)
	get("1")
}

// A target that drains, is removed, or whose group is used no more is not checked.
func TestWhoIsChecked(t *testing.T) {
	c := newClinic(t)
	var checks atomic.Int64
	server := c.server(func(http.ResponseWriter, *http.Request) { checks.Add(1) })
	address := server.Listener.Addr().String()
	c.checked(balancer.HealthCheck{Protocol: "HTTP"}, "HTTP1")
	c.target("group", "a", address)
	c.listen("HTTP", nil, toGroup("group"))
	steps := func(want int64) {
		t.Helper()
		before := checks.Load()
		for range 3 {
			c.step(5 * time.Second)
		}
		if n := checks.Load() - before; n != want {
			t.Errorf("%d checks, want %d", n, want)
		}
	}
	steps(3)
	drain := balancer.Target{Group: "group", ID: "a", Addr: addrPort(address), Draining: true}
	c.set(balancer.Piece{Target: &drain})
	steps(0)
	c.target("group", "a", address) // registered again while it drains
	c.is("initial", registering, registeringText)
	steps(3)
	c.is("healthy", "", "")
	c.listen("HTTP", nil, toGroup("other"))
	steps(0)
	c.listen("HTTP", nil, toGroup("group"))
	steps(3)
	c.Remove(balancer.Key{Kind: balancer.KindTarget, Group: "group", ID: "a"})
	steps(0)
	c.set(balancer.Piece{Target: &balancer.Target{Group: "group", ID: "b", Addr: addrPort(address), Healthy: true}})
	c.is("healthy", "", "") // as it was before the balancer was there
}
