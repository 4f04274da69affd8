package events

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"sync"

	"github.com/ecs-emulator/ecs-emulator/handlers/console/page"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/eventbridge/eventpattern"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/outbox"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
)

// search is what a page looks for among the events of EventBridge.
type search struct {
	scope   arn.Scope
	pattern string // empty: none
	text    string // in small letters; empty: none
}

// result are the numbers of the events that a search has found, in order.
type result struct {
	search
	upTo  uint64 // the number of the last event that it has looked at
	found []uint64
}

// mostSearches is how many results are kept: pages that are looked at ask for the same again with each change.
const mostSearches = 8

// searches keep what the last searches have found, so that each event is looked into once for each of them. An event never changes.
type searches struct {
	scope func(e outbox.Event) (of arn.Scope, ok bool)

	mu   sync.Mutex
	kept []*result // the one used last is the last one
}

// events are those that a page looks for, oldest first.
func (s *searches) events(r *page.Request, wanted search, pattern *eventpattern.Pattern) []outbox.Event {
	s.mu.Lock()
	defer s.mu.Unlock()
	known := s.find(wanted)
	all, oldest, _ := outbox.Since(r.Store, 0)
	if len(all) == 0 {
		known.found = nil
		return nil
	}
	newest := all[len(all)-1].Sequence
	if newest < known.upTo { // of another run
		*known = result{search: wanted}
	}
	known.found = slices.DeleteFunc(known.found, func(sequence uint64) bool { return sequence < oldest })
	for _, e := range all[position(all, known.upTo+1):] {
		if s.isOf(wanted.scope, r, e) && wanted.wants(r, e, pattern) {
			known.found = append(known.found, e.Sequence)
		}
	}
	known.upTo = newest
	events := make([]outbox.Event, 0, len(known.found))
	for _, sequence := range known.found {
		events = append(events, all[position(all, sequence)])
	}
	return events
}

// find returns the result of a search, which may be a new one.
func (s *searches) find(wanted search) *result {
	at := slices.IndexFunc(s.kept, func(r *result) bool { return r.search == wanted })
	if at < 0 {
		s.kept = append(s.kept, &result{search: wanted})
		s.kept = s.kept[max(0, len(s.kept)-mostSearches):]
		return s.kept[len(s.kept)-1]
	}
	known := s.kept[at]
	s.kept = append(slices.Delete(s.kept, at, at+1), known)
	return known
}

// position is where the event with a number stands, or the first one after it.
func position(all []outbox.Event, sequence uint64) int {
	at, _ := slices.BinarySearchFunc(all, sequence, func(e outbox.Event, wanted uint64) int {
		switch {
		case e.Sequence < wanted:
			return -1
		case e.Sequence > wanted:
			return 1
		}
		return 0
	})
	return at
}

// isOf reports whether an event is of an account and region. Events of the emulator itself say it in their bodies alone.
func (s *searches) isOf(scope arn.Scope, r *page.Request, e outbox.Event) bool {
	if of, ok := s.scope(e); ok {
		return of == scope
	}
	var from struct{ Account, Region string }
	return json.Unmarshal(r.Event(r.Tx, e), &from) == nil && from.Account == scope.Account && from.Region == scope.Region
}

// wants reports whether an event, as EventBridge gets it, has the text, and matches the pattern.
func (s search) wants(r *page.Request, e outbox.Event, pattern *eventpattern.Pattern) bool {
	if s.text == "" && pattern == nil {
		return true
	}
	body := r.Event(r.Tx, e)
	if s.text != "" && !bytes.Contains(bytes.ToLower(body), []byte(s.text)) {
		return false
	}
	if pattern == nil {
		return true
	}
	event, err := eventpattern.NewEvent(string(body))
	return err == nil && pattern.Matches(event)
}

// searchOf is what a request looks for. A pattern that is none is refused as AWS does it.
func searchOf(r *page.Request) (search, *eventpattern.Pattern, error) {
	wanted := search{scope: r.Scope, pattern: strings.TrimSpace(r.Query.Get("pattern")), text: strings.ToLower(r.Query.Get("q"))}
	if wanted.pattern == "" {
		return wanted, nil, nil
	}
	pattern, err := eventpattern.Parse(wanted.pattern)
	if err != nil {
		refused := page.Invalid("%s", err.Error())
		refused.Code = "InvalidEventPatternException"
		return wanted, nil, refused
	}
	return wanted, pattern, nil
}
