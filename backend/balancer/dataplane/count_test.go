package dataplane_test

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend/balancer"
	"github.com/ecs-emulator/ecs-emulator/backend/balancer/dataplane"
)

// Requests are counted for their group, and answers for whom they come from. All of it is counted when the client has its answer.
func TestRequestsAreCounted(t *testing.T) {
	s := newScene(t)
	s.one(func(w http.ResponseWriter, r *http.Request) {
		code := http.StatusOK
		_, _ = fmt.Sscanf(r.URL.Path, "/%d", &code)
		w.WriteHeader(code)
	})
	for _, path := range []string{"/200", "/204", "/302", "/404", "/503"} {
		s.get(path)
	}
	c := s.Counts()
	g := c.Groups["group"]
	if g.Requests != 5 || g.Answers[2] != 2 || g.Answers[3] != 1 || g.Answers[4] != 1 || g.Answers[5] != 1 || g.ConnectionErrors != 0 {
		t.Errorf("requests %+v", g)
	}
	var times, took uint64
	for _, bin := range g.Times {
		times += bin.Count
		took += bin.Nanoseconds
	}
	if times != 5 || took == 0 || time.Duration(took) > patience {
		t.Errorf("%d times, %v together", times, time.Duration(took))
	}
	if len(c.Answers) != 0 {
		t.Errorf("answers of its own: %v", c.Answers)
	}
	if c.Connections != 2 || c.ActiveConnections != 2 { // the client's and the target's
		t.Errorf("%d connections, %d active", c.Connections, c.ActiveConnections)
	}
	before := c.Bytes
	s.raw("POST /200 HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 1000\r\n\r\n" + strings.Repeat("x", 1000))
	s.until("connections end", func() bool { return s.Counts().ActiveConnections <= 2 })
	if c = s.Counts(); c.Bytes < before+1100 || c.Bytes > before+2000 || c.Connections != 3 {
		t.Errorf("%d bytes after %d, %d connections", c.Bytes, before, c.Connections)
	}
}

// What the load balancer answers by itself is no request to a target, unless it is that which has failed.
func TestOwnAnswersAreCounted(t *testing.T) {
	s := newScene(t)
	s.group("none", nil)
	s.group("gone", nil)
	s.target("gone", "a", free(t))
	fixed := balancer.Rule{ID: "fixed", Conditions: []balancer.Condition{{Field: "path-pattern", Values: []string{"/fixed"}}}, Action: balancer.Action{FixedResponse: &balancer.FixedResponse{StatusCode: 404}}}
	none := toGroup("none")
	none.Conditions = []balancer.Condition{{Field: "path-pattern", Values: []string{"/none"}}}
	s.listen("HTTP", nil, fixed, none, toGroup("gone"))
	for path, code := range map[string]int{"/fixed": 404, "/none": 503, "/gone": 502} {
		if answer, _ := s.get(path); answer.StatusCode != code {
			t.Errorf("%s answers %d", path, answer.StatusCode)
		}
	}
	s.raw("nonsense\r\n\r\n")
	c := s.Counts()
	if c.Answers[404] != 1 || c.Answers[503] != 1 || c.Answers[502] != 1 || c.Answers[400] != 1 {
		t.Errorf("answers %v", c.Answers)
	}
	if g := c.Groups["gone"]; g.Requests != 1 || g.ConnectionErrors != 1 || len(g.Answers) != 0 {
		t.Errorf("to a target that is gone: %+v", g)
	}
	if g := c.Groups["none"]; g.Requests != 0 {
		t.Errorf("without a target: %+v", g)
	}
}

func TestRequestsOfHTTP2AreCounted(t *testing.T) {
	s := newScene(t)
	client := s.overHTTP2(nil, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, strings.Repeat("x", 5000)) })
	for range 3 {
		s.fetch(client, s.request(http.MethodGet, "https://a/", nil))
	}
	c := s.Counts()
	if g := c.Groups["group"]; g.Requests != 3 || g.Answers[2] != 3 || c.Bytes < 15_000 || c.Bytes > 25_000 || c.Connections != 2 {
		t.Errorf("%+v of %d connections with %d bytes", g, c.Connections, c.Bytes)
	}
}

