package docker_test

import (
	"context"
	"errors"
	"net/http"
	"net/netip"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend/docker"
)

// A call waits for an engine that is slow with networks. Other calls wait for that one no longer than
// their own calls may take, and not at all where they ask the engine nothing.
func TestCallsDoNotWaitLongForANetworkOfOthers(t *testing.T) {
	t.Parallel()
	asked := make(chan struct{}, 1)
	engine := fakeEngine{"GET /networks": func(_ http.ResponseWriter, r *http.Request) {
		asked <- struct{}{}
		<-r.Context().Done()
	}}.open(t, docker.Options{})
	waiting, stop := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_, _ = engine.ReserveAddress(waiting, "slow", netip.Prefix{})
	}()
	defer func() { stop(); <-ended }()
	<-asked
	over, cancel := context.WithCancel(t.Context())
	cancel()
	done := make(chan error)
	go func() {
		engine.ReleaseAddress("other", netip.MustParseAddr("10.0.0.4"))
		_, err := engine.ReserveAddress(over, "other", netip.Prefix{})
		done <- err
	}()
	select {
	case err := <-done:
		if !errors.Is(err, context.Canceled) {
			t.Errorf("a call that is over: %v", err)
		}
	case <-time.After(2 * time.Minute):
		t.Error("a call that is over waits for the network of another one")
		stop() // the other one lets go
		<-done
	}
}
