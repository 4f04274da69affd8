package console_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	g "maragu.dev/gomponents"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/handlers/console"
	"github.com/ecs-emulator/ecs-emulator/handlers/console/page"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

var scope = arn.Scope{Region: "us-east-1", Account: "000000000000"}

// nasty is what an attacker writes where he can.
const nasty = `"><script>alert(1)</script><img src=x onerror=alert(1)>'&` + "\x1b[31mred\x1b[0m\u202e\x07"

// still is a clock that moves when it is told to.
type still struct {
	mu    sync.Mutex
	now   time.Time
	speed float64
}

func (c *still) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *still) Speed() float64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.speed
}

func (c *still) SetSpeed(speed float64) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.speed = speed
	return nil
}

func (c *still) Advance(_ context.Context, d time.Duration) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
	return nil
}

// world is a console with a page that shows the names of clusters, and one with an action.
type world struct {
	*testing.T
	*console.Console
	rows  *store.Store
	clock *still
	// done are the actions that were done, and regions where.
	done    []url.Values
	regions []string
	logs    func(ctx context.Context, o backend.LogOptions) error
}

func newWorld(t *testing.T, change func(o *console.Options)) *world {
	t.Helper()
	rows, err := state.Open(store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	w := &world{T: t, rows: rows, clock: &still{now: time.Unix(1_700_000_000, 0)}}
	o := console.Options{Version: "test", Scope: scope, Sources: &page.Sources{Store: rows, Clock: w.clock}, Pages: w.pages()}
	o.Sources.Logs = func(ctx context.Context, _, _ string, o backend.LogOptions) error { return w.logs(ctx, o) }
	if change != nil {
		change(&o)
	}
	w.Console = console.New(o)
	return w
}

func (w *world) pages() []page.Page {
	list := func(r *page.Request) (*page.View, error) {
		names := []string{}
		for _, c := range state.Clusters.List(r.Tx, r.Scope) {
			if r.Matches(c.Name) {
				names = append(names, c.Name)
			}
		}
		shown, paging, err := page.List(r, "names", names, func(name string) string { return name }, strings.Compare)
		if err != nil {
			return nil, err
		}
		var rows []page.Row
		for _, name := range shown {
			rows = append(rows, page.Row{ID: "name-" + name, Cells: []g.Node{page.Text(name)}})
		}
		return &page.View{Title: "All", Sections: []page.Section{
			{ID: "names", Title: "Names", Body: page.Table("Names", []string{"Name"}, rows)},
			{ID: "pages", Title: "Pages", Body: r.Pages(paging)},
			{ID: "filter", Title: "Filter", Body: r.Filter("names", "ACTIVE")},
		}}, nil
	}
	one := func(r *page.Request) (*page.View, error) {
		if state.Clusters.Find(r.Tx, r.Scope, r.Var("name")) == nil {
			return nil, page.NotFound([]page.Link{{Text: "all", To: r.To()}}, "there is no %s", r.Var("name"))
		}
		return &page.View{Title: r.Var("name"), Kind: "Thing", Sections: []page.Section{{ID: "form", Title: "Form", Body: r.Post(page.Form{
			ID: "change", Action: "Change", Submit: "Change", Fields: []page.Field{{Name: "to", Label: "to", Value: "as it is"}},
		})}}}, nil
	}
	do := func(r *page.Request) (string, error) {
		if r.Field("to") == "refused" {
			return "", &page.Refusal{Status: http.StatusConflict, Code: "ConflictException", Message: "not " + nasty}
		}
		w.done, w.regions = append(w.done, r.Form), append(w.regions, r.Scope.Region)
		return "", nil
	}
	output := func(r *page.Request) (*page.View, error) {
		lines, err := r.Output([]page.Container{{TaskARN: "t", Name: "app"}}, 10)
		if err != nil {
			return nil, err
		}
		return &page.View{Title: "Output", Sections: []page.Section{{ID: "lines", Title: "Lines", Body: page.Lines("output", "Output", lines)}}}, nil
	}
	tolerant := func(r *page.Request) (*page.View, error) {
		lines, err := r.Output([]page.Container{{TaskARN: "t", Name: "app"}}, 10)
		v := &page.View{Title: "Output", Sections: []page.Section{{ID: "lines", Title: "Lines", Body: page.Lines("output", "Output", lines)}}}
		if err != nil {
			v.Summary = err.Error()
		}
		return v, nil
	}
	return []page.Page{
		{Nav: "All", Read: list}, {Pattern: "/output", Read: output}, {Pattern: "/tolerant", Read: tolerant},
		{Pattern: "/things/{name}", Read: one, Actions: map[string]page.Action{
			"Change": {Do: do},
			"Remove": {Do: do, Ask: func(r *page.Request) (*page.Question, error) {
				return &page.Question{Title: "Remove " + r.Var("name") + "?", Text: "It goes.", Yes: "Yes, remove it"}, nil
			}},
		}},
		{Pattern: "/broken", Read: func(*page.Request) (*page.View, error) { return nil, io.ErrUnexpectedEOF }},
		{Pattern: "/panics", Read: func(*page.Request) (*page.View, error) { panic("no such " + nasty) }},
	}
}

// add adds clusters.
func (w *world) add(names ...string) {
	w.Helper()
	w.addIn(scope, names...)
}

func (w *world) addIn(scope arn.Scope, names ...string) {
	w.Helper()
	if err := w.rows.Update(func(tx *store.Tx) error {
		for _, name := range names {
			state.Clusters.Put(tx, &state.Cluster{ARN: scope.Cluster(name), Name: name, Status: state.ClusterActive})
		}
		return nil
	}); err != nil {
		w.Fatal(err)
	}
}

func (w *world) remove(name string) {
	w.Helper()
	if err := w.rows.Update(func(tx *store.Tx) error {
		state.Clusters.Delete(tx, state.Clusters.Find(tx, scope, name))
		return nil
	}); err != nil {
		w.Fatal(err)
	}
}

func (w *world) get(path string) *httptest.ResponseRecorder {
	w.Helper()
	return w.ask(httptest.NewRequest(http.MethodGet, console.Prefix+path, nil))
}

func (w *world) ask(r *http.Request) *httptest.ResponseRecorder {
	w.Helper()
	answer := httptest.NewRecorder()
	w.ServeHTTP(answer, r)
	return answer
}

// post is a form of a page of the console.
func post(path string, fields url.Values) *http.Request {
	r := httptest.NewRequest(http.MethodPost, console.Prefix+path, strings.NewReader(fields.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	return r
}

// viewer follows a page.
type viewer struct {
	leave context.CancelFunc
	left  chan struct{}
	// stalls, unless it is nil, holds each write until it is closed.
	stalls chan struct{}

	mu     sync.Mutex
	header http.Header
	status int
	got    strings.Builder
	writes int
}

func (v *viewer) Header() http.Header    { return v.header }
func (v *viewer) WriteHeader(status int) { v.status = status }
func (v *viewer) Flush()                 {}

func (v *viewer) Write(p []byte) (int, error) {
	if v.stalls != nil {
		<-v.stalls
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.writes++
	return v.got.Write(p)
}

// received is what has come since the last call.
func (v *viewer) received() string {
	v.mu.Lock()
	defer v.mu.Unlock()
	text := v.got.String()
	v.got.Reset()
	return text
}

// follow has a viewer follow a page. Without a viewer a new one is made.
func (w *world) follow(path, lastEventID string, v *viewer) *viewer {
	w.Helper()
	if v == nil {
		v = &viewer{}
	}
	ctx, cancel := context.WithCancel(w.Context())
	r := httptest.NewRequest(http.MethodGet, console.Prefix+path, nil).WithContext(ctx)
	r.Header.Set("Accept", "text/event-stream")
	if lastEventID != "" {
		r.Header.Set("Last-Event-ID", lastEventID)
	}
	v.header, v.leave, v.left = http.Header{}, cancel, make(chan struct{})
	go func() {
		w.ServeHTTP(v, r)
		close(v.left)
	}()
	return v
}

func (v *viewer) gone() bool {
	synctest.Wait()
	select {
	case <-v.left:
		return true
	default:
		return false
	}
}
