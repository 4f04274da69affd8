package control

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/activity"
)

type activityRoute struct {
	store   *store.Store
	journal *activity.Journal
	clock   Clock
	closing context.Context
}

// serve serves GET /_emulator/activity: what happens, in short lines for people, each an object
// of JSON: {"time": …, "tone": …, "text": …, "region": …, "account": …}. With follow=true it goes on as it happens; since
// leaves out what was before a time of the emulator's clock.
func (o activityRoute) serve(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	var since time.Time
	if text := query.Get("since"); text != "" {
		var err error
		if since, err = time.Parse(time.RFC3339Nano, text); err != nil {
			Refuse(w, http.StatusBadRequest, "since is not a time such as 2026-01-31T15:04:05Z: "+text)
			return
		}
	}
	w.Header().Set("Content-Type", "application/x-ndjson")
	w.Header().Set("Cache-Control", "no-store")
	out, flush := json.NewEncoder(w), http.NewResponseController(w).Flush
	out.SetEscapeHTML(false)
	tell := func(lines []activity.Line) error {
		for _, line := range lines {
			if err := out.Encode(line); err != nil {
				return err
			}
		}
		return flush()
	}
	feed := activity.NewFeed(o.store, o.journal, o.clock.Now)
	kept := slices.DeleteFunc(feed.Kept(), func(l activity.Line) bool { return l.At.Before(since) })
	if err := tell(kept); err != nil || query.Get("follow") != "true" {
		return // a client that went away is no concern of ours
	}
	ctx, cancel := untilClosing(r.Context(), o.closing)
	defer cancel()
	_ = feed.Follow(ctx, tell) // ends with ctx or with the client
}

// note has a journal, unless it is nil, told of what no row says.
func note(to *activity.Journal, at time.Time, tone activity.Tone, text string) {
	if to != nil {
		to.Write(activity.Line{At: at, Tone: tone, Text: text})
	}
}
