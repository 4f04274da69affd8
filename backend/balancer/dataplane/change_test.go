package dataplane_test

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/backend/balancer"
	"github.com/ecs-emulator/ecs-emulator/backend/balancer/dataplane"
)

// Requests go on while everything about the load balancer changes, and none fails: targets
// come and go, drained before they stop, and rules, attributes and groups are replaced.
func TestChangesFailNoRequest(t *testing.T) {
	s := newScene(t)
	s.group("group", nil)
	s.listen("HTTP", nil, toGroup("group"))
	start := func(id string) *httptest.Server {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			_, _ = w.Write(body)
		}))
		s.target("group", id, server.Listener.Addr().String())
		return server
	}
	servers := []*httptest.Server{start("0"), start("1")}
	stop := make(chan struct{})
	var clients sync.WaitGroup
	var answered atomic.Int64
	for i := range 8 {
		transport := &http.Transport{DisableKeepAlives: i%4 == 0}
		t.Cleanup(transport.CloseIdleConnections)
		clients.Go(func() {
			client := &http.Client{Transport: transport, Timeout: patience}
			body := bytes.Repeat([]byte{'x'}, 1+i*5_000)
			for {
				select {
				case <-stop:
					return
				default:
				}
				answer, err := client.Post("http://"+s.address, "text/plain", bytes.NewReader(body)) //nolint:noctx // the client has a time-out
				if err != nil {
					t.Error(err)
					return
				}
				got, err := io.ReadAll(answer.Body)
				_ = answer.Body.Close()
				if err != nil || answer.StatusCode != http.StatusOK || !bytes.Equal(got, body) {
					t.Errorf("%d, %d bytes of %d, %v", answer.StatusCode, len(got), len(body), err)
					return
				}
				answered.Add(1)
			}
		})
	}
	for round := range 20 {
		id := fmt.Sprint(round + 2)
		servers = append(servers, start(id))
		old, gone := servers[round], fmt.Sprint(round)
		key := balancer.Key{Kind: balancer.KindTarget, Group: "group", ID: gone}
		s.set(balancer.Piece{Target: &balancer.Target{Group: "group", ID: gone, Addr: addrPort(old.Listener.Addr().String()), Draining: true}})
		s.group("group", map[string]string{"load_balancing.algorithm.type": []string{"round_robin", "least_outstanding_requests"}[round%2]})
		s.listen("HTTP", map[string]string{"idle_timeout.timeout_seconds": fmt.Sprint(60 + round%3)}, toGroup("group"))
		s.until("the old target is idle", func() bool { return s.Outstanding("group", gone) == 0 })
		s.Remove(key)
		old.Close()
		for seen := answered.Load(); answered.Load() < seen+20 && !t.Failed(); {
			s.yield()
		}
	}
	close(stop)
	clients.Wait()
	for _, server := range servers {
		server.Close()
	}
}

// A request that has begun ends well though its target drains and is removed, and its
// connection is not kept.
func TestRequestsEndAfterTheirTargetWasRemoved(t *testing.T) {
	s := newScene(t)
	came, goOn := make(chan struct{}), make(chan struct{})
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		close(came)
		<-goOn
		fmt.Fprint(w, "done")
	}))
	closed := make(chan struct{})
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateClosed {
			close(closed)
		}
	}
	server.Start()
	t.Cleanup(server.Close)
	s.group("group", nil)
	s.target("group", "a", server.Listener.Addr().String())
	s.listen("HTTP", nil, toGroup("group"))
	conn := s.dial()
	fmt.Fprint(conn, "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
	within(t, came)
	s.set(balancer.Piece{Target: &balancer.Target{Group: "group", ID: "a", Addr: addrPort(server.Listener.Addr().String()), Draining: true}})
	if answer, _ := s.get("/"); answer.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("a target that drains got a request: %d", answer.StatusCode)
	}
	s.Remove(balancer.Key{Kind: balancer.KindTarget, Group: "group", ID: "a"})
	s.Remove(balancer.Key{Kind: balancer.KindTargetGroup, ID: "group"})
	s.Remove(balancer.Key{Kind: balancer.KindListener, ID: "listener"})
	close(goOn)
	if all, err := io.ReadAll(conn); err != nil || !bytes.HasSuffix(all, []byte("done")) {
		t.Errorf("%q, %v", all, err)
	}
	within(t, closed)
	if _, err := net.Dial("tcp", s.address); err == nil {
		t.Error("the port is open still")
	}
}

func TestVersions(t *testing.T) {
	s := newScene(t)
	says := func(version int64, code int) {
		t.Helper()
		rule := balancer.Rule{Action: balancer.Action{FixedResponse: &balancer.FixedResponse{StatusCode: code}}}
		if err := s.Set(balancer.Piece{Version: version, Listener: &balancer.Listener{ID: "l", Port: 80, Protocol: "HTTP", Rules: []balancer.Rule{rule}}}); err != nil {
			t.Fatal(err)
		}
	}
	key := balancer.Key{Kind: balancer.KindListener, ID: "l"}
	for _, c := range []struct {
		version  int64
		code     int
		inPlace  int64
		answered int
	}{{5, 205, 5, 205}, {4, 204, 5, 205}, {5, 206, 5, 205}, {7, 207, 7, 207}} {
		says(c.version, c.code)
		if answer, _ := s.get("/"); answer.StatusCode != c.answered || s.Versions()[key] != c.inPlace {
			t.Errorf("%+v: %d, %v", c, answer.StatusCode, s.Versions())
		}
	}
	for _, bad := range []balancer.Piece{{}, {Listener: &balancer.Listener{}}, {Target: &balancer.Target{ID: "a"}}, {Certificate: &balancer.Certificate{ID: "c"}},
		{Listener: &balancer.Listener{ID: "x", Protocol: "GENEVE"}}, {Target: &balancer.Target{ID: "a", Group: "g"}, Certificate: &balancer.Certificate{ID: "c"}}} {
		if err := s.Set(bad); err == nil {
			t.Errorf("%+v is taken", bad)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := s.Set(balancer.Piece{Version: 9, TargetGroup: &balancer.TargetGroup{ID: "g"}}); err != dataplane.ErrClosed { //nolint:errorlint // itself
		t.Errorf("after the end: %v", err)
	}
}
