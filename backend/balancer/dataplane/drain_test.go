package dataplane_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend/balancer"
)

// An endpoint that is removed has drained when its requests have been answered, and one without any at once.
func TestDrain(t *testing.T) {
	s := newScene(t)
	came, goOn := make(chan struct{}, 1), make(chan struct{})
	server := s.server(func(http.ResponseWriter, *http.Request) {
		came <- struct{}{}
		<-goOn
	})
	s.connect(balancer.Connect{Protocol: "http"}, map[string]string{"a": server.Listener.Addr().String(), "b": s.free()})
	s.Remove(balancer.Key{Kind: balancer.KindTarget, Group: "group", ID: "b"})
	s.Drain(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		if answer, _ := s.get("/"); answer.StatusCode != http.StatusOK {
			t.Errorf("%s", answer.Status)
		}
	}()
	within(t, came)
	s.Drain(t.Context()) // of what is there nothing is waited for
	s.Remove(balancer.Key{Kind: balancer.KindTarget, Group: "group", ID: "a"})
	short, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	s.Drain(short)
	if short.Err() == nil {
		t.Error("it has drained with a request under way")
	}
	drained := make(chan struct{})
	go func() { defer close(drained); s.Drain(t.Context()) }()
	close(goOn)
	within(t, done)
	within(t, drained)
}
