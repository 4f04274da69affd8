package dataplane_test

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/backend/balancer"
)

// A connection in HTTP/2 to a target that is no more is closed with its last request, also
// if its group has changed meanwhile, and at once if it has none.
func TestConnectionsInHTTP2ToTargetsThatAreGone(t *testing.T) {
	for _, busy := range []bool{true, false} {
		s := newScene(t)
		came, goOn, closed := make(chan struct{}, 2), make(chan struct{}, 2), make(chan struct{}, 2)
		server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			came <- struct{}{}
			<-goOn
			fmt.Fprint(w, "done")
		}))
		server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
			if state == http.StateClosed {
				closed <- struct{}{}
			}
		}
		server.Config.Protocols = new(http.Protocols)
		server.Config.Protocols.SetUnencryptedHTTP2(true)
		server.Start()
		t.Cleanup(server.Close)
		s.set(balancer.Piece{TargetGroup: &balancer.TargetGroup{ID: "group", Protocol: "HTTP", ProtocolVersion: "HTTP2"}})
		s.target("group", "a", server.Listener.Addr().String())
		s.certificate("c", "a")
		s.listenTLS("HTTPS", nil, "c")
		client := s.secure("a", true)
		gone := func() {
			s.Remove(balancer.Key{Kind: balancer.KindTarget, Group: "group", ID: "a"})
			s.Remove(balancer.Key{Kind: balancer.KindTargetGroup, ID: "group"})
		}
		if !busy {
			goOn <- struct{}{}
		}
		done := make(chan struct{})
		go func() {
			defer close(done)
			if answer, body := s.fetch(client, s.request(http.MethodGet, "https://a/", nil)); body != "done" {
				t.Errorf("%d %q", answer.StatusCode, body)
			}
		}()
		within(t, came)
		if busy {
			gone()
			goOn <- struct{}{}
			within(t, done)
		} else {
			within(t, done)
			gone()
		}
		within(t, closed)
	}
}
