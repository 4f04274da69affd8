package control

import (
	"encoding/json"
	"net/http"
	"slices"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/ecs/activity"
)

// activity serves GET /_emulator/activity: what happens, in short lines for people, each an object
// of JSON: {"time": …, "tone": …, "text": …, "region": …, "account": …}. With follow=true it goes on as it happens; since
// leaves out what was before a time of the emulator's clock.
func (a *api) activity(w http.ResponseWriter, r *http.Request) {
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
	feed := activity.NewFeed(a.Store, &a.journal, a.Clock.Now)
	kept := slices.DeleteFunc(feed.Kept(), func(l activity.Line) bool { return l.At.Before(since) })
	if err := tell(kept); err != nil || query.Get("follow") != "true" {
		return // a client that went away is no concern of ours
	}
	ctx, cancel := a.untilClosing(r.Context())
	defer cancel()
	_ = feed.Follow(ctx, tell) // ends with ctx or with the client
}

// note has followers told of what no row says.
func (a *api) note(tone activity.Tone, text string) {
	a.journal.Write(activity.Line{At: a.Clock.Now(), Tone: tone, Text: text})
}
