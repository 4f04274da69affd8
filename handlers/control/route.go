package control

import (
	"net/http"
	"slices"
	"strings"
)

// Prefix is where the paths of this package begin.
const Prefix = "/_emulator/"

// Route is a path below Prefix that a capability brings, and what answers there.
type Route struct {
	Path string // without Prefix, such as deliveries; several may share one, each with other methods
	// Methods are those that it answers; others get status 405.
	Methods []string
	Serve   http.HandlerFunc
}

// reading are the methods of a route that only tells. A stream has no HEAD.
var reading = []string{http.MethodGet, http.MethodHead}

// listed names the paths of routes, each once, for a sentence.
func listed(routes []Route) string {
	var paths []string
	for _, r := range routes {
		if !slices.Contains(paths, r.Path) {
			paths = append(paths, r.Path)
		}
	}
	last := len(paths) - 1
	return strings.Join(paths[:last], ", ") + " and " + paths[last]
}
