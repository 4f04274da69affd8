package handlers

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
)

func TestHosts(t *testing.T) {
	g := newGuard([]string{"ECS.corp.example.", "10.example"})
	for host, want := range map[string]bool{
		"": true, ":4577": true,
		"127.0.0.1": true, "127.0.0.1:4577": true, "127.0.0.1.": true, "192.168.1.7:80": true,
		"[::1]": true, "[::1]:4577": true, "::1": true, "[FE80::1]:4577": true, "[::ffff:127.0.0.1]:4577": true,
		"localhost": true, "localhost:4577": true, "LOCALHOST.:4577": true, "ecs.localhost": true, "a.b.localhost.": true,
		"ecs-emulator:4577": true, "my_service": true, "Devbox.": true,
		"host.docker.internal:4577": true, "Host.Docker.Internal.": true,
		"ecs.us-east-1.amazonaws.com": true, "ECS.us-east-1.amazonaws.com.:443": true, "ecs.cn-north-1.amazonaws.com.cn": true, "ecs.us-east-1.api.aws": true,
		"data-127.0.0.1:4577": true, "data-localhost:4577": true, "data-ecs.corp.example": true, "data-host.docker.internal": true, "data-ecs-emulator:4577": true,
		"data-servicediscovery.us-east-1.amazonaws.com": true, "data-evil.example": false, "data-data-ecs.corp.example": false, "xdata-ecs.corp.example": false,
		"localhost.localstack.cloud:4566": true, "ecs.us-east-1.localhost.localstack.cloud": true, "localstack.cloud": false, "app.localstack.cloud": false,
		"ecs.corp.example": true, "ecs.CORP.example.:4577": true, "10.example:1": true,

		"evil.example": false, "evil.example:4577": false, "evil.example.": false, "EVIL.example": false,
		"sub.ecs.corp.example": false, "corp.example": false,
		"127.0.0.1.nip.io": false, "127.0.0.1.evil.example": false, "1.2.3.4.5": false, "127.1": false,
		"localhost.evil.example": false, "evillocalhost.example": false, ".localhost": false, "a..localhost": false,
		"amazonaws.com": false, "evilamazonaws.com": false, "ecs.amazonaws.com.evil.example": false, "api.aws": false,
		"docker.internal": false, "x.host.docker.internal": false,
		"[evil.example]:80": false, "[::1": true, "[::1].evil.example": false, "[::1]:80.evil.example": false, "fe80::1%x.evil.example": false,
		"evil.example@127.0.0.1": false, "a b": false, "a,b": false, "evil\u3002example": false, ":": true, ".": true, "..": false, "a:b:c": false, "::": true,
	} {
		if got := g.knows(hostName(host)); got != want {
			t.Errorf("%q: got %v", host, got)
		}
	}
}

func TestAllowedHosts(t *testing.T) {
	if err := CheckHosts([]string{"ecs.corp.example", "Devbox.", "10.0.0.1"}); err != nil {
		t.Error(err)
	}
	for _, host := range []string{"", ".", "*", "*.example", ".example", "http://ecs.example", "ecs.example:4577", "a..b", "a b", "[::1]", "a/b"} {
		if CheckHosts([]string{"fine.example", host}) == nil {
			t.Errorf("%q: no error", host)
		}
	}
}

// fromNetwork is a request as a server reads it.
func fromNetwork(method, target, host string, header map[string]string) *http.Request {
	ctx := context.WithValue(context.Background(), http.LocalAddrContextKey, net.Addr(&net.TCPAddr{}))
	r := httptest.NewRequestWithContext(ctx, method, target, nil)
	r.Host = host
	for name, value := range header {
		r.Header.Set(name, value)
	}
	return r
}

func TestOrigins(t *testing.T) {
	origin := func(o string) map[string]string { return map[string]string{"Origin": o} }
	site := func(s string) map[string]string { return map[string]string{"Sec-Fetch-Site": s} }
	const host = "127.0.0.1:4577"
	for _, c := range []struct {
		name, method, target string
		header               map[string]string
		refused              string // part of the reason
	}{
		{"client of AWS", "POST", "/", nil, ""},
		{"presigned", "GET", "/?Action=DescribeVpcs", nil, ""},
		{"engine", "PUT", "/v2/web/manifests/v1", nil, ""},
		{"push of another page", "PUT", "/v2/web/manifests/v1", site("cross-site"), "another origin"},
		{"upload of another page", "POST", "/v2/web/blobs/uploads/", origin("https://evil.example"), "another origin"},
		{"part of another page", "PATCH", "/v2/web/blobs/uploads/x", origin("http://127.0.0.1:3000"), "another origin"},
		{"deletion by another page", "DELETE", "/v2/web/manifests/v1", site("same-site"), "another origin"},
		{"reset by a program", "POST", "/_emulator/reset", nil, ""},
		{"page of the emulator", "POST", "/", map[string]string{"Origin": "http://" + host, "Sec-Fetch-Site": "same-origin"}, ""},
		{"page of the emulator, old browser", "POST", "/_emulator/reset", origin("http://" + host), ""},
		{"address typed by the user", "GET", "/?Action=DescribeVpcs", site("none"), ""},
		{"plugin of AWS", "GET", "/v1/data-channel/ecs-execute-command-1", nil, ""},
		{"web socket of another page", "GET", "/v1/data-channel/ecs-execute-command-1", origin("https://evil.example"), "https://evil.example"},
		{"web socket of another page, new browser", "GET", "/v1/data-channel/ecs-execute-command-1", map[string]string{"Origin": "null", "Sec-Fetch-Site": "cross-site"}, "null"},
		{"exec", "GET", "/_emulator/exec?of=web", nil, ""},
		{"exec of another page", "GET", "/_emulator/exec?of=web", origin("https://evil.example"), "https://evil.example"},
		{"link on another page", "GET", "/_emulator/health", site("cross-site"), ""},
		{"link to the endpoint", "GET", "/", site("cross-site"), ""},
		{"preflight", "OPTIONS", "/", origin("https://evil.example"), ""}, // is answered, but allows nothing

		{"form", "POST", "/", origin("https://evil.example"), "(https://evil.example)"},
		{"form of a sandboxed page", "POST", "/", origin("null"), "(null)"},
		{"form, no origin", "POST", "/", site("cross-site"), "(Sec-Fetch-Site: cross-site)"},
		{"page of another port", "POST", "/", map[string]string{"Origin": "http://127.0.0.1:3000", "Sec-Fetch-Site": "same-site"}, "(http://127.0.0.1:3000)"},
		{"page of another port, old browser", "POST", "/", origin("http://127.0.0.1:3000"), "(http://127.0.0.1:3000)"},
		{"picture", "GET", "/?Action=DescribeVpcs", site("cross-site"), "another origin"},
		{"reset", "POST", "/_emulator/reset", origin("https://evil.example"), "another origin"},
		{"faults", "DELETE", "/_emulator/faults", site("cross-site"), "another origin"},
		{"load", "DELETE", "/_emulator/load", site("cross-site"), "another origin"},
		{"metrics", "POST", "/metrics", origin("https://evil.example"), "another origin"},
		{"no path", "POST", "/nowhere", origin("https://evil.example"), "another origin"},
	} {
		got := newGuard(nil).refusal(fromNetwork(c.method, c.target, host, c.header))
		if (got == "") != (c.refused == "") || !strings.Contains(got, c.refused) {
			t.Errorf("%s: got %q", c.name, got)
		}
	}
}

