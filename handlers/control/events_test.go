package control_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/handlers/control"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/outbox"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// eventsWorld is a store of tasks and the endpoint that tells of their events, whose
// bodies are {"task": "<id>"}.
type eventsWorld struct {
	*testing.T
	store   *store.Store
	handler http.Handler
}

func newEventsWorld(t *testing.T, closing context.Context) *eventsWorld {
	t.Helper()
	rows := newStore(t)
	return &eventsWorld{t, rows, control.Handler(control.Options{
		Store: rows, Log: slog.New(slog.DiscardHandler), Closing: closing, Clock: fixedClock{},
		StateChange: func(tx *store.Tx, e outbox.Event) []byte {
			if state.FindTask(tx, outbox.As[state.Task](e).ARN) == nil {
				t.Errorf("event %d is told before its task is there", e.Sequence)
			}
			return fmt.Appendf(nil, `{"task":%q}`, outbox.As[state.Task](e).ARN[strings.LastIndex(outbox.As[state.Task](e).ARN, "/")+1:])
		},
	})}
}

// add adds tasks with the numbers from first to last in one transaction: an event each.
func (w *eventsWorld) add(first, last int) {
	w.Helper()
	err := w.store.Update(func(tx *store.Tx) error {
		for n := first; n <= last; n++ {
			state.AddTask(tx, &state.Task{
				ARN: scope.Task("shop", fmt.Sprint("t", n)), Spec: &state.TaskSpec{ClusterARN: scope.Cluster("shop"), CreatedAt: time.Unix(1e9, 0)},
				Status: state.TaskStatus{LastStatus: state.Provisioning},
			})
		}
		return nil
	})
	if err != nil {
		w.Fatal(err)
	}
}

// forget removes the events and leaves the tasks.
func (w *eventsWorld) forget() {
	w.Helper()
	err := w.store.Update(func(tx *store.Tx) error { outbox.Forget(tx, time.Unix(2e9, 0)); return nil })
	if err != nil {
		w.Fatal(err)
	}
}

// client is one that asks for events until it goes away.
type client struct {
	header http.Header
	leave  context.CancelFunc
	left   chan struct{} // closed when the handler has returned

	mu     sync.Mutex
	got    strings.Builder
	stalls chan struct{} // nil, or what a write waits for
	code   int
}

func (c *client) Header() http.Header { return c.header }
func (c *client) WriteHeader(code int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.code = code
}
func (c *client) Flush() {}
func (c *client) Write(b []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.stalls != nil {
		<-c.stalls
	}
	return c.got.Write(b)
}

// received is what the client got since it was asked last.
func (c *client) received() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	defer c.got.Reset()
	return c.got.String()
}

// ask sends a request; header are names and values.
func (w *eventsWorld) ask(query string, header ...string) *client {
	return w.askAs(&client{}, query, header...)
}

func (w *eventsWorld) askAs(c *client, query string, header ...string) *client {
	return w.askPath("events"+query, c, header...)
}

func (w *eventsWorld) askPath(path string, c *client, header ...string) *client {
	ctx, cancel := context.WithCancel(w.Context())
	c.header, c.leave, c.left, c.code = http.Header{}, cancel, make(chan struct{}), http.StatusOK
	r := httptest.NewRequestWithContext(ctx, "GET", control.Prefix+path, nil)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	go func() {
		defer close(c.left)
		w.handler.ServeHTTP(c, r)
	}()
	return c
}

// expect waits until nothing moves any more and compares what the client has got.
func (w *eventsWorld) expect(c *client, want string) {
	w.Helper()
	synctest.Wait()
	if got := c.received(); got != want {
		w.Errorf("got\n%swant\n%s", got, want)
	}
}

func (w *eventsWorld) expectGone(c *client) {
	w.Helper()
	synctest.Wait()
	select {
	case <-c.left:
	default:
		w.Error("the request goes on")
	}
}

var serverSent = []string{"Accept", "text/event-stream"}

