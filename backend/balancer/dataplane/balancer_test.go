package dataplane_test

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend/balancer"
	"github.com/ecs-emulator/ecs-emulator/backend/balancer/dataplane"
)

const patience = 2 * time.Minute

// scene is a balancer with a listener on a port of loopback.
type scene struct {
	*testing.T
	*dataplane.Balancer
	address string // of the last port that was opened
	health  chan balancer.Health
	version int64
}

func newScene(t *testing.T) *scene {
	t.Helper()
	return newSceneWith(t, dataplane.Options{})
}

func newSceneWith(t *testing.T, options dataplane.Options) *scene {
	t.Helper()
	before := runtime.NumGoroutine()
	s := &scene{T: t, health: make(chan balancer.Health, 1000)}
	options.Listen = func(network, _ string) (net.Listener, error) {
		l, err := net.Listen(network, "127.0.0.1:0")
		if err == nil {
			s.address = l.Addr().String()
		}
		return l, err
	}
	options.ListenPacket = func(network, _ string) (net.PacketConn, error) {
		l, err := net.ListenPacket(network, "127.0.0.1:0")
		if err == nil {
			s.address = l.LocalAddr().String()
		}
		return l, err
	}
	options.Report = func(h balancer.Health) { s.health <- h }
	s.Balancer = dataplane.New(options)
	t.Cleanup(func() { s.noLeaks(before) })
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		http.DefaultTransport.(*http.Transport).CloseIdleConnections()
	})
	return s
}

// noLeaks waits until the goroutines are as many as before.
func (s *scene) noLeaks(before int) {
	for end := time.Now().Add(patience); runtime.NumGoroutine() > before; runtime.Gosched() {
		if time.Now().After(end) {
			buffer := make([]byte, 1<<20)
			s.Errorf("goroutines: %d before, %d after:\n%s", before, runtime.NumGoroutine(), buffer[:runtime.Stack(buffer, true)])
			return
		}
	}
}

// set puts a piece in place with the next version.
func (s *scene) set(p balancer.Piece) {
	s.Helper()
	s.version++
	p.Version = s.version
	if err := s.Set(p); err != nil {
		s.Fatal(err)
	}
}

func (s *scene) listen(protocol string, attributes map[string]string, rules ...balancer.Rule) {
	s.Helper()
	s.set(balancer.Piece{Listener: &balancer.Listener{ID: "listener", Port: 8080, Protocol: protocol, Rules: rules, Attributes: attributes}})
}

// group adds a group that is checked too rarely to matter.
func (s *scene) group(id string, attributes map[string]string) {
	s.Helper()
	s.set(balancer.Piece{TargetGroup: &balancer.TargetGroup{ID: id, Protocol: "HTTP", ProtocolVersion: "HTTP1", Attributes: attributes}})
}

func (s *scene) target(group, id, address string) {
	s.Helper()
	s.set(balancer.Piece{Target: &balancer.Target{Group: group, ID: id, Addr: addrPort(address)}})
}

// one is the usual scene: a listener, a group, and a target that does what is given.
func (s *scene) one(handler http.HandlerFunc) *httptest.Server {
	s.Helper()
	server := s.server(handler)
	s.group("group", nil)
	s.target("group", "a", server.Listener.Addr().String())
	s.listen("HTTP", nil, toGroup("group"))
	return server
}

func (s *scene) server(handler http.HandlerFunc) *httptest.Server {
	server := httptest.NewServer(handler)
	s.T.Cleanup(server.Close)
	return server
}

func addrPort(address string) netip.AddrPort { return netip.MustParseAddrPort(address) }

func toGroup(id string) balancer.Rule {
	return balancer.Rule{ID: "default", Action: balancer.Action{Forward: &balancer.Forward{Groups: []balancer.WeightedGroup{{Group: id, Weight: 1}}}}}
}

func (s *scene) get(path string) (*http.Response, string) {
	s.Helper()
	request, err := http.NewRequestWithContext(s.Context(), http.MethodGet, "http://"+s.address+path, nil)
	if err != nil {
		s.Fatal(err)
	}
	return s.do(request)
}

func (s *scene) Context() context.Context { return s.T.Context() }

func (s *scene) do(r *http.Request) (*http.Response, string) {
	s.Helper()
	return s.fetch(plain, r)
}

// plain follows no redirects.
var plain = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}

func (s *scene) fetch(client *http.Client, r *http.Request) (*http.Response, string) {
	s.Helper()
	answer, err := client.Do(r)
	if err != nil {
		s.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		s.Fatal(err)
	}
	return answer, string(body)
}

// raw sends bytes and returns all that comes until the connection ends or one answer is
// complete.
func (s *scene) raw(text string) (head string, body string) {
	s.Helper()
	conn, err := net.Dial("tcp", s.address)
	if err != nil {
		s.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	_ = conn.SetDeadline(time.Now().Add(patience))
	if _, err := io.WriteString(conn, text); err != nil {
		s.Fatal(err)
	}
	var seen strings.Builder
	reader := bufio.NewReader(io.TeeReader(conn, &seen))
	answer, err := http.ReadResponse(reader, nil)
	if err != nil {
		s.Fatalf("%v after %q", err, seen.String())
	}
	all, err := io.ReadAll(answer.Body)
	if err != nil {
		s.Fatal(err)
	}
	head, _, _ = strings.Cut(seen.String(), "\r\n\r\n")
	return head, string(all)
}

// until waits for a condition.
func (s *scene) until(what string, done func() bool) {
	s.Helper()
	for end := time.Now().Add(patience); !done(); s.yield() {
		if time.Now().After(end) {
			s.Fatalf("it never came to this: %s", what)
		}
	}
}

func (s *scene) yield() { runtime.Gosched() }
