package proxy

import (
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend/balancer"
	"github.com/ecs-emulator/ecs-emulator/backend/balancer/listener"
	"github.com/ecs-emulator/ecs-emulator/backend/balancer/target"
)

// A request that has begun with a listener finds its targets gone, and takes the rule that has come
// since.
func TestARequestTakesTheRuleThatHasComeMeanwhile(t *testing.T) {
	run := &listener.Runtime{Context: t.Context(), Dial: new(net.Dialer).DialContext, Now: time.Now, Log: slog.New(slog.DiscardHandler)}
	groups := map[string]*target.Group{}
	for _, name := range []string{"blue", "green"} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, name) }))
		t.Cleanup(server.Close)
		groups[name] = target.NewGroup(name)
		groups[name].Put(balancer.Target{Group: name, ID: name, Addr: netip.MustParseAddrPort(server.Listener.Addr().String()), Draining: name == "blue"}, run.Dial)
		groups[name].Renew(run.Now())
	}
	leadTo := func(name string) *listener.Listener {
		forward := &balancer.Forward{Groups: []balancer.WeightedGroup{{Group: name, Weight: 1}}, StickySeconds: 60}
		l, err := listener.New(balancer.Listener{ID: "web", Port: 80, Protocol: "HTTP", Rules: []balancer.Rule{{ID: "default", Action: balancer.Action{Forward: forward}}}}, listener.Registry{Group: func(id string) *target.Group { return groups[id] }})
		if err != nil {
			t.Fatal(err)
		}
		return l
	}
	begun := leadTo("blue")
	begun.Next.Store(leadTo("green"))
	answer := httptest.NewRecorder()
	serve(run, begun, answer, httptest.NewRequest(http.MethodGet, "/", nil))
	if answer.Code != http.StatusOK || answer.Body.String() != "green" {
		t.Errorf("it is answered %d %q", answer.Code, answer.Body)
	}
	if cookies := len(answer.Header()["Set-Cookie"]); cookies != 2 { // AWSALBTG and AWSALBTGCORS
		t.Errorf("it has %d cookies: %q", cookies, answer.Header()["Set-Cookie"])
	}
}