func TestEventsAreLinesOfJSON(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newEventsWorld(t, nil)
		w.expect(w.ask(""), "")
		w.add(1, 3)
		all := w.ask("")
		w.expect(all, `{"sequence":1,"event":{"task":"t1"}}
{"sequence":2,"event":{"task":"t2"}}
{"sequence":3,"event":{"task":"t3"}}
`)
		w.expectGone(all)
		if got := all.header.Get("Content-Type"); got != "application/x-ndjson" {
			t.Errorf("content type %q", got)
		}
		w.expect(w.ask("?since=2"), `{"sequence":3,"event":{"task":"t3"}}`+"\n")
		w.expect(w.ask("?since=3"), "")
	})
}

func TestEventsAreFollowed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newEventsWorld(t, nil)
		w.add(1, 2)
		c := w.ask("?since=1&follow=true")
		w.expect(c, `{"sequence":2,"event":{"task":"t2"}}`+"\n")
		time.Sleep(time.Hour)
		w.expect(c, "")
		w.add(3, 3)
		w.expect(c, `{"sequence":3,"event":{"task":"t3"}}`+"\n")
		c.leave()
		w.expectGone(c)
	})
}

func TestEventsOfAPattern(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newEventsWorld(t, nil)
		w.add(1, 3)
		even := "pattern=" + url.QueryEscape(`{"task":["t2","t4"]}`)
		w.expect(w.ask("?"+even), `{"sequence":2,"event":{"task":"t2"}}`+"\n")
		follows := w.ask("?since=2&follow=true&" + even)
		browser := w.ask("?"+even, serverSent...)
		w.expect(follows, "")
		w.add(4, 6)
		w.expect(follows, `{"sequence":4,"event":{"task":"t4"}}`+"\n")
		w.expect(browser, "id: 2\ndata: {\"task\":\"t2\"}\n\nid: 4\ndata: {\"task\":\"t4\"}\n\n")
		follows.leave()
		browser.leave()

		for pattern, reason := range map[string]string{
			"":           `Filter is not an object\n at [Source: (String)\"\"; line: 1, column: 1]`,
			`{"task":1}`: `\"task\" must be an object or an array\n at [Source: (String)\"{\"task\":1}\"; line: 1, column: 10]`,
		} {
			refused := w.ask("?pattern=" + url.QueryEscape(pattern))
			synctest.Wait()
			var answer struct{ Error string }
			if err := json.Unmarshal([]byte(refused.received()), &answer); err != nil {
				t.Fatal(err)
			}
			want := "Event pattern is not valid. Reason: " + strings.NewReplacer(`\n`, "\n", `\"`, `"`).Replace(reason)
			if refused.code != http.StatusBadRequest || answer.Error != want {
				t.Errorf("%q: %d %s, not %s", pattern, refused.code, answer.Error, want)
			}
		}
	})
}

func TestEventsAsServerSent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newEventsWorld(t, nil)
		w.add(1, 1)
		c := w.ask("", serverSent...)
		w.expect(c, "id: 1\ndata: {\"task\":\"t1\"}\n\n")
		if got := c.header.Get("Content-Type"); got != "text/event-stream" {
			t.Errorf("content type %q", got)
		}
		time.Sleep(31 * time.Second)
		w.expect(c, ":\n\n:\n\n") // it shows that it lives
		w.add(2, 2)
		w.expect(c, "id: 2\ndata: {\"task\":\"t2\"}\n\n")
		c.leave()
		w.expectGone(c)

		// A browser asks for the same address again and says what it had last.
		again := w.ask("?since=0", append(serverSent, "Last-Event-ID", "1")...)
		w.expect(again, "id: 2\ndata: {\"task\":\"t2\"}\n\n")
		again.leave()
		// What it had is from before an emulator without state was started again.
		again = w.ask("", append(serverSent, "Last-Event-ID", "77")...)
		w.expect(again, "id: 1\ndata: {\"task\":\"t1\"}\n\nid: 2\ndata: {\"task\":\"t2\"}\n\n")
		again.leave()
	})
}

func TestEventsThatAreGoneAreAGap(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newEventsWorld(t, nil)
		w.add(1, 4)
		w.forget()
		w.add(5, 5)
		const five = `{"sequence":5,"event":{"task":"t5"}}` + "\n"
		w.expect(w.ask(""), five) // all that is kept has no gap
		w.expect(w.ask("?since=0"), `{"gap":{"from":1,"to":4}}`+"\n"+five)
		w.expect(w.ask("?since=3"), `{"gap":{"from":4,"to":4}}`+"\n"+five)
		w.expect(w.ask("?since=4"), five)
		browser := w.ask("?since=2", serverSent...)
		w.expect(browser, "id: 4\nevent: gap\ndata: {\"from\":3,\"to\":4}\n\nid: 5\ndata: {\"task\":\"t5\"}\n\n")
		browser.leave()
		w.forget()
		w.expect(w.ask("?since=1"), `{"gap":{"from":2,"to":5}}`+"\n")
	})
}

