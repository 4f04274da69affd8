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

// scrub has stars for the values that were read for the task, of which an engine may tell in
// its errors: it names the options of log drivers that it refuses. What an engine quotes has
// other characters.
func (w *work) scrub(text string) string {
	var values []string
	note := func(value string) {
		if len(value) < shortestScrubbed {
			return
		}
		values = append(values, value)
		if quoted := strings.Trim(strconv.Quote(value), `"`); quoted != value {
			values = append(values, quoted)
		}
	}
	for _, r := range w.view.resources.of {
		for _, v := range slices.Concat(r.files, r.secrets) {
			note(*v.Value)
		}
		for _, value := range r.logOptions {
			note(value)
		}
	}
	// One value may be a part of another, the rest of which would be left.
	slices.SortFunc(values, func(a, b string) int { return cmp.Compare(len(b), len(a)) })
	for _, value := range values {
		text = strings.ReplaceAll(text, value, "***")
	}
	return text
}
