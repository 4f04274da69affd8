package dataplane

import (
	"github.com/ecs-emulator/ecs-emulator/backend/balancer"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"
)

// A request that has begun with a listener finds its targets gone, and takes the rule that has come
// since.
func TestARequestTakesTheRuleThatHasComeMeanwhile(t *testing.T) {
	b := New(Options{Listen: func(string, string) (net.Listener, error) { return net.Listen("tcp", "127.0.0.1:0") }})
	t.Cleanup(func() { _ = b.Close() })
	version := int64(0)
	set := func(p balancer.Piece) {
		t.Helper()
		version++
		p.Version = version
		if err := b.Set(p); err != nil {
			t.Fatal(err)
		}
	}
	targets := map[string]*balancer.Target{}
	for _, name := range []string{"blue", "green"} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, name) }))
		t.Cleanup(server.Close)
		targets[name] = &balancer.Target{Group: name, ID: name, Addr: netip.MustParseAddrPort(server.Listener.Addr().String())}
		set(balancer.Piece{TargetGroup: &balancer.TargetGroup{ID: name, Protocol: "HTTP"}})
		set(balancer.Piece{Target: targets[name]})
	}
	leadTo := func(group string) {
		forward := &balancer.Forward{Groups: []balancer.WeightedGroup{{Group: group, Weight: 1}}, StickySeconds: 60}
		set(balancer.Piece{Listener: &balancer.Listener{ID: "web", Port: 80, Protocol: "HTTP", Rules: []balancer.Rule{{ID: "default", Action: balancer.Action{Forward: forward}}}}})
	}
	leadTo("blue")
	begun := b.sockets["web"].current.Load()
	leadTo("green")
	gone := *targets["blue"]
	gone.Draining = true
	set(balancer.Piece{Target: &gone})
	answer := httptest.NewRecorder()
	serve(&b.runtime, begun, answer, httptest.NewRequest(http.MethodGet, "/", nil))
	if answer.Code != http.StatusOK || answer.Body.String() != "green" {
		t.Errorf("it is answered %d %q", answer.Code, answer.Body)
	}
	if cookies := len(answer.Header()["Set-Cookie"]); cookies != 2 { // AWSALBTG and AWSALBTGCORS
		t.Errorf("it has %d cookies: %q", cookies, answer.Header()["Set-Cookie"])
	}
}
