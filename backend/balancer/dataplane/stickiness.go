package dataplane

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"slices"
	"time"
)

// stickiness is how a target group keeps a client at a target.
type stickiness struct {
	kind      string // lb_cookie, app_cookie, source_ip or none
	lifetime  time.Duration
	appCookie string // of app_cookie
}

// Cookies of load balancers; the guide's "Sticky sessions" has their names.
const (
	lbCookie  = "AWSALB"
	appCookie = "AWSALBAPP-0"
)

// stickyValue is what a cookie holds. It follows from the ids, so that a client stays
// where it is when the balancer starts again, and tells nobody what they are.
func stickyValue(group, target string) string {
	sum := sha256.Sum256([]byte(group + "\x00" + target))
	return base64.RawURLEncoding.EncodeToString(sum[:18])
}

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

// stuck is the group that a client got before, if the action still has it.
func (f *forward) stuck(r *http.Request) *share {
	value := cookieOf(r, "AWSALBTG", "AWSALBTGCORS")
	if i := slices.IndexFunc(f.groups, func(s share) bool { return s.cookie == value && s.weight > 0 }); i >= 0 {
		return &f.groups[i]
	}
	return nil
}

// stuck is the target that a client got before, if it still gets requests. The
// balancer's cookie of an application's counts only beside the application's own.
func (s stickiness) stuck(r *http.Request, p *pool) *target {
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

// bind adds to an answer what makes its client come back to the target. An
// application's cookie does when the application sets it.
func (s stickiness) bind(answer *http.Response, t *target, now time.Time, secure bool) []string {
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
