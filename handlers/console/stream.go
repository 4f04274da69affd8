package console

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"github.com/ecs-emulator/ecs-emulator/handlers/console/page"
)

// keepAlive is how often a quiet stream shows that it lives. Source: the HTML standard suggests every 15 seconds.
const keepAlive = 15 * time.Second

// stream answers with the fragments of a page as server-sent events: all of them first, unless the reader has them, and
// then those that have changed. A reader that is slow misses what was between: nothing waits for it but the newest.
func (c *Console) stream(w http.ResponseWriter, r *http.Request, to *found) {
	if site := r.Header.Get("Sec-Fetch-Site"); site != "" && site != "same-origin" {
		c.refuse(w, r, &page.Refusal{Status: http.StatusForbidden, Message: "refused: the console streams to its own pages alone"})
		return
	}
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		c.refuse(w, r, page.Invalid("the query of the address cannot be read: %v", err))
		return
	}
	s := c.join(to, query)
	defer c.leave(s)
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	defer context.AfterFunc(c.Closing, cancel)()

	last := r.Header.Get("Last-Event-ID")
	now, more := s.latest()
	for now == nil {
		select {
		case <-ctx.Done():
			return
		case <-more:
			now, more = s.latest()
		}
	}
	if now.status >= http.StatusBadRequest && last == "" {
		c.show(w, r, to) // which says what there is instead
		return
	}
	w.Header().Set("Content-Type", "text/event-stream")
	follow(ctx, w, s, now, last)
}

// follow sends frames until ctx ends or the client has gone.
func follow(ctx context.Context, w http.ResponseWriter, s *stream, now *frame, last string) {
	flush := http.NewResponseController(w).Flush
	quiet := time.NewTicker(keepAlive)
	defer quiet.Stop()
	for {
		if event := now.event(last); event != nil {
			if _, err := w.Write(event); err != nil || flush() != nil {
				return
			}
			last = now.id
			quiet.Reset(keepAlive)
		} else if flush() != nil { // the head, at first
			return
		}
		newest, more := s.latest()
		if now = newest; now.id != last {
			continue // it came while the last one was sent
		}
		for waits := true; waits; {
			select {
			case <-ctx.Done():
				return
			case <-more:
				waits = false
			case <-quiet.C:
				if _, err := w.Write([]byte(":\n\n")); err != nil || flush() != nil {
					return
				}
			}
		}
		now, _ = s.latest()
	}
}
