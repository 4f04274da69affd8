// Package diagnosis is what `ecs-emulator doctor` finds of a machine and its container engine: one check for each thing
// that tasks need, in words for people. Who looks, and how, is in internal/host/doctor; this is the form in which
// others show it.
package diagnosis

import (
	"cmp"
	"slices"
)

// Status says how what a check is about does.
type Status string

// Values of Status, from the best to the worst.
const (
	// OK is all as it should be, or does not matter on this engine.
	OK Status = "ok"
	// Degraded is a machine on which tasks run, but not all works: the text says what does not.
	Degraded Status = "degraded"
	// Broken is a machine on which no task runs, or no client gets an answer, until what Next says is done.
	Broken Status = "broken"
)

var order = []Status{OK, Degraded, Broken}

// worse compares statuses: the worse one is greater.
func worse(a, b Status) int { return cmp.Compare(slices.Index(order, a), slices.Index(order, b)) }

// Check is what was found about one thing.
type Check struct {
	Name   string `json:"name"`
	Status Status `json:"status"`
	// Text is what was found. Unless all is well it names what does not work.
	Text string `json:"text"`
	// Next is what to do. It is empty where there is nothing to be done.
	Next string `json:"next"`
}

// Report is all checks, and the worst status of them.
type Report struct {
	Status Status  `json:"status"`
	Checks []Check `json:"checks"`
}

// Of returns the report of checks, in their order.
func Of(checks []Check) Report {
	r := Report{Status: OK, Checks: checks}
	for _, c := range checks {
		if worse(c.Status, r.Status) > 0 {
			r.Status = c.Status
		}
	}
	return r
}

// Find returns the check of a name.
func (r Report) Find(name string) (Check, bool) {
	i := slices.IndexFunc(r.Checks, func(c Check) bool { return c.Name == name })
	if i < 0 {
		return Check{}, false
	}
	return r.Checks[i], true
}

// Names are the names of all checks, in the order in which they are shown.
var Names = []string{
	"engine", "cgroup", "sandbox", "images", "ports", "ranges", "dns", "disk", "clock", "leftovers", "environment", "container", "endpoint",
}