// A rebound page is of the same origin, so that only its name gives it away.
func TestReboundPage(t *testing.T) {
	for _, target := range []string{"/", "/_emulator/tasks", "/_emulator/events", "/metrics", "/nowhere"} {
		for _, method := range []string{"GET", "POST", "OPTIONS"} {
			r := fromNetwork(method, target, "Evil.example:4577", map[string]string{
				"Origin": "http://evil.example:4577", "Sec-Fetch-Site": "same-origin",
			})
			if got := newGuard(nil).refusal(r); !strings.Contains(got, "--allowed-hosts evil.example ") {
				t.Errorf("%s %s: got %q", method, target, got)
			}
			if got := newGuard([]string{"evil.example"}).refusal(r); got != "" {
				t.Errorf("%s %s: allowed, got %q", method, target, got)
			}
		}
	}
	if got := newGuard(nil).refusal(fromNetwork("GET", "/", "a..b", nil)); got != `refused: "a..b" is no host name` {
		t.Errorf("got %q", got)
	}
}

// Tests may call Server.Handler with httptest.NewRequest, whose host is example.com.
func TestRequestOfATestHasAnyHost(t *testing.T) {
	r := httptest.NewRequest("POST", "/", nil)
	if got := newGuard(nil).refusal(r); got != "" {
		t.Errorf("got %q", got)
	}
	r.Header.Set("Origin", "https://evil.example")
	if got := newGuard(nil).refusal(r); got == "" {
		t.Error("a page of another origin is let in")
	}
}

// FuzzHost holds that no header Host that ends in a name of the public DNS is known, and
// that case, port and final dot make no difference.
func FuzzHost(f *testing.F) {
	for _, seed := range []string{"", "localhost", "[::1]:4577", "fe80::1%eth0", "ecs.amazonaws.com.", "127.0.0.1:4577", "a:b:c", "[", "]:", "%", "\x00", "İ.localhost", "a:", "."} {
		f.Add(seed)
	}
	g := newGuard(nil)
	f.Fuzz(func(t *testing.T, host string) {
		known := g.knows(hostName(host))
		if g.knows(hostName(host + ".evil.example")) {
			t.Errorf("%q is known", host+".evil.example")
		}
		if name := hostName(host); known && isHostName(name) {
			for _, same := range []string{strings.ToUpper(name), name + ".", name + ":4577", name + ".:80"} {
				if !g.knows(hostName(same)) {
					t.Errorf("%q is known, %q is not", host, same)
				}
			}
			address, err := netip.ParseAddr(name)
			dot := strings.LastIndex(name, ".")
			if err != nil && dot >= 0 && !strings.Contains("localhost internal com cn aws", name[dot+1:]) {
				t.Errorf("%q is known as %q, address %v", host, name, address)
			}
		}
		r := fromNetwork("POST", "/", host, nil)
		if reason := g.refusal(r); (reason == "") != known || len(reason) > 1500 {
			t.Errorf("%q is known: %v, got %q", host, known, reason)
		}
	})
}

// TestBrowsersKeepAnswersFromOtherPages has answers of each kind, and one that the guard refuses.
func TestBrowsersKeepAnswersFromOtherPages(t *testing.T) {
	answers := http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})
	endpoint := New(Parts{Control: answers, Metrics: answers})
	for _, target := range []string{"/", "/metrics", "/_emulator/clock", "/nothing", "http://evil.example/"} {
		answer := httptest.NewRecorder()
		endpoint.ServeHTTP(answer, httptest.NewRequest(http.MethodGet, target, nil))
		for name, want := range map[string]string{"Cross-Origin-Resource-Policy": "same-origin", "X-Content-Type-Options": "nosniff"} {
			if got := answer.Header().Get(name); got != want {
				t.Errorf("%s: %s is %q", target, name, got)
			}
		}
	}
}
