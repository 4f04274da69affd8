// Package console is the emulator's console for people: pages at /_emulator/console that a browser shows, and that change
// while it does.
//
// All is rendered here, from the rows of the store; a page works without scripts. With the script, a browser follows its
// page as a stream of fragments, which is rendered once for all who look at it, and not at all if none does. Forms call
// operations of AWS as the account's root would. Package page has what pages are made of, the packages beside it have the pages.
//
// There is no login, so package handlers answers here only those who use a name of this machine, and a POST must come
// from a page of this origin.
package console

import (
	"context"
	"log/slog"
	"net/http"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/handlers/console/page"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
)

// Prefix is where the paths of the console begin.
const Prefix = page.Prefix

// Has reports whether a path is of the console.
func Has(path string) bool {
	rest, found := strings.CutPrefix(path, Prefix)
	return found && (rest == "" || rest[0] == '/')
}

// Options say what the console shows.
type Options struct {
	Version string
	// Scope is the account and region of requests that choose none.
	Scope arn.Scope
	// ReadOnly: there are no forms, and a POST is refused.
	ReadOnly bool
	Sources  *page.Sources
	// Pages are all pages, in the order of the list of pages. Nil: what [Pages] returns.
	Pages []page.Page
	// Closing ends when the emulator closes; nil never does. Streams end with it.
	Closing context.Context
	Log     *slog.Logger
}

// Console answers the paths that [Has] has.
type Console struct {
	Options
	pages []route
	hub   hub

	failures failures
}

// New makes a console.
func New(o Options) *Console {
	if o.Closing == nil {
		o.Closing = context.Background()
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Pages == nil {
		o.Pages = Pages()
	}
	c := &Console{Options: o}
	c.hub.streams = map[string]*stream{}
	for _, p := range o.Pages {
		c.pages = append(c.pages, newRoute(p))
	}
	return c
}

// Renders is how often pages have been rendered for streams.
func (c *Console) Renders() uint64 { return c.hub.renders.Load() }

// Close returns when no stream is rendered any more. Closing has ended.
func (c *Console) Close() {
	if c != nil {
		c.hub.running.Wait()
	}
}

// ServeHTTP implements http.Handler.
func (c *Console) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	Protect(w.Header())
	path, _ := strings.CutPrefix(r.URL.EscapedPath(), Prefix)
	reading := r.Method == http.MethodGet || r.Method == http.MethodHead
	switch {
	case !reading && r.Method != http.MethodPost:
		w.Header().Set("Allow", "GET, HEAD, POST")
		c.refuse(w, r, &page.Refusal{Status: http.StatusMethodNotAllowed, Message: "the console answers GET and POST, and not " + r.Method})
		return
	case reading && serveStatic(w, r, path):
		return
	case !reading && c.ReadOnly:
		c.refuse(w, r, &page.Refusal{Status: http.StatusForbidden, Message: "the console is read only: the emulator was started with --console=read"})
		return
	case !reading && !sameOrigin(r):
		c.Log.Warn("request refused", "status", http.StatusForbidden, "method", r.Method, "path", r.URL.Path, "origin", r.Header.Get("Origin"), "fetchSite", r.Header.Get("Sec-Fetch-Site"))
		c.refuse(w, r, &page.Refusal{Status: http.StatusForbidden, Message: "refused: the console takes forms of its own pages alone, which the browser says with Sec-Fetch-Site or Origin. Programs have the API"})
		return
	}
	found := c.find(path)
	switch {
	case found == nil:
		c.refuse(w, r, page.NotFound(c.listed(r), "there is no page %s", r.URL.Path))
	case !reading:
		c.act(w, r, found)
	case r.Method == http.MethodGet && strings.Contains(r.Header.Get("Accept"), "text/event-stream"):
		c.stream(w, r, found)
	default:
		c.show(w, r, found)
	}
}
