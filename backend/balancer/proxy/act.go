package proxy

import (
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/backend/balancer"
	"github.com/ecs-emulator/ecs-emulator/backend/balancer/rule"
)

// act answers a request as an action says.
func (x *exchange) act(w http.ResponseWriter, r *http.Request, a rule.Action) {
	switch {
	case a.Forward != nil:
		x.weigh(w, r, a.Forward)
	case a.Redirect != nil:
		x.redirect(w, a.Redirect)
	default:
		x.fixed(w, a.Fixed)
	}
}

// weigh forwards a request to a group by weight, or to the one that its client is bound to.
func (x *exchange) weigh(w http.ResponseWriter, r *http.Request, f *rule.Forward) {
	var chosen *rule.Share
	if f.Sticky > 0 {
		chosen = stuckGroup(f, r)
	}
	if chosen == nil && len(f.Groups) == 1 && f.Total > 0 {
		chosen = &f.Groups[0]
	} else if chosen == nil {
		chosen = f.Pick(rand.Uint64())
	}
	if chosen == nil {
		x.page(w, http.StatusServiceUnavailable)
		return
	}
	if f.Sticky > 0 {
		x.cookies = append(x.cookies, stickyCookies("AWSALBTG", chosen.Cookie, x.now().Add(f.Sticky), x.listener.Secure)...)
	}
	x.forward(w, r, chosen.Group)
}

// fixed answers with the header that was recorded.
func (x *exchange) fixed(w http.ResponseWriter, f *balancer.FixedResponse) {
	kind := f.ContentType
	if kind == "" {
		kind = "text/plain"
	}
	x.answer(w, f.StatusCode, kind+"; charset=utf-8", f.MessageBody)
}

// redirect answers with the header and page that were recorded.
func (x *exchange) redirect(w http.ResponseWriter, d *balancer.Redirect) {
	w.Header().Set("Location", x.location(d))
	x.page(w, d.StatusCode)
}

// location has the port even where it is the protocol's own.
func (x *exchange) location(d *balancer.Redirect) string {
	protocol := strings.ToLower(x.listener.Protocol)
	fill := strings.NewReplacer("#{protocol}", protocol, "#{host}", x.asked.Host,
		"#{port}", strconv.Itoa(int(x.listener.Port)), "#{path}", strings.TrimPrefix(x.asked.Path, "/"), "#{query}", x.asked.Query)
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

// transform rewrites the request for the target. A result that cannot be sent is a failure,
// which is a 500 by the guide.
func (x *exchange) transform(list []rule.Transform) bool {
	for i := range list {
		t := &list[i]
		if t.Host {
			host, ok := t.Apply(x.asked.Host)
			if ok && (host == "" || !sendable(host) || strings.ContainsAny(host, "/?#@")) {
				return false
			}
			if ok {
				x.host = host
			}
			continue
		}
		uri := x.asked.Path
		if x.asked.Query != "" {
			uri += "?" + x.asked.Query
		}
		uri, ok := t.Apply(uri)
		if ok && (!strings.HasPrefix(uri, "/") || !sendable(uri)) {
			return false
		}
		if ok {
			x.uri = uri
		}
	}
	return true
}

// sendable tells whether a text can stand in the head of a request.
func sendable(text string) bool {
	return len(text) <= maxLine && strings.IndexFunc(text, func(c rune) bool { return c <= ' ' || c == 0x7f }) < 0
}
