package executionresource

import (
	"cmp"
	"encoding/base64"
	"slices"
	"strconv"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sorting"
)

// shortestScrubbed is how long a value is that is kept out of texts. A shorter one, such as 1
// or yes, would be found in words that have nothing to do with it, and make them unreadable.
const shortestScrubbed = 4

// Scrub has stars for the values that were read, of which an engine may tell in its errors: it
// names the options of log drivers that it refuses. What an engine quotes has other characters.
func Scrub(all map[string]Resources, text string) string {
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
	for _, r := range all {
		for _, v := range slices.Concat(r.Files, r.Secrets) {
			note(*v.Value)
		}
		for _, value := range r.LogOptions {
			note(value)
		}
		if r.Registry != nil {
			if !strings.Contains(r.image, r.Registry.Username) { // as accounts of Docker Hub are, so all know it
				note(r.Registry.Username)
			}
			note(r.Registry.Password)
			note(base64.StdEncoding.EncodeToString([]byte(r.Registry.Username + ":" + r.Registry.Password))) // as it is sent
		}
	}
	// One value may be a part of another, the rest of which would be left.
	sorting.By(values, func(a, b string) int { return cmp.Compare(len(b), len(a)) })
	for _, value := range values {
		text = strings.ReplaceAll(text, value, "***")
	}
	return text
}
