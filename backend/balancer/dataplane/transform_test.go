package dataplane_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/backend/balancer"
)

func rewrite(kind, regex, replace string) balancer.Transform {
	return balancer.Transform{Type: kind, Regex: regex, Replace: replace}
}

// A rule's transforms change what its target is asked for. The first two examples are the
// guide's.
func TestTransforms(t *testing.T) {
	const host, url = "host-header-rewrite", "url-rewrite"
	for _, test := range []struct {
		name       string
		transforms []balancer.Transform
		host, uri  string
		want       string // of the target
		code       int
	}{
		{"a path becomes a query", []balancer.Transform{rewrite(url, "^/dp/([A-Za-z0-9]+)/?$", "/product.php?id=$1")}, "example.com", "/dp/B09G3HRMW", "example.com:8080 /product.php?id=B09G3HRMW", 200},
		{"a host", []balancer.Transform{rewrite(host, "^mywebsite-(.+).com$", "internal.dev.$1.myweb.com")}, "mywebsite-example.com:8080", "/a", "internal.dev.example.myweb.com:8080 /a", 200},
		{"both", []balancer.Transform{rewrite(host, ".*", "b.example"), rewrite(url, "^/a", "/b")}, "a.example", "/a/a", "b.example:8080 /b/a", 200},
		{"what does not match stays", []balancer.Transform{rewrite(host, "^x$", "y"), rewrite(url, "^/x$", "/y")}, "a.example", "/a%2Fb?c", "a.example:8080 /a%2Fb?c", 200},
		{"the query may match", []balancer.Transform{rewrite(url, `^(/[^?]*)\?v=([0-9])$`, "/v$2$1")}, "a.example", "/a?v=2", "a.example:8080 /v2/a", 200},
		{"the path without it", []balancer.Transform{rewrite(url, "^([^?]*)", "/new")}, "a.example", "/a/b?c=d", "a.example:8080 /new?c=d", 200},
		{"groups of one digit beside text", []balancer.Transform{rewrite(url, "^/(a)(b)?", "/$1x$12$2$3$")}, "a.example", "/a", "a.example:8080 /axa2$3$", 200},
		{"what is escaped stays so", []balancer.Transform{rewrite(url, "^/old", "/new")}, "a.example", "/old/a%2Fb%20c", "a.example:8080 /new/a%2Fb%20c", 200},
		{"two slashes", []balancer.Transform{rewrite(url, "^/old", "//new%2F")}, "a.example", "/old", "a.example:8080 //new%2F", 200},
		{"no host is left", []balancer.Transform{rewrite(host, ".*", "")}, "a.example", "/", "", 500},
		{"no path is left", []balancer.Transform{rewrite(url, "^/a", "")}, "a.example", "/a", "", 500},
		{"a line would end", []balancer.Transform{rewrite(url, "^/a", "/b HTTP/1.1\r\nX: y")}, "a.example", "/a", "", 500},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := newScene(t)
			s.one(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, r.Host, " ", r.RequestURI) })
			rule := toGroup("group")
			rule.Transforms = test.transforms
			s.listen("HTTP", nil, rule)
			request := s.request(http.MethodGet, "http://"+s.address+test.uri, nil)
			request.Host = test.host
			answer, body := s.do(request)
			if answer.StatusCode != test.code || test.code == 200 && body != test.want {
				t.Errorf("%d %q, want %d %q", answer.StatusCode, body, test.code, test.want)
			}
		})
	}
}

// A rule that cannot be read is refused, and the one before goes on.
func TestExpressionsThatCannotBeRead(t *testing.T) {
	s := newScene(t)
	s.one(func(http.ResponseWriter, *http.Request) {})
	for _, change := range []func(*balancer.Rule){
		func(r *balancer.Rule) { r.Transforms = []balancer.Transform{{Type: "url-rewrite", Regex: "("}} },
		func(r *balancer.Rule) { r.Transforms = []balancer.Transform{{Type: "body-rewrite", Regex: "a"}} },
		func(r *balancer.Rule) {
			r.Conditions = []balancer.Condition{{Field: "path-pattern", Regex: []string{"(?=a)"}}}
		},
	} {
		rule := toGroup("group")
		change(&rule)
		if err := s.Set(balancer.Piece{Version: 99, Listener: &balancer.Listener{ID: "listener", Port: 8080, Protocol: "HTTP", Rules: []balancer.Rule{rule}}}); err == nil {
			t.Errorf("%+v: no error", rule)
		}
	}
	if answer, _ := s.get("/"); answer.StatusCode != http.StatusOK {
		t.Errorf("%d", answer.StatusCode)
	}
}
