package emulator_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/emulator"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/control"
	"github.com/ecs-emulator/ecs-emulator/internal/app"
	"github.com/ecs-emulator/ecs-emulator/internal/app/controllers"
	"github.com/ecs-emulator/ecs-emulator/internal/app/reference"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch/metric"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch/metric/collection"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/outbox"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/base/wire"
)

// probe is a capability that does nothing but tell what it was asked for.
type probe struct {
	mu    sync.Mutex
	asked map[string]int
}

// probeRow is kept in its table, and probeChange is what it announces.
type (
	probeRow    struct{ Name string }
	probeChange struct{ Name string }
)

var (
	probeRows = store.NewTable("probe", func(r *probeRow) string { return r.Name })
	_         = outbox.Declare[probeChange]("probe")
)

func (p *probe) note(what string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.asked == nil {
		p.asked = map[string]int{}
	}
	p.asked[what]++
}

func (p *probe) times(what string) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.asked[what]
}

// fails notes what was asked for.
func (p *probe) fails(what string) func() error {
	return func() error {
		p.note(what)
		return nil
	}
}

type probeInput struct{}

// Service implements app.API.
func (p *probe) Service() awsapi.Service {
	return awsapi.Service{
		Name: "probe", ID: "Probe", Title: "Probe", Protocol: awsapi.JSON{TargetPrefix: "Probe", Codec: wire.AsIs},
		Operations: []awsapi.Operation{awsapi.Works("Ask", "tells that it was asked", func(context.Context, *probeInput) (*probeInput, error) {
			p.note("operation")
			return &probeInput{}, nil
		})},
	}
}

// Collect implements collection.Source.
func (p *probe) Collect(context.Context, collection.Window) []metric.Datum {
	p.note("metrics")
	return nil
}

func (p *probe) module() app.Module {
	return app.Module{
		Name: "probe",
		Open: func(context.Context) error { return p.fails("open")() },
		Forgets: []app.Forgetting{{Tables: []string{"probe"}, Do: func(tx *store.Tx, _ time.Time) {
			p.note("forget")
			if r := probeRows.Get(tx, "old"); r != nil {
				probeRows.Delete(tx, r)
			}
		}}},
		Offer: func() app.Offer {
			return app.Offer{
				APIs: []app.API{p},
				Routes: []control.Route{{Path: "probe", Methods: []string{http.MethodGet}, Serve: func(w http.ResponseWriter, _ *http.Request) {
					fmt.Fprint(w, "probed")
				}}},
				Measures: []control.Measure{func(_ context.Context, to *control.Exposition) { to.Sample("ecs_emulator_probe", 7) }},
			}
		},
		Announcements: []app.Announcement{{
			About: func(change any) (app.About, bool) {
				c, own := change.(*probeChange)
				if !own {
					return app.About{}, false
				}
				return app.About{Resource: "arn:aws:probe:us-east-1:000000000000:" + c.Name, Source: "aws.probe", DetailType: "Probe"}, true
			},
			JSON: func(_ *store.Tx, e outbox.Event) []byte {
				return fmt.Appendf(nil, `{"source":"aws.probe","detail-type":"Probe","detail":{"name":%q}}`, e.Value.Value().(*probeChange).Name)
			},
		}},
		Begin: func(app.Work) app.Work {
			p.note("begin")
			return app.Work{Sources: []collection.Source{p}, Loops: []controllers.Loop{{
				Name: "probe", Run: func(ctx context.Context) error {
					<-ctx.Done()
					p.note("stopped")
					return ctx.Err()
				},
				Idle: func(context.Context) error { return p.fails("quiet")() },
			}}}
		},
		Halt: func() { p.note("halt") }, Sweep: p.fails("sweep"), Reset: p.fails("reset"), Close: p.fails("close"),
	}
}

