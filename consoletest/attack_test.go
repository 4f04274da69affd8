package consoletest

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/ecs-emulator/ecs-emulator/consoletest/browser"
)

// evil is a server of another origin: another port of this machine, as a container's is, with one page.
func evil(t *testing.T, page string) string {
	t.Helper()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprint(w, `<!doctype html><title>evil</title><link rel="icon" href="/icon">`+page)
	}))
	t.Cleanup(srv.Close)
	return srv.URL
}

// TestOtherOrigins is what a page of another port of 127.0.0.1, which is another origin of the same site, and a page of
// another site do to the console: the attacks on LocalStack's dashboard (CON5).
func TestOtherOrigins(t *testing.T) {
	s := open(t)
	task := s.tasks("web")[0]
	form := `<form method="post" action="` + s.url("/tasks/shop/"+task) + `">
		<input name="action" value="StopTask"><input name="yes" value="yes"><input name="confirm" value="yes"><input name="confirmed" value="true"><button>Win</button></form>`
	for _, host := range []string{"127.0.0.1", "localhost"} {
		here := func(page string) string { return strings.Replace(evil(t, page), "127.0.0.1", host, 1) }
		t.Run("form of "+host, func(t *testing.T) {
			tab := attack(t, here(form))
			tab.Follow("button")
			tab.UntilText("refused")
			if !strings.HasPrefix(tab.Path(), console) {
				t.Errorf("the form leads to %s", tab.Path())
			}
		})
		t.Run("frame of "+host, func(t *testing.T) {
			// A change of this machine's network may end an attempt, so there are more.
			tab := attack(t, here(`<iframe id="frame"></iframe><script>
				const open = () => { document.getElementById("frame").src = `+browser.Quote(s.url(""))+`; };
				open();
				setInterval(open, 1000);</script>`))
			tab.Noted("frame-ancestors 'none'")
		})
		t.Run("script of "+host, func(t *testing.T) {
			tab := attack(t, here(`<p>waiting`))
			for what, call := range map[string]string{
				"reads the page":   `fetch(` + browser.Quote(s.url("")) + `).then((r) => r.text())`,
				"reads the stream": `fetch(` + browser.Quote(s.url("")) + `, {headers: {Accept: "text/event-stream"}}).then((r) => r.text())`,
				"posts": `fetch(` + browser.Quote(s.url("/clock")) + `, {method: "POST", body: new URLSearchParams({action: "advance", advance: "24h"}), mode: "no-cors"})
					.then((r) => { if (r.type === "opaque") throw "opaque"; return r.text(); })`,
			} {
				if got := browser.Value[string](tab, call+`.then((text) => "got " + text, (error) => "refused")`); got != "refused" {
					t.Errorf("a script %s: %s", what, got)
				}
			}
		})
	}
	out, err := s.ecs.DescribeTasks(t.Context(), &ecs.DescribeTasksInput{Cluster: aws.String("shop"), Tasks: []string{task}})
	s.must(err)
	if status := aws.ToString(out.Tasks[0].DesiredStatus); status != "RUNNING" {
		t.Errorf("the task should be %s after the attacks", status)
	}
}

// attack opens a page of which the browser complains.
func attack(t *testing.T, url string) *browser.Tab {
	t.Helper()
	tab := browser.Open(t)
	tab.Expect(`CORS|frame|ERR_FAILED|ERR_BLOCKED|status of 40|another host|Access to fetch`)
	tab.Go(url)
	return tab
}

// TestMarkupIsText puts markup into all that a user can name, and sees it as it was written.
func TestMarkupIsText(t *testing.T) {
	const markup = `<img src=x onerror="document.title='owned'"><script>document.title="owned"</script>`
	s := open(t)
	revision := s.revise("shop/web:2", func(c *types.ContainerDefinition) {
		c.DockerLabels = map[string]string{"ecs-emulator.sim.logs": markup + "\n\x1b[31mred\x1b[0m \x1b]0;title\x07\n"}
		c.Environment = []types.KeyValuePair{{Name: aws.String("GREETING"), Value: aws.String(markup)}}
	})
	s.deploy("api", revision)
	s.complete("api")
	id := s.tasks("api")[0]
	task := "arn:aws:ecs:us-east-1:000000000000:task/shop/" + id
	_, err := s.ecs.TagResource(t.Context(), &ecs.TagResourceInput{ResourceArn: &task, Tags: []types.Tag{{Key: aws.String("owner"), Value: aws.String("a+b=c@d")}}})
	s.must(err)
	reason := markup
	other := s.tasks("web")[0]
	_, err = s.ecs.StopTask(t.Context(), &ecs.StopTaskInput{Cluster: aws.String("shop"), Task: &other, Reason: &reason})
	s.must(err)
	definition := strings.TrimPrefix(revision[strings.Index(revision, "/"):], "/")
	for path, want := range map[string]string{
		"/tasks/shop/" + id:    markup,
		"/tasks/shop/" + other: markup,
		"/definitions/" + strings.ReplaceAll(definition, ":", "/"): `<img src=x onerror=`,
		"/clusters/shop?q=" + url.QueryEscape(markup):              "",
		"/services/shop/" + url.PathEscape(markup):                 markup,
	} {
		t.Run(path[:min(len(path), 20)], func(t *testing.T) {
			tab := browser.Open(t)
			tab.Expect(`status of 404`)
			tab.Go(s.url(path))
			if want != "" {
				tab.UntilText(want)
			}
			if n := browser.Value[int](tab, `document.querySelectorAll("img, script:not([src]), [onerror]").length`); n != 0 || tab.Title() == "owned" {
				t.Errorf("%d elements of the markup are there; the title is %q", n, tab.Title())
			}
		})
	}
}
