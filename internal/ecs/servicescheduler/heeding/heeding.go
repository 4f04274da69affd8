// Package heeding knows which services wait for news of what is not theirs.
package heeding

import (
	"slices"
	"sync"
)

// Services are those whose deployments under way depend on something else than their own rows, by what it is: load
// balancers, target groups and alarms. No other service is woken by those. The zero value has none.
type Services struct {
	mu       sync.Mutex
	services map[string][]string // ARNs, by that of what they heed
	heeded   map[string][]string // the other way round
}

// Put notes what a service heeds. It reports whether there is something new among that: what has happened
// to it since the service was looked at has not been told to the service.
func (h *Services) Put(service string, what []string) (more bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	before := h.heeded[service]
	if len(before)+len(what) == 0 {
		return false
	}
	if h.services == nil {
		h.services, h.heeded = map[string][]string{}, map[string][]string{}
	}
	for _, id := range before {
		if !slices.Contains(what, id) {
			h.services[id] = slices.DeleteFunc(h.services[id], func(s string) bool { return s == service })
			if len(h.services[id]) == 0 {
				delete(h.services, id)
			}
		}
	}
	for _, id := range what {
		if !slices.Contains(h.services[id], service) {
			h.services[id] = append(h.services[id], service)
			more = true
		}
	}
	if h.heeded[service] = what; len(what) == 0 {
		delete(h.heeded, service)
	}
	return more
}

// Of returns the services that heed something.
func (h *Services) Of(id string) []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.services[id])
}
