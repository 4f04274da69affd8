package proxy

import (
	"net/http"
	"slices"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend/balancer/rule"
	"github.com/ecs-emulator/ecs-emulator/backend/balancer/target"
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
func stuckGroup(f *rule.Forward, r *http.Request) *rule.Share {
	value := cookieOf(r, "AWSALBTG", "AWSALBTGCORS")
	if i := slices.IndexFunc(f.Groups, func(s rule.Share) bool { return s.Cookie == value && s.Weight > 0 }); i >= 0 {
		return &f.Groups[i]
	}
	return nil
}

// stuckTarget is the target that a client got before, if it still gets requests. The
// balancer's cookie of an application's counts only beside the application's own.
func stuckTarget(s target.Stickiness, r *http.Request, p *target.Pool) *target.Target {
	var value string
	switch s.Kind {
	case "lb_cookie":
		value = cookieOf(r, lbCookie, lbCookie+"CORS")
	case "app_cookie":
		if cookieOf(r, s.AppCookie) != "" {
			value = cookieOf(r, appCookie)
		}
	}
	if value == "" {
		return nil
	}
	if i := slices.IndexFunc(p.Eligible, func(t *target.Target) bool { return t.Cookie == value }); i >= 0 {
		return p.Eligible[i]
	}
	return nil
}

// targetCookies adds to an answer what makes its client come back to the target. An
// application's cookie does when the application sets it.
func targetCookies(s target.Stickiness, answer *http.Response, t *target.Target, now time.Time, secure bool) []string {
	switch s.Kind {
	case "lb_cookie":
		return stickyCookies(lbCookie, t.Cookie, now.Add(s.Lifetime), secure)
	case "app_cookie":
		if slices.ContainsFunc(answer.Cookies(), func(c *http.Cookie) bool { return c.Name == s.AppCookie }) {
			c := http.Cookie{Name: appCookie, Value: t.Cookie, Path: "/", Expires: now.Add(s.Lifetime)}
			return []string{c.String()}
		}
	}
	return nil
}
