package console_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/ecs-emulator/ecs-emulator/handlers/console"
)

const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// checkHeaders holds an answer against what all answers have.
func checkHeaders(t *testing.T, what string, header http.Header) {
	t.Helper()
	for name, want := range map[string]string{
		"Content-Security-Policy": policy, "X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin",
	} {
		if got := header.Values(name); len(got) != 1 || got[0] != want {
			t.Errorf("%s: %s is %q", what, name, got)
		}
	}
	if got := header.Get("Set-Cookie"); got != "" {
		t.Errorf("%s: it sets a cookie: %s", what, got)
	}
}

func TestEachAnswerIsProtected(t *testing.T) {
	w := newWorld(t, nil)
	w.add("shop")
	forged := post("/things/shop", url.Values{"action": {"Change"}})
	forged.Header.Set("Sec-Fetch-Site", "cross-site")
	foreign := httptest.NewRequest(http.MethodGet, console.Prefix, nil)
	foreign.Header.Set("Accept", "text/event-stream")
	foreign.Header.Set("Sec-Fetch-Site", "cross-site")
	get := func(path string) *http.Request { return httptest.NewRequest(http.MethodGet, console.Prefix+path, nil) }
	for name, c := range map[string]struct {
		request *http.Request
		status  int
	}{
		"first page":         {get(""), http.StatusOK},
		"page":               {get("/things/shop"), http.StatusOK},
		"thing that is gone": {get("/things/gone"), http.StatusNotFound},
		"unknown page":       {get("/nowhere"), http.StatusNotFound},
		"broken page":        {get("/broken"), http.StatusInternalServerError},
		"cursor":             {get("?after=nothing"), http.StatusBadRequest},
		"query":              {get("?a=%zz"), http.StatusBadRequest},
		"style":              {get("/static/style.css"), http.StatusOK},
		"script":             {get("/static/script.js"), http.StatusOK},
		"icon":               {get("/static/icon.svg"), http.StatusOK},
		"no such file":       {get("/static/other.js"), http.StatusNotFound},
		"head":               {httptest.NewRequest(http.MethodHead, console.Prefix, nil), http.StatusOK},
		"other method":       {httptest.NewRequest(http.MethodDelete, console.Prefix, nil), http.StatusMethodNotAllowed},
		"foreign stream":     {foreign, http.StatusForbidden},
		"forged form":        {forged, http.StatusForbidden},
		"action":             {post("/things/shop", url.Values{"action": {"Change"}}), http.StatusSeeOther},
		"question":           {post("/things/shop", url.Values{"action": {"Remove"}}), http.StatusOK},
		"refused action":     {post("/things/shop", url.Values{"action": {"Change"}, "to": {"refused"}}), http.StatusConflict},
		"unknown action":     {post("/things/shop", url.Values{"action": {"Explode"}}), http.StatusBadRequest},
	} {
		answer := w.ask(c.request)
		if answer.Code != c.status {
			t.Errorf("%s: status %d, want %d", name, answer.Code, c.status)
		}
		checkHeaders(t, name, answer.Header())
		if body := answer.Body.String(); strings.Contains(body, "<script>") || strings.Contains(body, " style=") || strings.Contains(body, " onerror=") && !strings.Contains(body, "&lt;img") {
			t.Errorf("%s: something is inline: %s", name, body)
		}
	}
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, nil)
		v := w.follow("", "", nil)
		synctest.Wait()
		checkHeaders(t, "stream", v.header)
		if got := v.header.Get("Content-Type") + v.header.Get("Cache-Control"); got != "text/event-streamno-store" {
			t.Errorf("stream: %s", got)
		}
		v.leave()
		if !v.gone() {
			t.Error("the stream goes on without its viewer")
		}
	})
}

func TestPostsMustBeOfThisOrigin(t *testing.T) {
	for name, c := range map[string]struct {
		host    string
		headers map[string]string
		taken   bool
	}{
		"same origin":                      {"127.0.0.1:4577", map[string]string{"Sec-Fetch-Site": "same-origin", "Origin": "http://127.0.0.1:4577"}, true},
		"same origin without Origin":       {"127.0.0.1:4577", map[string]string{"Sec-Fetch-Site": "same-origin"}, true},
		"Origin alone":                     {"192.168.7.7:4577", map[string]string{"Origin": "http://192.168.7.7:4577"}, true},
		"Origin alone, behind TLS":         {"ecs.example.com", map[string]string{"Origin": "https://ecs.example.com"}, true},
		"neither":                          {"127.0.0.1:4577", nil, false},
		"same site: another port":          {"127.0.0.1:4577", map[string]string{"Sec-Fetch-Site": "same-site", "Origin": "http://127.0.0.1:8080"}, false},
		"cross site":                       {"127.0.0.1:4577", map[string]string{"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}, false},
		"typed in the address bar":         {"127.0.0.1:4577", map[string]string{"Sec-Fetch-Site": "none"}, false},
		"cross site with a made-up Origin": {"127.0.0.1:4577", map[string]string{"Sec-Fetch-Site": "cross-site", "Origin": "http://127.0.0.1:4577"}, false},
		"Origin of another port":           {"localhost:4577", map[string]string{"Origin": "http://localhost:8080"}, false},
		"Origin of another host":           {"127.0.0.1:4577", map[string]string{"Origin": "http://localhost:4577"}, false},
		"Origin null":                      {"127.0.0.1:4577", map[string]string{"Origin": "null"}, false},
		"Origin of a file":                 {"127.0.0.1:4577", map[string]string{"Origin": "file://127.0.0.1:4577"}, false},
	} {
		w := newWorld(t, nil)
		w.add("shop")
		r := post("/things/shop", url.Values{"action": {"Change"}, "to": {"another"}})
		r.Header.Del("Sec-Fetch-Site")
		r.Host = c.host
		for header, value := range c.headers {
			r.Header.Set(header, value)
		}
		want := http.StatusForbidden
		if c.taken {
			want = http.StatusSeeOther
		}
		if answer := w.ask(r); answer.Code != want || len(w.done) == 1 != c.taken {
			t.Errorf("%s: status %d, want %d; done: %v", name, answer.Code, want, w.done)
		}
	}
}

func TestReadOnlyConsole(t *testing.T) {
	w := newWorld(t, func(o *console.Options) { o.ReadOnly = true })
	w.add("shop")
	for _, path := range []string{"", "/things/shop", "?q=sh&status=ACTIVE"} {
		if answer := w.get(path); answer.Code != http.StatusOK || strings.Contains(answer.Body.String(), "<form") {
			t.Errorf("%q: status %d: %s", path, answer.Code, answer.Body)
		}
	}
	answer := w.ask(post("/things/shop", url.Values{"action": {"Change"}}))
	if answer.Code != http.StatusForbidden || len(w.done) > 0 || !strings.Contains(answer.Body.String(), "--console=read") {
		t.Errorf("status %d, done %v: %s", answer.Code, w.done, answer.Body)
	}
}
