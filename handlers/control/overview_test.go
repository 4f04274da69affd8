package control_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ecs-emulator/ecs-emulator/handlers/control"
	elbv2 "github.com/ecs-emulator/ecs-emulator/internal/aws/elasticloadbalancingv2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/clock"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/overview"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// Ages follow a clock that is moved while nothing else changes.
func TestOverviewFollowsTheClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, now := newOverviewWorld(t, nil), clock.New(clock.Options{})
		w.handler = control.Handler(control.Options{Store: w.store, Log: slog.New(slog.DiscardHandler), Clock: now})
		c := w.stream("?follow=true")
		if got := w.values(c); len(got) != 1 {
			t.Fatalf("%d values at first", len(got))
		}
		time.Sleep(time.Minute)
		if err := now.Advance(t.Context(), time.Hour); err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * time.Second)
		if got := w.values(c); len(got) != 1 {
			t.Errorf("%d values after the clock was moved", len(got))
		}
		if err := now.SetSpeed(10); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		if got := w.values(c); len(got) != 1 {
			t.Errorf("%d values after its speed was changed", len(got))
		}
		c.leave()
		w.expectGone(c)
	})
}

// No row tells how far a pull is.
func TestOverviewFollowsPulls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, began := newOverviewWorld(t, nil), time.Now()
		w.add(1, 1)
		w.handler = control.Handler(control.Options{
			Store: w.store, Log: slog.New(slog.DiscardHandler), Clock: clock.New(clock.Options{}), Ports: func(string, bool) []control.Port { return nil },
			LoadBalancers: func() []control.LoadBalancer { return nil },
			Pulls: func(string) []overview.Pull { // for nine seconds, with news every third one
				if since := time.Since(began); since < 9*time.Second {
					return []overview.Pull{{Image: "app:1", Bytes: int64(since / (3 * time.Second)), Of: 4}}
				}
				return nil
			},
		})
		c := w.stream("?follow=true")
		time.Sleep(time.Minute)
		if got := w.values(c); len(got) != 4 { // the last one without a pull
			t.Errorf("%d values", len(got))
		}
		c.leave()
		w.expectGone(c)
	})
}

// newOverviewWorld is a store with the cluster shop, and the endpoint that shows it. Each task has a port.
func newOverviewWorld(t *testing.T, closing context.Context) *eventsWorld {
	t.Helper()
	store := newStore(t)
	w := &eventsWorld{t, store, control.Handler(control.Options{
		Store: store, Log: slog.New(slog.DiscardHandler), Closing: closing, Clock: clock.New(clock.Options{}),
		Ports: func(string, bool) []control.Port {
			return []control.Port{{Container: "app", ContainerPort: 80, Protocol: "tcp", Address: "127.0.0.1:8080"}}
		},
		LoadBalancers: func() []control.LoadBalancer {
			return []control.LoadBalancer{{Listeners: []control.Listener{{ARN: "arn:x:listener/app/web/1/2", LocalAddresses: []string{"127.0.0.1:49153"}}}}}
		},
	})}
	w.putCluster("shop")
	return w
}

func (w *eventsWorld) putCluster(name string) {
	w.Helper()
	err := w.store.Update(func(tx *store.Tx) error {
		state.Clusters.Put(tx, &state.Cluster{ARN: scope.Cluster(name), Name: name, Status: state.ClusterActive})
		return nil
	})
	if err != nil {
		w.Fatal(err)
	}
}

// stream asks for the overview until the client leaves.
func (w *eventsWorld) stream(query string, header ...string) *client {
	ctx, cancel := context.WithCancel(w.Context())
	c := &client{header: http.Header{}, leave: cancel, left: make(chan struct{}), code: http.StatusOK}
	r := httptest.NewRequestWithContext(ctx, "GET", control.Prefix+"overview"+query, nil)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	go func() {
		defer close(c.left)
		w.handler.ServeHTTP(c, r)
	}()
	return c
}

// values are the numbers of tasks of the overviews that a client has got in lines since it was asked last.
func (w *eventsWorld) values(c *client) (tasks []int) {
	w.Helper()
	synctest.Wait()
	for line := range strings.Lines(c.received()) {
		var view overview.Overview
		if err := json.Unmarshal([]byte(line), &view); err != nil {
			w.Fatalf("%v: %q", err, line)
		}
		tasks = append(tasks, view.TaskCount)
	}
	return tasks
}

