package console_test

import (
	"fmt"
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/handlers/console"
	"github.com/ecs-emulator/ecs-emulator/handlers/console/page"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
)

func TestPathsOfTheConsole(t *testing.T) {
	for path, want := range map[string]bool{
		"/_emulator/console": true, "/_emulator/console/": true, "/_emulator/console/clusters/shop": true,
		"/_emulator/consoles": false, "/_emulator/": false, "/": false,
	} {
		if console.Has(path) != want {
			t.Errorf("%s: %v", path, !want)
		}
	}
}

func TestUnknownThingsAreNamedWithWhatThereIs(t *testing.T) {
	w := newWorld(t, nil)
	w.add("shop")
	for path, c := range map[string]struct {
		status int
		texts  []string
	}{
		"/things/%25zz":             {http.StatusNotFound, []string{"there is no %zz"}},
		"/nowhere":                  {http.StatusNotFound, []string{"there is no page /_emulator/console/nowhere", `<a href="/_emulator/console">All</a>`}},
		"/things":                   {http.StatusNotFound, []string{"there is no page"}},
		"/things/shop/more":         {http.StatusNotFound, []string{"there is no page"}},
		"/things/gone":              {http.StatusNotFound, []string{"there is no gone", `<a href="/_emulator/console">all</a>`}},
		"?after=elsewhere/7":        {http.StatusBadRequest, []string{"after=elsewhere/7 is the cursor of no list: the lists of this page are names"}},
		"?after=names/gone":         {http.StatusBadRequest, []string{"after=names/gone: the list has no such row"}},
		"/things/shop?after=names/": {http.StatusBadRequest, []string{"this page has none"}},
		"?region=Nowhere":           {http.StatusBadRequest, []string{"region=Nowhere is no region"}},
		"?account=7":                {http.StatusBadRequest, []string{"account=7 is no account"}},
	} {
		answer := w.get(path)
		if answer.Code != c.status {
			t.Errorf("%s: status %d, want %d", path, answer.Code, c.status)
		}
		for _, text := range c.texts {
			if !strings.Contains(answer.Body.String(), text) {
				t.Errorf("%s lacks %q: %s", path, text, answer.Body)
			}
		}
	}
}

func TestListsAreInParts(t *testing.T) {
	w := newWorld(t, nil)
	for i := range 250 {
		w.add(fmt.Sprintf("c%03d", i))
	}
	seen, to := map[string]int{}, ""
	for parts := 1; ; parts++ {
		body := w.get(to).Body.String()
		for i := range 250 {
			seen[fmt.Sprintf("c%03d", i)] += strings.Count(body, fmt.Sprintf(`id="name-c%03d"`, i))
		}
		if n := strings.Count(body, `id="name-`); n > page.MostRows {
			t.Errorf("%q has %d rows", to, n)
		}
		if !strings.Contains(body, ">next rows</a>") {
			if parts != 3 {
				t.Errorf("there are %d parts", parts)
			}
			break
		}
		to = nextRows(t, body)
	}
	for name, n := range seen {
		if n != 1 {
			t.Errorf("%s is there %d times", name, n)
		}
	}
	body := w.get("?q=C01").Body.String()
	if n := strings.Count(body, `id="name-`); n != 10 || strings.Contains(body, "next rows") {
		t.Errorf("%d rows match c01", n)
	}
}

// nextRows is the address of the rows that follow, below the console's prefix.
func nextRows(t *testing.T, body string) string {
	t.Helper()
	before, _, found := strings.Cut(body, `">next rows`)
	at := strings.LastIndex(before, `href="`+console.Prefix)
	if !found || at < 0 {
		t.Fatalf("there are no next rows: %s", body)
	}
	return strings.ReplaceAll(before[at+len(`href="`+console.Prefix):], "&amp;", "&")
}

