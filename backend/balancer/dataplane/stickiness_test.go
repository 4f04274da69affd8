package dataplane_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend/balancer"
)

// named adds targets that say their names.
func (s *scene) named(group string, names ...string) {
	s.Helper()
	for _, name := range names {
		server := s.server(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/login" {
				http.SetCookie(w, &http.Cookie{Name: "SESSION", Value: "1"})
			}
			fmt.Fprint(w, name)
		})
		s.target(group, name, server.Listener.Addr().String())
	}
}

// with asks with cookies.
func (s *scene) with(path string, cookies ...*http.Cookie) (*http.Response, string) {
	s.Helper()
	request, err := http.NewRequestWithContext(s.Context(), http.MethodGet, "http://"+s.address+path, nil)
	if err != nil {
		s.Fatal(err)
	}
	for _, c := range cookies {
		request.AddCookie(c)
	}
	return s.do(request)
}

func cookie(answer *http.Response, name string) *http.Cookie {
	for _, c := range answer.Cookies() {
		if c.Name == name {
			return c
		}
	}
	return nil
}

func TestLoadBalancerCookie(t *testing.T) {
	s := newScene(t)
	s.group("group", map[string]string{"stickiness.enabled": "true", "stickiness.type": "lb_cookie", "stickiness.lb_cookie.duration_seconds": "60"})
	s.named("group", "a", "b", "c")
	s.listen("HTTP", nil, toGroup("group"))
	answer, first := s.get("/")
	c := cookie(answer, "AWSALB")
	if c == nil || c.Path != "/" || time.Until(c.Expires) > time.Minute || cookie(answer, "AWSALBCORS") == nil || cookie(answer, "AWSALBCORS").SameSite != http.SameSiteNoneMode {
		t.Fatalf("%v", answer.Cookies())
	}
	for range 5 {
		if answer, name := s.with("/", c); name != first || cookie(answer, "AWSALB") == nil {
			t.Errorf("%s, want %s", name, first)
		}
	}
	// A target that gets nothing new has others take over.
	s.Remove(balancer.Key{Kind: balancer.KindTarget, Group: "group", ID: first})
	answer, second := s.with("/", c)
	if next := cookie(answer, "AWSALB"); second == first || next == nil || next.Value == c.Value {
		t.Errorf("%s after %s, %v", second, first, answer.Cookies())
	}
	if answer, _ := s.with("/", &http.Cookie{Name: "AWSALB", Value: "nonsense"}); answer.StatusCode != http.StatusOK {
		t.Errorf("status %d", answer.StatusCode)
	}
}

func TestApplicationCookie(t *testing.T) {
	s := newScene(t)
	s.group("group", map[string]string{"stickiness.enabled": "true", "stickiness.type": "app_cookie", "stickiness.app_cookie.cookie_name": "SESSION", "stickiness.app_cookie.duration_seconds": "60"})
	s.named("group", "a", "b")
	s.listen("HTTP", nil, toGroup("group"))
	if answer, _ := s.get("/"); len(answer.Cookies()) != 0 {
		t.Errorf("%v", answer.Cookies())
	}
	answer, first := s.get("/login")
	own, session := cookie(answer, "AWSALBAPP-0"), cookie(answer, "SESSION")
	if own == nil || session == nil || time.Until(own.Expires) > time.Minute {
		t.Fatalf("%v", answer.Cookies())
	}
	names := map[string]bool{}
	for range 4 {
		if _, name := s.with("/", own, session); name != first {
			t.Errorf("%s, want %s", name, first)
		}
		_, name := s.with("/", own)
		names[name] = true
	}
	if len(names) != 2 {
		t.Error("without the application's cookie it sticks as well")
	}
}

func TestGroupStickiness(t *testing.T) {
	s := newScene(t)
	for _, name := range []string{"blue", "green"} {
		s.group(name, nil)
		s.named(name, name)
	}
	forward := balancer.Forward{Groups: []balancer.WeightedGroup{{Group: "blue", Weight: 1}, {Group: "green", Weight: 1}}, StickySeconds: 60}
	s.listen("HTTP", nil, balancer.Rule{Action: balancer.Action{Forward: &forward}})
	answer, first := s.get("/")
	c := cookie(answer, "AWSALBTG")
	if c == nil || cookie(answer, "AWSALBTGCORS") == nil {
		t.Fatalf("%v", answer.Cookies())
	}
	for range 10 {
		if _, name := s.with("/", c); name != first {
			t.Errorf("%s, want %s", name, first)
		}
	}
	// A group whose weight goes to nothing keeps no client.
	for i := range forward.Groups {
		if forward.Groups[i].Group == first {
			forward.Groups[i].Weight = 0
		}
	}
	s.listen("HTTP", nil, balancer.Rule{Action: balancer.Action{Forward: &forward}})
	if _, name := s.with("/", c); name == first {
		t.Errorf("%s has no weight", name)
	}
}
