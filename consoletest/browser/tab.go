package browser

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

const (
	// patience is how long a page may take to show something.
	patience = 30 * time.Second
	lookEach = 15 * time.Millisecond

	// networkChanged ends what is under way in Chromium when a network interface of this machine comes or goes, as they do
	// with networks of Docker, also of other programs.
	networkChanged = "ERR_NETWORK_CHANGED"
	mostLoads      = 5
)

// Tab is a tab in which a test reads and acts as a user does. Its methods fail the test if the browser does not obey.
type Tab struct {
	testing.TB
	ctx   context.Context
	media map[string]string // what the user prefers

	mu       sync.Mutex
	host     string // of the page: requests to another are noted
	problems []string
	ended    int // requests by networkChanged, which is no fault of the page
	requests []Request
	messages int // of streams of server-sent events
	expected []*regexp.Regexp
}

// Request is one that a page of the tab sent: of a Document, a Stylesheet, an EventSource and so on.
type Request struct{ Method, URL, Type string }

// Open opens a tab that shares nothing with other tabs of Open, no connection either. It closes with the test, which fails
// if a page did what it must not do.
func Open(tb testing.TB) *Tab {
	tb.Helper()
	return open(tb, require(tb), chromedp.WithNewBrowserContext())
}

// Beside opens another tab of the same user, as for a link that is opened in a new tab: both have the same connections.
func (t *Tab) Beside() *Tab {
	t.Helper()
	return open(t.TB, t.ctx)
}

func open(tb testing.TB, parent context.Context, options ...chromedp.ContextOption) *Tab {
	tb.Helper()
	ctx, cancel := chromedp.NewContext(parent, options...)
	t := &Tab{TB: tb, ctx: ctx, media: map[string]string{}}
	tb.Cleanup(func() {
		tb.Helper()
		for _, problem := range t.Problems() {
			tb.Error(problem)
		}
		cancel()
	})
	t.must("open a tab", chromedp.Do(ctx))
	t.must("listen to the tab", chromedp.Listen(ctx, t.note))
	return t
}

// note keeps what a test asks for later. It runs while the browser waits, so it calls nothing.
func (t *Tab) note(event any) {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		t.requests = append(t.requests, Request{e.Request.Method, e.Request.URL, string(e.Type)})
		if at, err := url.Parse(e.Request.URL); t.host != "" && err == nil && at.Host != t.host && at.Scheme != "about" {
			t.problems = append(t.problems, "a request to another host: "+e.Request.URL)
		}
	case *network.EventEventSourceMessageReceived:
		t.messages++
	case *runtime.EventExceptionThrown:
		text := e.ExceptionDetails.Text
		if thrown := e.ExceptionDetails.Exception; thrown != nil {
			text += " " + thrown.Description
		}
		t.problems = append(t.problems, "an exception: "+text)
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.ConsoleAPICalledTypeError {
			t.problems = append(t.problems, fmt.Sprintf("an error in the console: %v", texts(e.Args)))
		}
	case *log.EventEntryAdded:
		switch {
		case e.Entry.Level != log.EntryLevelError:
		case strings.Contains(e.Entry.Text, networkChanged):
			t.ended++
		default:
			t.problems = append(t.problems, "an error in the console: "+e.Entry.Text+" "+e.Entry.URL)
		}
	}
}

func texts(values []*runtime.RemoteObject) (all []string) {
	for _, v := range values {
		all = append(all, string(v.Value))
	}
	return all
}

// Expect says that the test makes errors in the browser's console that match the pattern.
func (t *Tab) Expect(pattern string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.expected = append(t.expected, regexp.MustCompile(pattern))
}

// Problems are what pages of the tab did that they must not, but for what the test expects.
func (t *Tab) Problems() (all []string) {
	t.mu.Lock()
	defer t.mu.Unlock()
next:
	for _, problem := range t.problems {
		for _, e := range t.expected {
			if e.MatchString(problem) {
				continue next
			}
		}
		all = append(all, problem)
	}
	return all
}

