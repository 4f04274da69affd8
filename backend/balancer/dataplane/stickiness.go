package dataplane

import (
	"net/http"
	"slices"
	"time"
)

// Cookies of load balancers; the guide's "Sticky sessions" has their names.
const (
	lbCookie  = "AWSALB"
	appCookie = "AWSALBAPP-0"
)

// stickyCookies are a cookie and the one beside it that browsers send to other sites.
func stickyCookies(name, value string, expires time.Time, secure bool) []string {
	first := http.Cookie{Name: name, Value: value, Path: "/", Expires: expires}
	second := first
	second.Name, second.SameSite, second.Secure = name+"CORS", http.SameSiteNoneMode, secure
	return []string{first.String(), second.String()}
}

func cookieOf(r *http.Request, names ...string) string {
	for _, name := range names {
		if c, err := r.Cookie(name); err == nil {
			return c.Value
		}
	}
	return ""
}

// stuckGroup is the group that a client got before, if the action still has it.
func stuckGroup(f *forward, r *http.Request) *share {
	value := cookieOf(r, "AWSALBTG", "AWSALBTGCORS")
	if i := slices.IndexFunc(f.groups, func(s share) bool { return s.cookie == value && s.weight > 0 }); i >= 0 {
		return &f.groups[i]
	}
	return nil
}

// stuckTarget is the target that a client got before, if it still gets requests. The
// balancer's cookie of an application's counts only beside the application's own.
func stuckTarget(s stickiness, r *http.Request, p *pool) *target {
	var value string
	switch s.kind {
	case "lb_cookie":
		value = cookieOf(r, lbCookie, lbCookie+"CORS")
	case "app_cookie":
		if cookieOf(r, s.appCookie) != "" {
			value = cookieOf(r, appCookie)
		}
	}
	if value == "" {
		return nil
	}
	if i := slices.IndexFunc(p.eligible, func(t *target) bool { return t.cookie == value }); i >= 0 {
		return p.eligible[i]
	}
	return nil
}

// targetCookies adds to an answer what makes its client come back to the target. An
// application's cookie does when the application sets it.
func targetCookies(s stickiness, answer *http.Response, t *target, now time.Time, secure bool) []string {
	switch s.kind {
	case "lb_cookie":
		return stickyCookies(lbCookie, t.cookie, now.Add(s.lifetime), secure)
	case "app_cookie":
		if slices.ContainsFunc(answer.Cookies(), func(c *http.Cookie) bool { return c.Name == s.appCookie }) {
			c := http.Cookie{Name: appCookie, Value: t.cookie, Path: "/", Expires: now.Add(s.lifetime)}
			return []string{c.String()}
		}
	}
	return nil
}
