package docker_test

import (
	"context"
	"errors"
	"net/http"
	"net/netip"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
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

// A call that was cut off has asked for a network, which the engine is still making.
func TestANetworkThatIsBeingMadeIsAwaited(t *testing.T) {
	t.Parallel()
	var lists atomic.Int32
	var owner string
	engine := fakeEngine{
		"GET /networks": func(w http.ResponseWriter, r *http.Request) {
			if lists.Add(1) < 3 {
				says(http.StatusOK, `[]`)(w, r)
				return
			}
			says(http.StatusOK, `[{"Id": "made", "Name": "vpc", "Labels": {"ecs-emulator.owner": "`+owner+`", "ecs-emulator.vpc": "vpc"},
				"IPAM": {"Config": [{"Subnet": "10.9.0.0/16", "Gateway": "10.9.0.1"}]}}]`)(w, r)
		},
		"POST /networks/create": says(http.StatusConflict, `{"message": "network with name vpc already exists"}`),
		"GET /containers/json":  says(http.StatusOK, `[]`),
	}.open(t, docker.Options{})
	owner = engine.Owner()
	id, err := engine.EnsureNetworkAlone(t.Context(), backend.NetworkSpec{Name: "vpc", CIDR: netip.MustParsePrefix("10.9.0.0/16")})
	if id != "made" || err != nil {
		t.Errorf("got %q, %v", id, err)
	}
}

// A slow engine is asked once for a network: of two with one name, no container gets on either.
func TestANetworkIsNotAskedForTwiceWhileTheEngineIsSlow(t *testing.T) {
	t.Parallel()
	var asked, made atomic.Int32
	begun, answer := make(chan struct{}), make(chan struct{})
	var owner string
	engine := fakeEngine{
		"GET /networks": func(w http.ResponseWriter, r *http.Request) {
			if made.Load() == 0 {
				says(http.StatusOK, `[]`)(w, r)
				return
			}
			says(http.StatusOK, `[{"Id": "made", "Name": "vpc", "Labels": {"ecs-emulator.owner": "`+owner+`", "ecs-emulator.vpc": "vpc"},
				"IPAM": {"Config": [{"Subnet": "10.9.0.0/16", "Gateway": "10.9.0.1"}]}}]`)(w, r)
		},
		"POST /networks/create": func(w http.ResponseWriter, r *http.Request) {
			if asked.Add(1) == 1 {
				close(begun)
				<-answer
			}
			made.Add(1)
			says(http.StatusCreated, `{"Id": "made"}`)(w, r)
		},
		"GET /containers/json": says(http.StatusOK, `[]`),
	}.open(t, docker.Options{})
	owner = engine.Owner()
	spec := backend.NetworkSpec{Name: "vpc", CIDR: netip.MustParsePrefix("10.9.0.0/16")}
	first, cut := context.WithCancel(t.Context())
	go func() { <-begun; cut() }()
	if _, err := engine.EnsureNetworkAlone(first, spec); !errors.Is(err, context.Canceled) {
		t.Errorf("a call that is cut off: %v", err)
	}
	again, over := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer over()
	if _, err := engine.EnsureNetworkAlone(again, spec); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a call while the engine is making the network: %v", err)
	}
	close(answer)
	id, err := engine.EnsureNetworkAlone(t.Context(), spec)
	if id != "made" || err != nil || made.Load() != 1 {
		t.Errorf("got %q, %v, and %d networks", id, err, made.Load())
	}
}