func TestResetIsAGapOnlyForThoseWhoAreBehind(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newEventsWorld(t, nil)
		w.add(1, 2)
		follower := w.ask("?since=1&follow=true")
		w.expect(follower, `{"sequence":2,"event":{"task":"t2"}}`+"\n")
		if err := w.store.Reset(); err != nil {
			t.Fatal(err)
		}
		w.add(3, 3)
		w.expect(follower, `{"sequence":3,"event":{"task":"t3"}}`+"\n")
		follower.leave()
		w.expect(w.ask("?since=1"), `{"gap":{"from":2,"to":2}}`+"\n"+`{"sequence":3,"event":{"task":"t3"}}`+"\n")
	})
}

// A client that reads slower than tasks change learns what it has missed. What it was
// being sent meanwhile reaches it whole.
func TestSlowFollowerIsToldOfWhatItMissed(t *testing.T) {
	const kept = 10_000
	synctest.Test(t, func(t *testing.T) {
		w := newEventsWorld(t, nil)
		w.add(1, 1)
		stalls := make(chan struct{})
		c := w.askAs(&client{stalls: stalls}, "?follow=true")
		synctest.Wait()
		w.add(2, kept+5)
		close(stalls)
		synctest.Wait()
		lines := strings.SplitAfter(c.received(), "\n")
		if want := 1 + 1 + kept + 1; len(lines) != want { // the first, the gap, the rest, and nothing
			t.Fatalf("%d lines, want %d", len(lines), want)
		}
		for i, want := range map[int]string{
			0: `{"sequence":1,"event":{"task":"t1"}}`, 1: `{"gap":{"from":2,"to":5}}`,
			2: `{"sequence":6,"event":{"task":"t6"}}`, kept + 1: `{"sequence":10005,"event":{"task":"t10005"}}`,
		} {
			if lines[i] != want+"\n" {
				t.Errorf("line %d is %q", i, lines[i])
			}
		}
		c.leave()
		w.expectGone(c)
	})
}

func TestFollowersGoWhenTheEmulatorCloses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		closing, begin := context.WithCancel(t.Context())
		w := newEventsWorld(t, closing)
		followers := []*client{w.ask("?follow=true"), w.ask("", serverSent...)}
		for _, c := range followers {
			w.expect(c, "")
		}
		begin()
		for _, c := range followers {
			w.expectGone(c)
		}
	})
}

func TestLogFollowersGoWhenTheEmulatorCloses(t *testing.T) {
	store := newStore(t)
	w := &eventsWorld{T: t, store: store}
	w.add(1, 1)
	closing, begin := context.WithCancel(t.Context())
	s := start(t, control.Options{Store: store, Closing: closing, Logs: func(ctx context.Context, _, _ string, _ backend.LogOptions) error {
		begin()
		<-ctx.Done()
		return ctx.Err()
	}})
	response, err := s.Client().Get(s.URL + control.Prefix + "logs?task=t1&follow=true")
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
}

func TestWrongSince(t *testing.T) {
	store := newStore(t)
	(&eventsWorld{T: t, store: store}).add(1, 2)
	s := start(t, control.Options{Store: store})
	for query, want := range map[string]string{
		"?since=soon":                   "since is not the number of an event: soon",
		"?since=-1":                     "since is not the number of an event: -1",
		"?since=3":                      "since=3: the newest event has the number 2",
		"?since=3&follow=true":          "since=3: the newest event has the number 2",
		"?since=9999999999999999999999": "since is not the number of an event: 9999999999999999999999",
	} {
		var r refusal
		if code := do(t, s, "GET", "events"+query, "", &r); code != 400 || r.Error != want {
			t.Errorf("%s: %d %s", query, code, r.Error)
		}
	}
	var r refusal
	if code := do(t, s, "POST", "events", "", &r); code != 405 {
		t.Errorf("POST: %d %s", code, r.Error)
	}
}
