// Package rest is what AWS REST JSON has outside of bodies, over the SDK's types: an operation is a method and a path, and some
// members of its input stand in the path and in the query. Servers find the route of a request, and read its members:
//
//	labels, ok := pattern.Match(segments)
//	err := route.Read(in, labels, r.URL.RawQuery) // *Error
//
// Clients write them:
//
//	target, body, err := route.Write(in)
//
// What else an input has is in a body of JSON, which package wire reads and writes.
package rest

import (
	"net/url"
	"reflect"
	"strings"
)

// Route is how an operation is called.
// Source: the Smithy specification, AWS restJson1.
type Route struct {
	Operation string
	Method    string // "GET"
	// Path has members of the input in the place of segments: "/tags/{ResourceArn}". A member
	// with a slash is encoded, so that it is one segment.
	Path string
	// Query are members of the input by the names that parameters have for them:
	// "groupName": "GroupName".
	Query map[string]string
	// Status of an answer. Default 200.
	Status int
}

// Pattern is a route with its path taken apart.
type Pattern struct {
	*Route
	segments []string // a member in the place of one begins with a brace
}

func NewPattern(r *Route) *Pattern { return &Pattern{Route: r, segments: r.segments()} }

func (r *Route) segments() []string { return strings.Split(strings.Trim(r.Path, "/"), "/") }

// label is the member of the input that stands in the place of a segment.
func label(segment string) (member string, ok bool) {
	member, ok = strings.CutPrefix(segment, "{")
	return strings.TrimSuffix(member, "}"), ok
}

// Match are the members of the input in a path that is written as it came, and ok tells whether the
// path is one of the route.
func (p *Pattern) Match(path []string) (labels map[string]string, ok bool) {
	if len(path) != len(p.segments) {
		return nil, false
	}
	labels = make(map[string]string, len(path))
	for i, segment := range p.segments {
		member, isMember := label(segment)
		value, err := url.PathUnescape(path[i])
		switch {
		case err != nil, !isMember && value != segment, value == "":
			return nil, false
		case isMember:
			labels[member] = value
		}
	}
	return labels, true
}

// HasBody reports whether an input has members that stand neither in the path nor in the query.
func (r *Route) HasBody(in any) bool {
	bound := len(r.Query)
	for _, segment := range r.segments() {
		if _, isMember := label(segment); isMember {
			bound++
		}
	}
	return reflect.TypeOf(in).Elem().NumField() > bound
}
