package browser_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/consoletest/browser"
)

func TestMain(m *testing.M) { os.Exit(browser.Main(m.Run)) }

func serve(t *testing.T, page string) string {
	t.Helper()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", "img-src 'self'")
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprint(w, `<!doctype html><title>page</title><link rel="icon" href="/icon">`+page)
	}))
	t.Cleanup(srv.Close)
	return srv.URL
}

// silent is a test of which the errors are not the ones of the test that runs it.
type silent struct {
	testing.TB
	errors []string
}

func (s *silent) Error(args ...any) { s.errors = append(s.errors, fmt.Sprint(args...)) }
func (s *silent) Helper()           {}

func TestProblemsAreNoted(t *testing.T) {
	for _, c := range []struct{ name, page, want string }{
		{"none", `<p>text`, ""},
		{"exception", `<script>throw new Error("broken")</script>`, "broken"},
		{"error in the console", `<script>console.error("bad news")</script>`, "bad news"},
		{"policy", `<img alt="" src="http://127.0.0.1:1/picture">`, "Content Security Policy"},
		{"another host", `<script>fetch("http://127.0.0.2:1/").catch(() => {})</script>`, "a request to another host: http://127.0.0.2:1/"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := &silent{TB: t}
			tab := browser.Open(s)
			tab.Go(serve(t, c.page))
			if c.want == "" {
				if found := tab.Problems(); len(found) > 0 {
					t.Errorf("problems: %q", found)
				}
				return
			}
			tab.Noted(c.want)
			tab.Expect(".")
			if found := tab.Problems(); len(found) > 0 {
				t.Errorf("expected problems are %q", found)
			}
		})
	}
}

func TestHiddenTabIsTold(t *testing.T) {
	tab := browser.Open(t)
	tab.Go(serve(t, `<script>told = []; document.addEventListener("visibilitychange", () => told.push(document.visibilityState))</script>`))
	tab.Hide()
	tab.Show()
	if told := browser.Value[[]string](tab, "told"); !slices.Equal(told, []string{"hidden", "visible"}) {
		t.Errorf("the page is told %q", told)
	}
}

func TestScriptsAreOff(t *testing.T) {
	tab := browser.Open(t)
	tab.WithoutScripts()
	tab.Go(serve(t, `<p id="p">as written</p><script>document.getElementById("p").textContent = "changed"</script>`))
	if text := tab.Text(); text != "as written" {
		t.Errorf("the page shows %q", text)
	}
}

func TestKeyboard(t *testing.T) {
	tab := browser.Open(t)
	tab.Go(serve(t, `<a href="/a">a</a><form action="/sent"><input name="q" value="old"><button>Send</button></form>`))
	tab.TabTo("input")
	tab.Fill("new")
	tab.TabTo("button")
	tab.Press("\r")
	tab.Until("the form is sent", `location.pathname === "/sent"`)
	if path := tab.Path(); path != "/sent?q=new" {
		t.Errorf("the path is %s", path)
	}
}

func TestTree(t *testing.T) {
	tab := browser.Open(t)
	tab.Go(serve(t, `<main><h2>Tasks</h2><button aria-label="Stop task">x</button></main>`))
	var found []string
	for _, n := range tab.Tree() {
		if n.Role == "heading" || n.Role == "button" {
			found = append(found, fmt.Sprint(n.Role, " ", n.Name, " ", n.Properties["level"], " ", slices.Contains(n.Within, "main")))
		}
	}
	if want := []string{"heading Tasks 2 true", "button Stop task <nil> true"}; !slices.Equal(found, want) {
		t.Errorf("the tree has %q, want %q", found, want)
	}
}

func TestWithoutBrowser(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	if _, err := browser.Find(); err == nil || !strings.Contains(err.Error(), "chromium-headless-shell") {
		t.Errorf("the error is %v", err)
	}
}
