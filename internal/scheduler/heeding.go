package scheduler

import (
	"slices"
	"sync"
)

// heeding are the services whose deployments under way depend on something else than their own rows, by
// what it is: load balancers, target groups and alarms. No other service is woken by those.
type heeding struct {
	mu       sync.Mutex
	services map[string][]string // ARNs, by that of what they heed
	heeded   map[string][]string // the other way round
}

// put notes what a service heeds. It reports whether there is something new among that: what has happened
// to it since the service was looked at has not been told to the service.
func (h *heeding) put(service string, what []string) (more bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	before := h.heeded[service]
	if len(before)+len(what) == 0 {
		return false
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

// of returns the services that heed something.
func (h *heeding) of(id string) []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.services[id])
}
