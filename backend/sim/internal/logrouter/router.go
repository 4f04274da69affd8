package logrouter

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

// Router is what a container does with the records that it gets: it prints those that pass its filters.
type Router struct {
	// Print writes a line of the container's output.
	Print   func(line string)
	socket  string
	filters []filter
	fields  map[string]string
}

type filter struct {
	prefix  string
	pattern *regexp.Regexp
	drops   bool
}

// New understands a router; nil is none.
func New(spec *backend.LogRouter) (*Router, error) {
	if spec == nil {
		return nil, nil
	}
	r := &Router{socket: spec.Socket, fields: maps.Clone(spec.Fields)}
	for _, f := range spec.Filters {
		pattern, err := compile(f.Pattern, spec.Fluentd)
		if err != nil {
			return nil, fmt.Errorf("the simulated log router does not understand the expression %q: %w", f.Pattern, err)
		}
		r.filters = append(r.filters, filter{f.TagPrefix, pattern, f.Drops})
	}
	return r, nil
}

func (r *Router) passes(of record) bool {
	for _, f := range r.filters {
		if strings.HasPrefix(of.tag, f.prefix) && f.pattern.MatchString(of.fields["log"]) == f.drops {
			return false
		}
	}
	return true
}

// take prints a record, if it passes the filters.
func (r *Router) take(of record) {
	if !r.passes(of) {
		return
	}
	line := maps.Clone(of.fields)
	maps.Copy(line, r.fields)
	line["tag"] = of.tag
	var text strings.Builder
	out := json.NewEncoder(&text)
	out.SetEscapeHTML(false)
	if out.Encode(line) == nil { // of texts there is no error
		r.Print(strings.TrimSuffix(text.String(), "\n"))
	}
}