// Noted waits until a problem is noted that has a text, expected or not: the browser tells of some when the page is long
// there.
func (t *Tab) Noted(text string) {
	t.Helper()
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(lookEach) {
		t.mu.Lock()
		found := slices.ContainsFunc(t.problems, func(problem string) bool { return strings.Contains(problem, text) })
		t.mu.Unlock()
		if found {
			return
		}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.Fatalf("the problems are %q, without %q", t.problems, text)
}

// Requests are those that pages of the tab have sent.
func (t *Tab) Requests() []Request {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Clone(t.requests)
}

// Go opens a page and waits until it is loaded. From now on a request to another host is a problem.
func (t *Tab) Go(to string) {
	t.Helper()
	at, err := url.Parse(to)
	t.must("open "+to, err)
	t.mu.Lock()
	t.host = at.Host
	t.mu.Unlock()
	for range mostLoads {
		if err = t.load(to); err == nil {
			return
		}
	}
	t.must("open "+to, err)
}

// load loads a page once, with all that belongs to it.
func (t *Tab) load(to string) error {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.ctx, patience)
	defer cancel()
	t.mu.Lock()
	ended, sent := t.ended, len(t.requests)
	t.mu.Unlock()
	err := chromedp.Do(ctx, chromedp.Navigate(to))
	if err != nil && !strings.Contains(err.Error(), networkChanged) {
		t.must("open "+to, err)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if err == nil && t.ended == ended {
		return nil
	}
	t.requests = t.requests[:sent] // the next attempt sends them anew
	return errors.New(networkChanged)
}

// again loads the page again, or sends its form again, where an error page of the browser stands instead. Only connections that
// are being made are ended by a change of the network, so nothing was sent.
func (t *Tab) again() error {
	ctx, cancel := context.WithTimeout(t.ctx, patience)
	defer cancel()
	return chromedp.Do(ctx, chromedp.Reload())
}

// Path is the path of the page that the tab shows, with its query.
func (t *Tab) Path() string {
	t.Helper()
	return Value[string](t, `location.pathname + location.search`)
}

// Title is the title of the page.
func (t *Tab) Title() string {
	t.Helper()
	return Value[string](t, `document.title`)
}

// Text is the text of the page as it is shown.
func (t *Tab) Text() string {
	t.Helper()
	return Value[string](t, `document.body.innerText`)
}

// Value is the value of an expression of JavaScript in the page, also in one whose own scripts are off.
func Value[T any](t *Tab, expression string) T {
	t.Helper()
	value, err := try[T](t, expression)
	t.must(expression, err)
	return value
}

func try[T any](t *Tab, expression string) (T, error) {
	ctx, cancel := context.WithTimeout(t.ctx, patience)
	defer cancel()
	return chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
}

// Until waits until an expression of JavaScript is true. A page that is being left answers none, so errors are of the past.
func (t *Tab) Until(what, expression string) {
	t.Helper()
	var last error
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(lookEach) {
		is, err := try[string](t, `location.protocol === "chrome-error:" ? "lost" : (`+expression+`) ? "done" : ""`)
		switch is {
		case "done":
			return
		case "lost":
			err = t.again()
		}
		if last = err; t.ctx.Err() != nil {
			break
		}
	}
	text, _ := try[string](t, `document.title + " at " + location.href + ":\n" + document.body.innerText`)
	t.Fatalf("%s: not within %s (%v); the page is %s", what, patience, last, text)
}

// UntilText waits until the page shows a text, with any space between its words.
func (t *Tab) UntilText(text string) {
	t.Helper()
	t.Until(fmt.Sprintf("the page shows %q", text),
		`document.body.innerText.replace(/\s+/g, " ").includes(`+Quote(strings.Join(strings.Fields(text), " "))+`)`)
}

// Quote writes a text for JavaScript.
func Quote(text string) string {
	quoted, _ := json.Marshal(text) // a text has always a form
	return string(quoted)
}

// UntilFragment waits until a stream of the tab has brought something.
func (t *Tab) UntilFragment() {
	t.Helper()
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(lookEach) {
		t.mu.Lock()
		messages := t.messages
		t.mu.Unlock()
		if messages > 0 {
			return
		}
	}
	t.Fatalf("the stream of %s brings nothing", t.Path())
}

func (t *Tab) must(what string, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
}
