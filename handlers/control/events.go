package control

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/eventbridge/eventpattern"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/outbox"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

type eventRoute struct {
	store *store.Store
	// stateChange is the body of an event, as ECS or Auto Scaling sends it to EventBridge.
	stateChange func(tx *store.Tx, e outbox.Event) []byte
	closing     context.Context
}

// serve serves GET /_emulator/events: the changes of tasks, container instances, services,
// deployments and lifecycle hooks that ECS announces, and the lifecycle actions of Auto Scaling groups,
// with the bodies that EventBridge gets. Each has a sequence number; since=n asks for those after n,
// else all that are kept are sent.
//
// By default each is a line of JSON, {"sequence": 7, "event": {…}}, and with follow=true
// it goes on as they happen. With Accept: text/event-stream they are server-sent events,
// which always go on: the number is the id, so that Last-Event-ID continues a stream.
// Where events are gone that were asked for, their numbers are sent instead. With pattern, an event pattern
// of EventBridge, only the events that it matches are sent.
func (o eventRoute) serve(w http.ResponseWriter, r *http.Request) {
	stream, follow := eventWriter(lines{w}), r.URL.Query().Get("follow") == "true"
	contentType := "application/x-ndjson"
	if strings.Contains(r.Header.Get("Accept"), "text/event-stream") {
		stream, follow, contentType = serverSent{w}, true, "text/event-stream"
	}
	since, err := sinceOf(r, outbox.Newest(o.store))
	if err != nil {
		Refuse(w, http.StatusBadRequest, err.Error())
		return
	}
	pattern, err := patternOf(r)
	if err != nil {
		Refuse(w, http.StatusBadRequest, err.Error())
		return
	}
	w.Header().Set("Content-Type", contentType)
	w.Header().Set("Cache-Control", "no-store")
	reader := &eventReader{eventRoute: o, out: stream, flush: http.NewResponseController(w).Flush, since: since, pattern: pattern}
	if !follow {
		_, _ = reader.sendKept() // a client that went away is no concern of ours
		return
	}
	ctx, cancel := untilClosing(r.Context(), o.closing)
	defer cancel()
	reader.follow(ctx)
}

// sinceOf is the number after which a client wants events; nil is all that are kept. A
// number that no event has had is from before an emulator without a data directory was
// started again.
func sinceOf(r *http.Request, newest uint64) (*uint64, error) {
	if id := r.Header.Get("Last-Event-ID"); id != "" {
		since, err := strconv.ParseUint(id, 10, 64)
		switch {
		case err != nil:
			return nil, fmt.Errorf("Last-Event-ID is not the number of an event: %s", id)
		case since > newest:
			return nil, nil // a browser that connects again cannot ask for anything else
		}
		return &since, nil
	}
	text := r.URL.Query().Get("since")
	if text == "" {
		return nil, nil
	}
	since, err := strconv.ParseUint(text, 10, 64)
	switch {
	case err != nil:
		return nil, fmt.Errorf("since is not the number of an event: %s", text)
	case since > newest:
		return nil, fmt.Errorf("since=%d: the newest event has the number %d", since, newest)
	}
	return &since, nil
}

// patternOf is the pattern of the events that a client wants; nil: all.
func patternOf(r *http.Request) (*eventpattern.Pattern, error) {
	if !r.URL.Query().Has("pattern") {
		return nil, nil
	}
	return eventpattern.Parse(r.URL.Query().Get("pattern"))
}

type eventReader struct {
	eventRoute
	out   eventWriter
	flush func() error
	since *uint64 // the number of the last event sent, or asked for; nil: none yet
	// pattern is what the events have to match; nil: all do.
	pattern *eventpattern.Pattern
}

// sendKept sends what is kept and not sent yet. changed is closed when there is more.
func (r *eventReader) sendKept() (changed <-chan struct{}, err error) {
	var since uint64
	if r.since != nil {
		since = *r.since
	}
	events, oldest, changed := outbox.Since(r.store, since)
	if r.since != nil && oldest > since+1 {
		if err := r.out.gap(since+1, oldest-1); err != nil {
			return nil, err
		}
	}
	since = max(since, oldest-1)
	r.since = &since
	tx := r.store.Read()
	for _, e := range events {
		if body := r.stateChange(tx, e); r.wants(body) {
			if err := r.out.event(e.Sequence, body); err != nil {
				return nil, err
			}
		}
		since = e.Sequence
	}
	return changed, r.flush()
}

func (r *eventReader) wants(body []byte) bool {
	if r.pattern == nil {
		return true
	}
	event, err := eventpattern.NewEvent(string(body))
	return err == nil && r.pattern.Matches(event)
}

// follow sends events until ctx ends or the client has gone.
func (r *eventReader) follow(ctx context.Context) {
	quiet := time.NewTicker(keepAlive)
	defer quiet.Stop()
	for {
		changed, err := r.sendKept()
		if err != nil {
			return
		}
		quiet.Reset(keepAlive)
		if r.waitFor(ctx, changed, quiet.C) != nil {
			return
		}
	}
}

// waitFor waits for more events, and shows now and then that the stream lives.
func (r *eventReader) waitFor(ctx context.Context, changed <-chan struct{}, quiet <-chan time.Time) error {
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-changed:
			return nil
		case <-quiet:
			if err := errors.Join(r.out.alive(), r.flush()); err != nil {
				return err
			}
		}
	}
}
