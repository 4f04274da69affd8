package balancer

import (
	"fmt"
	"net/http"
	"net/netip"
	"net/textproto"
	"slices"
	"strings"
)

// asked is what conditions look at.
type asked struct {
	host   string // without the port
	path   string // as it was sent
	query  string
	source netip.Addr
	*http.Request
}

// condition is one that has been read. It is called for each request.
type condition func(asked) bool

// newCondition reads a condition. Hosts, headers and query strings are compared without
// regard to capitals, paths and methods with it; see "Condition types for listener rules"
// in the guide. Query strings are compared as they are sent: no source says otherwise.
func newCondition(c Condition) (condition, error) {
	switch c.Field {
	case "host-header":
		values := patterns(c.Values, true)
		return func(a asked) bool { return anyMatches(values, a.host) }, nil
	case "path-pattern":
		values := patterns(c.Values, false)
		return func(a asked) bool { return anyMatches(values, a.path) }, nil
	case "http-header":
		name, values := textproto.CanonicalMIMEHeaderKey(c.Header), patterns(c.Values, true)
		return func(a asked) bool {
			return slices.ContainsFunc(a.headers(name), func(v string) bool { return anyMatches(values, v) })
		}, nil
	case "http-request-method":
		return func(a asked) bool { return slices.Contains(c.Values, a.Method) }, nil
	case "query-string":
		return queryCondition(c.Query), nil
	case "source-ip":
		return sourceCondition(c.Values)
	}
	return nil, fmt.Errorf("a condition on %q", c.Field)
}

// headers are the values of a header; net/http keeps that of the host elsewhere.
func (a asked) headers(name string) []string {
	if name == "Host" {
		return []string{a.Host}
	}
	return a.Header[name]
}

func patterns(values []string, fold bool) []pattern {
	var list []pattern
	for _, v := range values {
		list = append(list, newPattern(v, fold, true))
	}
	return list
}

func anyMatches(list []pattern, text string) bool {
	return slices.ContainsFunc(list, func(p pattern) bool { return p.matches(text) })
}

func queryCondition(pairs []QueryPair) condition {
	type want struct {
		anyKey     bool
		key, value pattern
	}
	var wants []want
	for _, p := range pairs {
		wants = append(wants, want{p.Key == "", newPattern(p.Key, true, true), newPattern(p.Value, true, true)})
	}
	return func(a asked) bool {
		for part := range strings.SplitSeq(a.query, "&") {
			key, value, _ := strings.Cut(part, "=")
			if part != "" && slices.ContainsFunc(wants, func(w want) bool {
				return (w.anyKey || w.key.matches(key)) && w.value.matches(value)
			}) {
				return true
			}
		}
		return false
	}
}

// sourceCondition looks at who is connected, never at X-Forwarded-For.
func sourceCondition(values []string) (condition, error) {
	var prefixes []netip.Prefix
	for _, v := range values {
		prefix, err := netip.ParsePrefix(v)
		if err != nil {
			return nil, fmt.Errorf("a condition on a source: %w", err)
		}
		prefixes = append(prefixes, prefix.Masked())
	}
	return func(a asked) bool {
		return slices.ContainsFunc(prefixes, func(p netip.Prefix) bool { return p.Contains(a.source) })
	}, nil
}