func TestOverview(t *testing.T) {
	w := newOverviewWorld(t, nil)
	w.add(1, 3)
	s := httptest.NewServer(w.handler)
	defer s.Close()
	var view overview.Overview
	if code := do(t, s, "GET", "overview?cluster=shop&tasks=2", "", &view); code != http.StatusOK {
		t.Fatalf("status %d", code)
	}
	if len(view.Tasks) != 2 || view.TaskCount != 3 || view.NotAsWanted.Tasks != 3 || view.Speed != 1 || view.Now.IsZero() {
		t.Errorf("%+v", view)
	}
	if got := view.Tasks[0].Ports[0].Address; got != "127.0.0.1:8080" {
		t.Errorf("its port is %s", got)
	}
	for query, want := range map[string]int{"?cluster=none": http.StatusNotFound, "?tasks=0": http.StatusBadRequest, "?tasks=many": http.StatusBadRequest} {
		var refusal struct{ Error string }
		if code := do(t, s, "GET", "overview"+query, "", &refusal); code != want || refusal.Error == "" {
			t.Errorf("%s: %d %q", query, code, refusal.Error)
		}
	}
}

func TestOverviewHasTheAddressesOfLoadBalancers(t *testing.T) {
	w := newOverviewWorld(t, nil)
	err := w.store.Update(func(tx *store.Tx) error {
		elbv2.PutLoadBalancer(tx, &elbv2.LoadBalancer{Scope: scope, ARN: "arn:x:loadbalancer/app/web/1", Name: "web"})
		elbv2.PutListener(tx, &elbv2.Listener{Scope: scope, ARN: "arn:x:listener/app/web/1/2", LoadBalancer: "arn:x:loadbalancer/app/web/1", Port: 80})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewServer(w.handler)
	defer s.Close()
	var view overview.Overview
	do(t, s, "GET", "overview", "", &view)
	if len(view.LoadBalancers) != 1 || len(view.LoadBalancers[0].Listeners) != 1 || view.LoadBalancers[0].Listeners[0].LocalAddresses[0] != "127.0.0.1:49153" {
		t.Errorf("%+v", view.LoadBalancers)
	}
}

func TestOverviewIsFollowed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newOverviewWorld(t, nil)
		c := w.stream("?follow=true")
		expect := func(want ...int) {
			t.Helper()
			got := w.values(c)
			if len(got) != len(want) || len(got) > 0 && got[len(got)-1] != want[len(want)-1] {
				t.Errorf("values with %v tasks, want %v", got, want)
			}
		}
		expect(0)
		time.Sleep(time.Hour)
		expect() // nothing has changed
		w.add(1, 1)
		time.Sleep(100 * time.Millisecond)
		expect(1)
		for n := 2; n <= 101; n++ { // for a second
			w.add(n, n)
			time.Sleep(10 * time.Millisecond)
		}
		time.Sleep(time.Second)
		if got := w.values(c); len(got) < 2 || len(got) > 4 || got[len(got)-1] != 101 {
			t.Errorf("a hundred changes are values with %v tasks", got)
		}
		c.leave()
		w.expectGone(c)
	})
}

func TestOverviewAsServerSentEvents(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		closing, closeAll := context.WithCancel(t.Context())
		w := newOverviewWorld(t, closing)
		c := w.stream("", serverSent...)
		synctest.Wait()
		if got := c.received(); !strings.HasPrefix(got, `data: {"now":`) || !strings.HasSuffix(got, "}\n\n") {
			t.Errorf("got %q", got)
		}
		if got := c.header.Get("Content-Type"); got != "text/event-stream" {
			t.Errorf("content type %q", got)
		}
		time.Sleep(31 * time.Second)
		w.expect(c, ":\n\n:\n\n") // it shows that it lives
		closeAll()
		w.expectGone(c)
	})
}

// A stream of a cluster ends with the cluster.
func TestOverviewOfAClusterThatIsDeleted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newOverviewWorld(t, nil)
		c := w.stream("?follow=true&cluster=shop")
		synctest.Wait()
		err := w.store.Update(func(tx *store.Tx) error {
			state.Clusters.Put(tx, &state.Cluster{ARN: scope.Cluster("shop"), Name: "shop", Status: state.ClusterInactive})
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second)
		w.expectGone(c)
	})
}
