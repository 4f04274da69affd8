package dataplane

import (
	"errors"
	"fmt"
	"github.com/ecs-emulator/ecs-emulator/backend/balancer"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// newAction reads an action.
func newAction(a balancer.Action, find func(id string) *group) (action, error) {
	switch {
	case a.Forward != nil:
		return newForward(*a.Forward, find), nil
	case a.Redirect != nil:
		if code := a.Redirect.StatusCode; code != http.StatusMovedPermanently && code != http.StatusFound {
			return nil, fmt.Errorf("a redirect with status %d", code)
		}
		return (*redirect)(a.Redirect), nil
	case a.FixedResponse != nil:
		if code := a.FixedResponse.StatusCode; code < 200 || code > 599 {
			return nil, fmt.Errorf("a fixed response with status %d", code)
		}
		return (*fixedResponse)(a.FixedResponse), nil
	}
	return nil, errors.New("an action without a type")
}

type fixedResponse balancer.FixedResponse

// serve answers with the header that was recorded.
func (f *fixedResponse) serve(x *exchange, w http.ResponseWriter, _ *http.Request) {
	kind := f.ContentType
	if kind == "" {
		kind = "text/plain"
	}
	x.answer(w, f.StatusCode, kind+"; charset=utf-8", f.MessageBody)
}

type redirect balancer.Redirect

// serve answers with the header and page that were recorded.
func (d *redirect) serve(x *exchange, w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Location", d.location(x))
	x.page(w, d.StatusCode)
}

// location has the port even where it is the protocol's own.
func (d *redirect) location(x *exchange) string {
	protocol := strings.ToLower(x.listener.protocol)
	fill := strings.NewReplacer("#{protocol}", protocol, "#{host}", x.asked.host,
		"#{port}", strconv.Itoa(int(x.listener.port)), "#{path}", strings.TrimPrefix(x.asked.path, "/"), "#{query}", x.asked.query)
	member := func(given, kept string) string {
		if given == "" {
			given = kept
		}
		return fill.Replace(given)
	}
	to := strings.ToLower(member(d.Protocol, "#{protocol}")) + "://" + member(d.Host, "#{host}") +
		":" + member(d.Port, "#{port}") + member(d.Path, "/#{path}")
	if query := member(d.Query, "#{query}"); query != "" {
		to += "?" + query
	}
	return to
}

// forward passes requests to groups by their weight.
type forward struct {
	groups []share
	total  int
	sticky time.Duration
}

type share struct {
	group  *group
	weight int
	cookie string // what AWSALBTG is for a client that stays here
}

func newForward(f balancer.Forward, find func(id string) *group) *forward {
	read := &forward{sticky: time.Duration(f.StickySeconds) * time.Second}
	for _, g := range f.Groups {
		read.groups = append(read.groups, share{find(g.Group), g.Weight, stickyValue(g.Group, "")})
		read.total += g.Weight
	}
	return read
}

// pick returns the group for a number that is spread evenly, or nil if no group has a
// weight.
func (f *forward) pick(spread uint64) *share {
	if f.total == 0 {
		return nil
	}
	left := int(spread % uint64(f.total))
	for i := range f.groups {
		if left -= f.groups[i].weight; left < 0 {
			return &f.groups[i]
		}
	}
	return nil
}

func (f *forward) serve(x *exchange, w http.ResponseWriter, r *http.Request) {
	var chosen *share
	if f.sticky > 0 {
		chosen = f.stuck(r)
	}
	if chosen == nil && len(f.groups) == 1 && f.total > 0 {
		chosen = &f.groups[0]
	} else if chosen == nil {
		chosen = f.pick(rand.Uint64())
	}
	if chosen == nil {
		x.page(w, http.StatusServiceUnavailable)
		return
	}
	if f.sticky > 0 {
		x.cookies = append(x.cookies, stickyCookies("AWSALBTG", chosen.cookie, x.now().Add(f.sticky), x.listener.secure)...)
	}
	x.forward(w, r, chosen.group)
}
