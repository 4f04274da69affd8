package agent

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// shortestScrubbed is how long a value is that is kept out of texts. A shorter one, such as 1
// or yes, would be found in words that have nothing to do with it, and make them unreadable.
const shortestScrubbed = 4

// leftOut stands for the engine's words where nobody knows which values they may have.
const leftOut = "what the engine says is left out, as it may have a value that the task refers to"

// scrub has stars for the values that were read for the task, of which an engine may tell in
// its errors: it names the options of log drivers that it refuses. What an engine quotes has
// other characters. Of a container that former work has made, before it had nothing more to do or
// the emulator was started again, the values are not known any more, so nothing is told but the
// kind of the error. The lock is held.
func (w *work) scrub(text string) string {
	for i := range w.view.definitions {
		if refers(&w.view.definitions[i]) && w.view.status.Containers[i].EngineID != "" && !w.view.about(i).made {
			kind, _, found := strings.Cut(text, "Error: ")
			if found && !strings.ContainsAny(kind, " :") {
				return kind + "Error: " + leftOut
			}
			return leftOut
		}
	}
	var values []string
	note := func(whole string) {
		for _, value := range []string{whole, strings.TrimSpace(whole)} { // clients of engines trim what they say
			if len(value) < shortestScrubbed {
				continue
			}
			values = append(values, value)
			if quoted := strings.Trim(strconv.Quote(value), `"`); quoted != value {
				values = append(values, quoted)
			}
		}
	}
	for _, r := range w.view.resources.of {
		for _, v := range slices.Concat(r.files, r.secrets) {
			note(*v.Value)
		}
		for _, value := range r.logOptions {
			note(value)
		}
		if r.registry != nil {
			note(r.registry.Username)
			note(r.registry.Password)
		}
	}
	// One value may be a part of another, the rest of which would be left.
	slices.SortFunc(values, func(a, b string) int { return cmp.Compare(len(b), len(a)) })
	for _, value := range values {
		text = strings.ReplaceAll(text, value, "***")
	}
	return text
}

// said is an error of the engine for the log. The lock is not held.
func (w *work) said(err error) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.scrub(err.Error())
}