// Health checks are not what clients have asked for.
func TestHealthChecksAreNotCounted(t *testing.T) {
	s := newScene(t)
	server := s.server(func(http.ResponseWriter, *http.Request) {})
	s.set(balancer.Piece{TargetGroup: &balancer.TargetGroup{ID: "group", Protocol: "HTTP", ProtocolVersion: "HTTP1", HealthCheck: balancer.HealthCheck{
		Enabled: true, Protocol: "HTTP", Path: "/", IntervalSeconds: 5, TimeoutSeconds: 2, HealthyThreshold: 2, UnhealthyThreshold: 2, Matcher: "200",
	}}})
	s.target("group", "a", server.Listener.Addr().String())
	s.listen("HTTP", nil, toGroup("group"))
	<-s.health
	if c := s.Counts(); len(c.Groups) != 0 || c.Connections != 0 || c.Bytes != 0 {
		t.Errorf("%+v", c)
	}
}

func TestFlowsAreCounted(t *testing.T) {
	s := newScene(t)
	s.streamGroup(nil, s.echo())
	s.listen("TCP", nil, toGroup("group"))
	conn := s.dial()
	_, _ = io.WriteString(conn, "hello")
	_, _ = io.ReadFull(conn, make([]byte, 5))
	if f := s.Counts().Flows["tcp"]; f.New != 1 || f.Active != 1 {
		t.Errorf("one that is open: %+v", f)
	}
	_ = conn.(*net.TCPConn).CloseWrite()
	_, _ = io.ReadAll(conn)
	s.until("the flow ends", func() bool { return s.Counts().Flows["tcp"].Active == 0 })
	if f := s.Counts().Flows["tcp"]; f.New != 1 || f.Bytes != 5+5+3 {
		t.Errorf("one that has ended: %+v", f)
	}

	s.set(balancer.Piece{TargetGroup: &balancer.TargetGroup{ID: "datagrams", Protocol: "UDP"}})
	s.set(balancer.Piece{Target: &balancer.Target{Group: "datagrams", ID: "u", Addr: addrPort(s.udpTarget())}})
	s.set(balancer.Piece{Listener: &balancer.Listener{ID: "udp", Port: 53, Protocol: "UDP", Rules: []balancer.Rule{toGroup("datagrams")}}})
	asks, err := net.Dial("udp", s.address) //nolint:noctx // it sends nothing
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = asks.Close() }()
	for range 2 {
		_, _ = io.WriteString(asks, "ask")
		_, _ = asks.Read(make([]byte, 100))
	}
	if f := s.Counts().Flows["udp"]; f.New != 1 || f.Active != 1 || f.Bytes != 2*(3+3) {
		t.Errorf("datagrams: %+v", f)
	}
}

func (s *scene) udpTarget() string {
	target, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		s.Fatal(err)
	}
	s.T.Cleanup(func() { _ = target.Close() })
	go func() {
		buffer := make([]byte, 100)
		for {
			n, from, err := target.ReadFrom(buffer)
			if err != nil {
				return
			}
			_, _ = target.WriteTo(buffer[:n], from)
		}
	}()
	return target.LocalAddr().String()
}

// A group that goes and comes again goes on counting, as what was counted may not have been read.
func TestCountsOutliveTheirGroup(t *testing.T) {
	s := newScene(t)
	server := s.one(func(http.ResponseWriter, *http.Request) {})
	s.get("/")
	s.Remove(balancer.Key{Kind: balancer.KindListener, ID: "listener"})
	s.Remove(balancer.Key{Kind: balancer.KindTarget, Group: "group", ID: "a"})
	s.Remove(balancer.Key{Kind: balancer.KindTargetGroup, ID: "group"})
	if n := s.Counts().Groups["group"].Requests; n != 1 {
		t.Errorf("%d requests to a group that is gone", n)
	}
	s.group("group", nil)
	s.target("group", "a", server.Listener.Addr().String())
	s.listen("HTTP", nil, toGroup("group"))
	s.get("/")
	if n := s.Counts().Groups["group"].Requests; n != 2 {
		t.Errorf("%d requests to a group that has come again", n)
	}
}

func TestABalancerMayNotCount(t *testing.T) {
	s := newSceneWith(t, dataplane.Options{Uncounted: true})
	s.one(func(http.ResponseWriter, *http.Request) {})
	s.get("/")
	if c := s.Counts(); c != nil {
		t.Errorf("%+v", c)
	}
}