func TestActions(t *testing.T) {
	w := newWorld(t, nil)
	w.add("shop")
	answer := w.ask(post("/things/shop?q=x", url.Values{"action": {"Change"}, "to": {"another"}}))
	if answer.Code != http.StatusSeeOther || answer.Header().Get("Location") != console.Prefix+"/things/shop?q=x" || len(w.done) != 1 || w.done[0].Get("to") != "another" {
		t.Errorf("done: %d %s, %v", answer.Code, answer.Header().Get("Location"), w.done)
	}
	answer = w.ask(post("/things/shop", url.Values{"action": {"Change"}, "to": {"refused"}}))
	body := answer.Body.String()
	if answer.Code != http.StatusConflict || !strings.Contains(body, "<strong>ConflictException</strong>") || strings.Contains(body, "<script>") || strings.Contains(body, "data-live") {
		t.Errorf("refused: %d %s", answer.Code, body)
	}
	if !strings.Contains(body, `name="to" value="refused"`) {
		t.Errorf("what was typed is lost: %s", body)
	}
	answer = w.ask(post("/things/shop", url.Values{"action": {"Remove"}, "to": {nasty}}))
	body = answer.Body.String()
	for _, text := range []string{"Remove shop?", `<input type="hidden" name="action" value="Remove">`, `<input type="hidden" name="confirmed" value="yes">`, "Yes, remove it"} {
		if !strings.Contains(body, text) {
			t.Errorf("the question lacks %s: %s", text, body)
		}
	}
	if answer.Code != http.StatusOK || len(w.done) != 1 || strings.Contains(body, "<script>") {
		t.Errorf("the question: %d, done %v: %s", answer.Code, w.done, body)
	}
	answer = w.ask(post("/things/shop", url.Values{"action": {"Remove"}, "confirmed": {"yes"}}))
	if answer.Code != http.StatusSeeOther || len(w.done) != 2 {
		t.Errorf("confirmed: %d, done %v", answer.Code, w.done)
	}
	r := post("/things/shop", url.Values{"action": {"Change"}})
	r.Header.Set("Content-Type", "text/plain")
	if answer := w.ask(r); answer.Code != http.StatusUnsupportedMediaType || len(w.done) != 2 {
		t.Errorf("text/plain: %d, done %v", answer.Code, w.done)
	}
	r = httptest.NewRequest(http.MethodPost, console.Prefix+"/things/shop", strings.NewReader("action=Change&to="+strings.Repeat("x", 2<<20)))
	r.Header = post("", nil).Header
	if answer := w.ask(r); answer.Code != http.StatusBadRequest || len(w.done) != 2 {
		t.Errorf("a long form: %d, done %v", answer.Code, w.done)
	}
}

// A form that is sent after something has come in another region still goes to the one that its page showed.
func TestAFormIsOfTheRegionThatItsPageShows(t *testing.T) {
	w := newWorld(t, nil)
	w.addIn(arn.Scope{Region: "eu-west-1", Account: scope.Account}, "shop")
	body := w.get("/things/shop").Body.String()
	_, rest, _ := strings.Cut(body, `<form id="change" method="post" action="`+console.Prefix)
	to, _, found := strings.Cut(rest, `"`)
	if !found {
		t.Fatalf("no form: %s", body)
	}
	w.add("shop")
	answer := w.ask(post(html.UnescapeString(to), url.Values{"action": {"Change"}, "to": {"another"}}))
	if answer.Code != http.StatusSeeOther || len(w.regions) != 1 || w.regions[0] != "eu-west-1" {
		t.Errorf("the form %s: %d, done in %v", to, answer.Code, w.regions)
	}
}

func TestFilesAreAskedForAgain(t *testing.T) {
	w := newWorld(t, nil)
	first := w.get("/static/script.js")
	r := httptest.NewRequest(http.MethodGet, console.Prefix+"/static/script.js", nil)
	r.Header.Set("If-None-Match", first.Header().Get("ETag"))
	if again := w.ask(r); again.Code != http.StatusNotModified || again.Body.Len() > 0 || first.Header().Get("Content-Type") != "text/javascript; charset=utf-8" {
		t.Errorf("%d %s", again.Code, first.Header())
	}
	script := first.Body.String()
	if n := strings.Count(script, "\n"); n > 300 {
		t.Errorf("the script has %d lines", n)
	}
	for _, unsafe := range []string{"eval(", "new Function", "document.write", "http://", "https://"} {
		if strings.Contains(script, unsafe) {
			t.Errorf("the script has %s", unsafe)
		}
	}
}