// Reference lists what a module offers, as the probe is no service of ours.
func TestAModuleAppearsEverywhere(t *testing.T) {
	t.Parallel()
	p := &probe{}
	o := emulator.WithModule(emulator.Options{Speed: emulator.Still}, p.module())
	w := start(t, o)
	expect := func(what string, times int) {
		t.Helper()
		if got := p.times(what); got < times {
			t.Errorf("%s: asked %d times, want %d", what, got, times)
		}
	}
	expect("open", 1)
	expect("begin", 1)

	ask := func(method, path, target string) string {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), method, w.srv.URL()+path, strings.NewReader("{}"))
		if err != nil {
			t.Fatal(err)
		}
		if target != "" {
			r.Header.Set("X-Amz-Target", target)
			r.Header.Set("Content-Type", "application/x-amz-json-1.1")
		}
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		text, err := io.ReadAll(answer.Body)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	ask("POST", "/", "Probe.Ask")
	expect("operation", 1)
	if got := ask("GET", "/_emulator/probe", ""); got != "probed" {
		t.Errorf("its route answers %s", got)
	}
	if got := ask("GET", "/_emulator/nothing", ""); !strings.Contains(got, "probe") {
		t.Errorf("the list of routes leaves it out: %s", got)
	}
	metrics := ask("GET", "/metrics", "")
	for _, want := range []string{"ecs_emulator_probe 7", `ecs_emulator_requests_total{operation="Ask",service="probe",status="200"} 1`} {
		if !strings.Contains(metrics, want) {
			t.Errorf("/metrics has no %s", want)
		}
	}
	if got := ask("GET", "/_localstack/health", ""); !strings.Contains(got, `"probe"`) {
		t.Errorf("the list of services leaves it out: %s", got)
	}
	if text := reference.Services(emulator.ServicesWith(o), nil); !strings.Contains(text, "Probe") {
		t.Errorf("the reference leaves it out:\n%s", text)
	}

	events := w.srv.Events(t.Context(), `{"source": ["aws.probe"]}`)
	put := func(names ...string) {
		t.Helper()
		if err := w.srv.Rows().Update(func(tx *store.Tx) error {
			for _, name := range names {
				probeRows.Put(tx, &probeRow{name})
			}
			outbox.Announce(tx, &probeChange{names[0]}, w.srv.Clock().Now())
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	put("old", "new")
	for e, err := range events {
		if err != nil || e.DetailType != "Probe" || string(e.Detail) != `{"name":"old"}` {
			t.Errorf("its event is %+v, %v", e, err)
		}
		break
	}
	before := p.times("quiet")
	if err := w.srv.Clock().Advance(2 * time.Hour); err != nil {
		t.Fatal(err)
	}
	expect("quiet", before+1)
	expect("metrics", 1)
	expect("forget", 1)
	expect("sweep", 1)
	if rows := probeRows.List(w.srv.Rows().Read(), ""); len(rows) != 1 || rows[0].Name != "new" {
		t.Errorf("what is too old stays: %d rows", len(rows))
	}

	if err := w.srv.Reset(); err != nil {
		t.Fatal(err)
	}
	expect("halt", 1)
	expect("stopped", 1)
	expect("reset", 1)
	expect("begin", 2)
	if rows := probeRows.List(w.srv.Rows().Read(), ""); len(rows) != 0 {
		t.Errorf("a reset leaves %d rows", len(rows))
	}
	closed := p.times("close")
	if err := w.srv.Close(); err != nil {
		t.Fatal(err)
	}
	expect("close", closed+1)
}

// What a module cannot reset keeps no other one from it.
func TestAResetGoesOnAfterAModuleThatFails(t *testing.T) {
	t.Parallel()
	failing, other := &probe{}, &probe{}
	m, second := failing.module(), other.module()
	m.Reset, second.Offer = func() error { return errors.New("something is left") }, nil
	w := start(t, emulator.WithModule(emulator.WithModule(emulator.Options{}, m), second))
	if err := w.srv.Reset(); err == nil || err.Error() != "everything else is removed, but something is left" {
		t.Errorf("error: %v", err)
	}
	if other.times("reset") != 1 || failing.times("begin") != 2 {
		t.Error("another module is not reset, or does not go on")
	}
}

// A module that cannot open refuses the start, and what has been opened is closed.
func TestAModuleThatCannotOpenRefusesTheStart(t *testing.T) {
	t.Parallel()
	p := &probe{}
	m := p.module()
	m.Open = func(context.Context) error { return errors.New("no probe") }
	dir := t.TempDir()
	if _, err := emulator.New(emulator.WithModule(emulator.Options{DataDir: dir}, m)); err == nil || err.Error() != "no probe" {
		t.Errorf("error: %v", err)
	}
	if p.times("begin") > 0 || p.times("close") != 1 {
		t.Errorf("asked for %v", p.asked)
	}
	start(t, emulator.Options{DataDir: dir}) // the directory is free
}

func TestEachModuleIsListedOnce(t *testing.T) {
	t.Parallel()
	listed := map[string]bool{}
	for _, m := range start(t).srv.Modules() {
		if listed[m.Name] {
			t.Errorf("the module %s is listed twice", m.Name)
		}
		listed[m.Name] = true
	}
}

// TestEachTableHasAModule has modules say of each table and log of the store whether time removes its rows: what a
// module forgets here, it has not thought of.
func TestEachTableHasAModule(t *testing.T) {
	t.Parallel()
	w := start(t, emulator.WithModule(emulator.Options{}, (&probe{}).module()))
	modules := map[string][]string{}
	for _, m := range w.srv.Modules() {
		names := slices.Clone(m.Rows)
		for _, f := range m.Forgets {
			names = append(names, f.Tables...)
		}
		for _, name := range names {
			modules[name] = append(modules[name], m.Name)
		}
	}
	declared := store.Declared()
	if len(declared) < 80 {
		t.Errorf("the store has %d tables: most are not linked", len(declared))
	}
	for _, name := range declared {
		if len(modules[name]) != 1 {
			t.Errorf("table %s belongs to the modules %q: one of them names it in Rows or Forgets", name, modules[name])
		}
		delete(modules, name)
	}
	for name, of := range modules {
		t.Errorf("%q name the table %s, which there is not", of, name)
	}
}
