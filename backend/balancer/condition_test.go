package balancer

import (
	"net/http"
	"net/netip"
	"testing"
)

func TestConditions(t *testing.T) {
	request := func(change func(*asked)) asked {
		a := asked{
			host: "www.Example.com", path: "/img/Picture1", query: "version=v1&flag&Mode=Native",
			source: netip.MustParseAddr("10.1.2.3"), Request: &http.Request{Method: "POST", Host: "www.Example.com:8080", Header: http.Header{"User-Agent": {"Mozilla/5.0 Chrome", "other"}}},
		}
		if change != nil {
			change(&a)
		}
		return a
	}
	usual := request(nil)
	for _, c := range []struct {
		name string
		Condition
		asked
		holds bool
	}{
		{"a host in other capitals", Condition{Field: "host-header", Values: []string{"WWW.example.COM"}}, usual, true},
		{"a host's wildcard", Condition{Field: "host-header", Values: []string{"no.org", "*.example.com"}}, usual, true},
		{"a host's wildcard wants its dot", Condition{Field: "host-header", Values: []string{"*.example.com"}}, request(func(a *asked) { a.host = "example.com" }), false},
		{"a path", Condition{Field: "path-pattern", Values: []string{"/img/*"}}, usual, true},
		{"a path in other capitals", Condition{Field: "path-pattern", Values: []string{"/img/picture?"}}, usual, false},
		{"a path's question mark", Condition{Field: "path-pattern", Values: []string{"/img/Picture?"}}, usual, true},
		{"a path has no query", Condition{Field: "path-pattern", Values: []string{"*version*"}}, usual, false},
		{"a host's expression", Condition{Field: "host-header", Regex: []string{`^none$`, `^[a-z]+\.Example\.com$`}}, usual, true},
		{"a path's expression may match a part", Condition{Field: "path-pattern", Regex: []string{`/Picture[0-9]`}}, usual, true},
		{"a path's expression counts capitals", Condition{Field: "path-pattern", Regex: []string{`/picture[0-9]`}}, usual, false},
		{"a path's expression sees no query", Condition{Field: "path-pattern", Regex: []string{`version`}}, usual, false},
		{"a header's expression", Condition{Field: "http-header", Header: "User-Agent", Regex: []string{`Chrome$`}}, usual, true},
		{"a header's expression that matches none", Condition{Field: "http-header", Header: "User-Agent", Regex: []string{`^Chrome`}}, usual, false},
		{"a header's second value", Condition{Field: "http-header", Header: "user-agent", Values: []string{"OTHER"}}, usual, true},
		{"a header's wildcard", Condition{Field: "http-header", Header: "User-Agent", Values: []string{"*chrome*"}}, usual, true},
		{"a header that is missing", Condition{Field: "http-header", Header: "X-None", Values: []string{"*"}}, usual, false},
		{"the host as a header", Condition{Field: "http-header", Header: "Host", Values: []string{"www.example.com:8080"}}, usual, true},
		{"a method", Condition{Field: "http-request-method", Values: []string{"GET", "POST"}}, usual, true},
		{"a method in other capitals", Condition{Field: "http-request-method", Values: []string{"post"}}, usual, false},
		{"a pair", Condition{Field: "query-string", Query: []QueryPair{{Key: "version", Value: "v1"}}}, usual, true},
		{"a pair in other capitals", Condition{Field: "query-string", Query: []QueryPair{{Key: "MODE", Value: "nat*"}}}, usual, true},
		{"a pair's value elsewhere", Condition{Field: "query-string", Query: []QueryPair{{Key: "version", Value: "native"}}}, usual, false},
		{"a value of any key", Condition{Field: "query-string", Query: []QueryPair{{Value: "native"}}}, usual, true},
		{"a key without a value", Condition{Field: "query-string", Query: []QueryPair{{Key: "flag", Value: ""}}}, usual, true},
		{"a query where there is none", Condition{Field: "query-string", Query: []QueryPair{{Value: "*"}}}, request(func(a *asked) { a.query = "" }), false},
		{"an escaped star", Condition{Field: "query-string", Query: []QueryPair{{Key: "q", Value: `\*`}}}, request(func(a *asked) { a.query = "q=*" }), true},
		{"an escaped star is no wildcard", Condition{Field: "query-string", Query: []QueryPair{{Key: "q", Value: `\*`}}}, request(func(a *asked) { a.query = "q=a" }), false},
		{"a source", Condition{Field: "source-ip", Values: []string{"192.168.0.0/16", "10.1.0.0/16"}}, usual, true},
		{"another source", Condition{Field: "source-ip", Values: []string{"10.2.0.0/16"}}, usual, false},
		{"a source of IPv6", Condition{Field: "source-ip", Values: []string{"2001:db8::/32"}}, request(func(a *asked) { a.source = netip.MustParseAddr("2001:db8::1") }), true},
	} {
		read, err := newCondition(c.Condition)
		if err != nil {
			t.Fatal(err)
		}
		if read(c.asked) != c.holds {
			t.Errorf("%s: %v, want %v", c.name, !c.holds, c.holds)
		}
	}
	for _, c := range []Condition{{Field: "weather"}, {Field: "source-ip", Values: []string{"10.0.0.1"}}} {
		if _, err := newCondition(c); err == nil {
			t.Errorf("%+v is taken", c)
		}
	}
}
