package rule

import (
	"net/http"
	"net/netip"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/backend/balancer"
)

func TestConditions(t *testing.T) {
	request := func(change func(*Request)) Request {
		a := Request{
			Host: "www.Example.com", Path: "/img/Picture1", Query: "version=v1&flag&Mode=Native",
			Source: netip.MustParseAddr("10.1.2.3"), Request: &http.Request{Method: "POST", Host: "www.Example.com:8080", Header: http.Header{"User-Agent": {"Mozilla/5.0 Chrome", "other"}}},
		}
		if change != nil {
			change(&a)
		}
		return a
	}
	usual := request(nil)
	for _, c := range []struct {
		name string
		balancer.Condition
		Request
		holds bool
	}{
		{"a host in other capitals", balancer.Condition{Field: "host-header", Values: []string{"WWW.example.COM"}}, usual, true},
		{"a host's wildcard", balancer.Condition{Field: "host-header", Values: []string{"no.org", "*.example.com"}}, usual, true},
		{"a host's wildcard wants its dot", balancer.Condition{Field: "host-header", Values: []string{"*.example.com"}}, request(func(a *Request) { a.Host = "example.com" }), false},
		{"a path", balancer.Condition{Field: "path-pattern", Values: []string{"/img/*"}}, usual, true},
		{"a path in other capitals", balancer.Condition{Field: "path-pattern", Values: []string{"/img/picture?"}}, usual, false},
		{"a path's question mark", balancer.Condition{Field: "path-pattern", Values: []string{"/img/Picture?"}}, usual, true},
		{"a path has no query", balancer.Condition{Field: "path-pattern", Values: []string{"*version*"}}, usual, false},
		{"a host's expression", balancer.Condition{Field: "host-header", Regex: []string{`^none$`, `^[a-z]+\.Example\.com$`}}, usual, true},
		{"a path's expression may match a part", balancer.Condition{Field: "path-pattern", Regex: []string{`/Picture[0-9]`}}, usual, true},
		{"a path's expression counts capitals", balancer.Condition{Field: "path-pattern", Regex: []string{`/picture[0-9]`}}, usual, false},
		{"a path's expression sees no query", balancer.Condition{Field: "path-pattern", Regex: []string{`version`}}, usual, false},
		{"a header's expression", balancer.Condition{Field: "http-header", Header: "User-Agent", Regex: []string{`Chrome$`}}, usual, true},
		{"a header's expression that matches none", balancer.Condition{Field: "http-header", Header: "User-Agent", Regex: []string{`^Chrome`}}, usual, false},
		{"a header's second value", balancer.Condition{Field: "http-header", Header: "user-agent", Values: []string{"OTHER"}}, usual, true},
		{"a header's wildcard", balancer.Condition{Field: "http-header", Header: "User-Agent", Values: []string{"*chrome*"}}, usual, true},
		{"a header that is missing", balancer.Condition{Field: "http-header", Header: "X-None", Values: []string{"*"}}, usual, false},
		{"the host as a header", balancer.Condition{Field: "http-header", Header: "Host", Values: []string{"www.example.com:8080"}}, usual, true},
		{"a method", balancer.Condition{Field: "http-request-method", Values: []string{"GET", "POST"}}, usual, true},
		{"a method in other capitals", balancer.Condition{Field: "http-request-method", Values: []string{"post"}}, usual, false},
		{"a pair", balancer.Condition{Field: "query-string", Query: []balancer.QueryPair{{Key: "version", Value: "v1"}}}, usual, true},
		{"a pair in other capitals", balancer.Condition{Field: "query-string", Query: []balancer.QueryPair{{Key: "MODE", Value: "nat*"}}}, usual, true},
		{"a pair's value elsewhere", balancer.Condition{Field: "query-string", Query: []balancer.QueryPair{{Key: "version", Value: "native"}}}, usual, false},
		{"a value of any key", balancer.Condition{Field: "query-string", Query: []balancer.QueryPair{{Value: "native"}}}, usual, true},
		{"a key without a value", balancer.Condition{Field: "query-string", Query: []balancer.QueryPair{{Key: "flag", Value: ""}}}, usual, true},
		{"a query where there is none", balancer.Condition{Field: "query-string", Query: []balancer.QueryPair{{Value: "*"}}}, request(func(a *Request) { a.Query = "" }), false},
		{"an escaped star", balancer.Condition{Field: "query-string", Query: []balancer.QueryPair{{Key: "q", Value: `\*`}}}, request(func(a *Request) { a.Query = "q=*" }), true},
		{"an escaped star is no wildcard", balancer.Condition{Field: "query-string", Query: []balancer.QueryPair{{Key: "q", Value: `\*`}}}, request(func(a *Request) { a.Query = "q=a" }), false},
		{"a source", balancer.Condition{Field: "source-ip", Values: []string{"192.168.0.0/16", "10.1.0.0/16"}}, usual, true},
		{"another source", balancer.Condition{Field: "source-ip", Values: []string{"10.2.0.0/16"}}, usual, false},
		{"a source of IPv6", balancer.Condition{Field: "source-ip", Values: []string{"2001:db8::/32"}}, request(func(a *Request) { a.Source = netip.MustParseAddr("2001:db8::1") }), true},
	} {
		read, err := newCondition(c.Condition)
		if err != nil {
			t.Fatal(err)
		}
		if read(c.Request) != c.holds {
			t.Errorf("%s: %v, want %v", c.name, !c.holds, c.holds)
		}
	}
	for _, c := range []balancer.Condition{{Field: "weather"}, {Field: "source-ip", Values: []string{"10.0.0.1"}}} {
		if _, err := newCondition(c); err == nil {
			t.Errorf("%+v is taken", c)
		}
	}
}
