// Package page is what pages of the console are made of: the type of a page, what it may ask for, and a kit of elements
// that escape all text. A page reads rows and returns a [View]; an action calls an operation of AWS:
//
//	page.Page{
//		Pattern: "/clusters/{cluster}",
//		Read: func(r *page.Request) (*page.View, error) {
//			return &page.View{Title: r.Var("cluster"), Sections: []page.Section{{ID: "tasks", Title: "Tasks", Body: page.Text("…")}}}, nil
//		},
//	}
//
// The router of package console finds the page, renders it, streams it and hands it its actions.
package page

import (
	"context"
	"net/url"
	"strings"
	"time"

	g "maragu.dev/gomponents"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// Prefix is where the paths of the console begin.
const Prefix = "/_emulator/console"

// Page is a page of the console.
type Page struct {
	// Pattern is its path below Prefix: "" is the first page, "/services/{cluster}/{service}" has two variables. A last
	// variable {name...} takes all that follows.
	Pattern string
	// Nav is its name in the list of pages; empty: it is not there.
	Nav string
	// Within is the pattern of the page that the list of pages marks as the one that leads here; empty: its own.
	Within string
	// Read reads what the page shows. It is called for each viewer without a stream, and once for each change for all
	// others. The error may be a *Refusal, such as NotFound makes.
	Read func(r *Request) (*View, error)
	// News is closed when what no row says may have changed; nil: the page shows rows alone.
	News func() <-chan struct{}
	// Actions are by the field action of a POST: "StopTask".
	Actions map[string]Action
}

// Action is what a form of a page does.
type Action struct {
	// Ask is what is asked first; nil, or a question that is nil: nothing.
	Ask func(r *Request) (*Question, error)
	// Do does it, and returns where the answer leads; empty: to the page itself. An error may be a *Refusal.
	Do func(r *Request) (to string, err error)
}

// Question is asked before an action that cannot be taken back.
type Question struct {
	Title string // "Stop task 3f2a91c0?"
	Text  string // what will happen
	Yes   string // what the button says: "Stop the task"
}

// View is what a page shows. Each section has an id that no other one has, and is sent again when it changes.
type View struct {
	// Title names the thing, for the title and the heading: "web". Kind says what it is: "Service".
	Title, Kind string
	// Trail leads from the first page to what is above this one.
	Trail []Link
	// Status stands beside the heading, as a [Badge].
	Status g.Node
	// Summary is a sentence or a few words on how it is. It is read out when it changes.
	Summary  string
	Sections []Section
}

// Section is a part of a page with a heading.
type Section struct {
	ID    string
	Title string
	Body  g.Node
	// Wide: it takes all of the page's width; others may stand side by side.
	Wide bool
}

// Link is a text that leads to a path which To or With has made.
type Link struct{ Text, To string }

// Request is what a page knows of who asks, and what it may ask for itself.
type Request struct {
	Context context.Context // of what it asks for
	Tx      *store.Tx
	Now     time.Time
	// Scope is the account and region whose things are shown, and Default the scope without a choice.
	Scope, Default arn.Scope
	Query          url.Values
	// Form has the fields of an action, also where its error is shown; else it is nil.
	Form url.Values
	// ReadOnly: the console has no forms.
	ReadOnly bool
	// Path is the path of the page below Prefix, as it was asked for: escaped.
	Path string
	Vars map[string]string
	*Sources
	// Output reads the newest lines of containers; see Lines.
	Output func(of []Container, tail int) ([]Line, error)

	lists []string // that the page has read; see List
}

// Var is a variable of the page's pattern.
func (r *Request) Var(name string) string { return r.Vars[name] }

// To is the address of a page by the parts of its path: To("clusters", "shop"). Each part is escaped.
func (r *Request) To(parts ...string) string {
	var path strings.Builder
	path.WriteString(Prefix)
	for _, part := range parts {
		path.WriteString("/" + url.PathEscape(part))
	}
	return path.String() + r.query(url.Values{})
}

// With is the address of this page with other parameters, each a name and a value: With("status", "RUNNING"). An empty
// value leaves the parameter out. The cursor of a list goes with every change but its own.
func (r *Request) With(changes ...string) string {
	query := url.Values{}
	for name, values := range r.Query {
		if name != "after" && name != "region" && name != "account" {
			query[name] = values
		}
	}
	for i := 0; i+1 < len(changes); i += 2 {
		query.Del(changes[i])
		if changes[i+1] != "" {
			query.Set(changes[i], changes[i+1])
		}
	}
	return Prefix + r.Path + r.query(query)
}

// Self is the address of this page as it is.
func (r *Request) Self() string { return r.With("after", r.Query.Get("after")) }

// Fixed is Self with the account and region, also where they are those without a choice: which these are changes with what
// there is, and neither a form that is sent later nor a stream is to go to another region's thing of the same name.
func (r *Request) Fixed() string {
	fixed := *r
	fixed.Default = arn.Scope{}
	return fixed.Self()
}

// In is the address of this page in another scope, or of the first page where this one is about a single thing.
func (r *Request) In(scope arn.Scope) string {
	other := Request{Scope: scope, Default: r.Default, Path: r.Path}
	if len(r.Vars) > 0 {
		return other.To()
	}
	return other.With()
}

// query adds the scope to a query, unless it is the one without a choice.
func (r *Request) query(query url.Values) string {
	if r.Scope != r.Default {
		query.Set("region", r.Scope.Region)
		query.Set("account", r.Scope.Account)
	}
	if len(query) == 0 {
		return ""
	}
	return "?" + query.Encode()
}

// Do calls an operation as the account's root; see Sources.Call.
func (r *Request) Do(service, operation string, in, out any) error {
	return r.Call(r.Context, r.Scope, service, operation, in, out)
}

// Field is a field of an action's form without the spaces around it.
func (r *Request) Field(name string) string { return strings.TrimSpace(r.Form.Get(name)) }
