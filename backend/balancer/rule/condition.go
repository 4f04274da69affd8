package rule

import (
	"fmt"
	"net/http"
	"net/netip"
	"net/textproto"
	"regexp"
	"slices"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/backend/balancer"
)

// Request is what conditions look at.
type Request struct {
	Host   string // without the port
	Path   string // as it was sent
	Query  string
	Source netip.Addr
	*http.Request
}

// condition is one that has been read. It is called for each request.
type condition func(Request) bool

// newCondition reads a condition. Hosts, headers and query strings are compared without
// regard to capitals, paths and methods with it; see "Condition types for listener rules"
// in the guide. Query strings are compared as they are sent: no source says otherwise.
func newCondition(c balancer.Condition) (condition, error) {
	switch c.Field {
	case "host-header":
		matches, err := newMatch(c, true)
		return func(a Request) bool { return matches(a.Host) }, err
	case "path-pattern":
		matches, err := newMatch(c, false)
		return func(a Request) bool { return matches(a.Path) }, err
	case "http-header":
		name := textproto.CanonicalMIMEHeaderKey(c.Header)
		matches, err := newMatch(c, true)
		return func(a Request) bool { return slices.ContainsFunc(a.headers(name), matches) }, err
	case "http-request-method":
		return func(a Request) bool { return slices.Contains(c.Values, a.Method) }, nil
	case "query-string":
		return queryCondition(c.Query), nil
	case "source-ip":
		return sourceCondition(c.Values)
	}
	return nil, fmt.Errorf("a condition on %q", c.Field)
}

// headers are the values of a header; net/http keeps that of the host elsewhere.
func (a Request) headers(name string) []string {
	if name == "Host" {
		return []string{a.Request.Host}
	}
	return a.Header[name]
}

// newMatch reads the values or expressions of a condition, one of which is to match. An
// expression may match a part, and counts capitals unless it says (?i): no source says what
// AWS does about them.
func newMatch(c balancer.Condition, fold bool) (func(text string) bool, error) {
	var patterns []pattern
	for _, v := range c.Values {
		patterns = append(patterns, newPattern(v, fold, true))
	}
	var expressions []*regexp.Regexp
	for _, v := range c.Regex {
		e, err := regexp.Compile(v)
		if err != nil {
			return nil, fmt.Errorf("a condition on %s: %w", c.Field, err)
		}
		expressions = append(expressions, e)
	}
	return func(text string) bool {
		return slices.ContainsFunc(patterns, func(p pattern) bool { return p.matches(text) }) ||
			slices.ContainsFunc(expressions, func(e *regexp.Regexp) bool { return e.MatchString(text) })
	}, nil
}

func queryCondition(pairs []balancer.QueryPair) condition {
	type want struct {
		anyKey     bool
		key, value pattern
	}
	var wants []want
	for _, p := range pairs {
		wants = append(wants, want{p.Key == "", newPattern(p.Key, true, true), newPattern(p.Value, true, true)})
	}
	return func(a Request) bool {
		for part := range strings.SplitSeq(a.Query, "&") {
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
	return func(a Request) bool {
		return slices.ContainsFunc(prefixes, func(p netip.Prefix) bool { return p.Contains(a.Source) })
	}, nil
}
