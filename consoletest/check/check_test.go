package check_test

import (
	_ "embed"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/consoletest/browser"
	"github.com/ecs-emulator/ecs-emulator/consoletest/check"
)

func TestMain(m *testing.M) { os.Exit(browser.Main(m.Run)) }

//go:embed good.html
var good string

// serve answers with pages at /0, /1 and so on, below /page.
func serve(t *testing.T, pages ...string) (url func(page int) string) {
	t.Helper()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var page int
		if _, err := fmt.Sscanf(r.URL.Path, "/page/%d", &page); err != nil {
			w.Header().Set("Content-Type", "image/svg+xml")
			fmt.Fprint(w, `<svg xmlns="http://www.w3.org/2000/svg"/>`)
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprint(w, pages[page])
	}))
	t.Cleanup(srv.Close)
	return func(page int) string { return fmt.Sprintf("%s/page/%d", srv.URL, page) }
}

// all holds every check against the page that the tab shows.
func all(tab *browser.Tab) []string {
	faults := check.Page(tab, "web")
	for _, theme := range []string{"light", "dark"} {
		tab.Theme(theme)
		for _, fault := range check.Contrast(tab) {
			faults = append(faults, theme+": "+fault)
		}
	}
	tab.Resize(check.Narrow, 640)
	faults = append(faults, check.Width(tab)...)
	tab.ReduceMotion()
	return append(faults, check.Motion(tab)...)
}

// faulty are changes of the good page, and the one fault that each of them is.
var faulty = []struct{ name, old, new, want string }{
	{"language", ` lang="en"`, ``, "html has no lang"},
	{"title", `<title>web · service · ECS</title>`, ``, "the page has no title"},
	{"title of any page", `<title>web`, `<title>A`, `does not name web`},
	{"no skip link", `<a class="skip" href="#content">Skip to content</a>`, ``, "the first stop is no link that skips"},
	{"skip link to nowhere", `href="#content"`, `href="#top"`, "the skip link leads to #top"},
	{"hidden skip link", `.skip:focus { top: 0; }`, ``, "the skip link is not seen"},
	{"id twice", `<h2>`, `<h2 id="count">`, "the id count is there twice"},
	{"label of nothing", `for="count"`, `for="counts"`, "for names counts, which is not there"},
	{"control without a name", `<label for="count">Desired count</label> `, ``, "a textbox has no name"},
	{"button without a name", `<button>Update</button>`, `<button></button>`, "a button has no name"},
	{"link without a name", `>Clusters</a>`, `></a>`, "a link has no name"},
	{"two main headings", `<h2>Tasks</h2>`, `<h1>Tasks</h1>`, "2 headings of level 1"},
	{"no main heading", `<h1>Service web</h1>`, ``, "0 headings of level 1"},
	{"skipped level", `<h2>Tasks</h2>`, `<h3>Tasks</h3>`, `"Tasks" has level 3 after level 1`},
	{"empty heading", `<h2>Tasks</h2>`, `<h2></h2>`, "a heading is empty"},
	{"no main", `main`, `div`, "0 landmarks of role main"},
	{"no banner", `header>`, `div>`, "0 landmarks of role banner"},
	{"no navigation", `nav`, `div`, "no navigation"},
	{"navigations alike", `<h2>`, `<nav>1</nav><h2>`, `of 2 navigations one has the name ""`},
	{"no current page", ` aria-current="page"`, ``, "no link of a navigation has aria-current"},
	{"another page is current", `"/clusters"`, `"/clusters" aria-current="page"`, "aria-current is on a link to /clusters"},
	{"no caption", `<caption>Tasks of web</caption>`, ``, "a table has no caption"},
	{"no headers", `<th scope="col">At</th>`, `<td>At</td>`, "a table has no headers"},
	{"header without scope", `<th scope="col">At</th>`, `<th>At</th>`, "a header has no scope"},
	{"empty header", `>At</th>`, `></th>`, "a header is empty"},
	{"order of stops", `name="desiredCount"`, `name="desiredCount" tabindex="3"`, "a tabindex changes the order"},
	{"no live region", ` role="status"`, ``, "no polite live region"},
	{"live region interrupts", `<h2>`, `<p role="alert">no</p><h2>`, "a live region interrupts"},
	{"graph without a name", ` aria-label="Tasks over time"`, ``, "an image has no name"},
	{"graph without a table", `<details><summary>Figures</summary>`, `</figure><details><summary>Figures</summary>`, "a graph has no table behind"},
	{"pale text", `color: #222; overflow`, `color: #888; overflow`, "light: contrast"},
	{"text on grey", `rgba(0, 0, 0, .1)`, `rgba(0, 0, 0, .6)`, "light: contrast"},
	{"faint text", `<p role="status">`, `<p role="status" style="opacity: .4">`, "light: contrast"},
	{"dark links", `a { color: #8ab4f8; }`, ``, "dark: contrast"},
	{"text of a graph", `fill="#333"`, `fill="#bbb"`, "contrast"},
	{"pale placeholder", `value="2"`, `value="2" placeholder="3" class="pale"><style>.pale::placeholder { color: #ccc }</style>`, "contrast"},
	{"text on a picture", `<p role="status">`, `<p role="status" style="background-image: linear-gradient(red, blue)">`, "text on a picture"},
	{"wide page", `<h2>`, `<p style="width: 500px">wide</p><h2>`, "the page is 516 pixels wide"},
	{"motion", `@media (prefers-reduced-motion: reduce)`, `@media print`, "a transition: <button>"},
	{"smooth scrolling", `:root {`, `:root { scroll-behavior: smooth;`, "it scrolls smoothly"},
}

// TestEachFaultIsFound changes a good page, which has no fault.
func TestEachFaultIsFound(t *testing.T) {
	pages := []string{good}
	for _, f := range faulty {
		changed := strings.ReplaceAll(good, f.old, f.new)
		if changed == good {
			t.Fatalf("%s: the good page does not have %q", f.name, f.old)
		}
		pages = append(pages, changed)
	}
	url := serve(t, pages...)
	tab := browser.Open(t)
	tab.Go(url(0))
	for _, fault := range all(tab) {
		t.Errorf("the good page: %s", fault)
	}
	for i, f := range faulty {
		t.Run(f.name, func(t *testing.T) {
			tab := browser.Open(t)
			tab.Go(url(i + 1))
			faults := all(tab)
			if !slices.ContainsFunc(faults, func(fault string) bool { return strings.Contains(fault, f.want) }) {
				t.Errorf("the faults are %q, without %q", faults, f.want)
			}
		})
	}
}
