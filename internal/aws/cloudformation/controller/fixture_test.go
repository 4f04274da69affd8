package controller_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/controller"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/handler"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/operation"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/document"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/outbox"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/clock"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

var here = arn.Scope{Region: "eu-central-1", Account: "000000000000"}

// patience is the patience of the clock.
const patience = 10 * time.Second

// world is a store, a clock that only moves by Advance, a controller, and what handlers make.
type world struct {
	*testing.T
	options    store.Options
	store      *store.Store
	clock      *clock.Clock
	log        bytes.Buffer
	controller *controller.Controller
	stop       func()

	mu     sync.Mutex
	things map[string]string // physical id to properties
	ids    map[string]string // incarnation to physical id
	made   int
	steps  int
	// before is called before each step takes effect, without the lock; it is set while no controller runs.
	before func(ctx context.Context, r handler.Request) *handler.Result
	// more has more options of the controller; it is set while none runs.
	more func(o *controller.Options)
	// settings are what the next operation is begun with.
	settings cloudformation.Settings
}

// inBubble runs a test in a time of its own.
func inBubble(t *testing.T, o store.Options, test func(w *world)) {
	synctest.Test(t, func(t *testing.T) {
		w := &world{T: t, options: o, clock: clock.New(clock.Options{}), things: map[string]string{}, ids: map[string]string{}}
		w.must(w.clock.SetSpeed(0))
		w.open()
		w.start()
		defer func() {
			w.stop()
			w.clock.Close()
			_ = w.store.Close()
		}()
		test(w)
	})
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func (w *world) open() {
	s, err := store.Open(w.options)
	w.must(err)
	w.store = s
}

// start runs a controller on the store; stop ends it, as the end of the emulator does.
func (w *world) start() {
	o := controller.Options{
		Store: w.store, Clock: w.clock, Log: slog.New(slog.NewTextHandler(&w.log, nil)), Types: types{}, Step: w.step,
	}
	if w.more != nil {
		w.more(&o)
	}
	c := controller.New(o)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- c.Run(ctx) }()
	w.controller = c
	w.stop = func() {
		cancel()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			w.Errorf("the controller ends with %v", err)
		}
	}
	w.clock.SetQuiet(func(ctx context.Context) error { return c.Idle(ctx, patience) })
}

// types are of one kind: a change of K replaces.
type types struct{}

func (types) Change(_ string, before, after, _ *document.Value) operation.Change {
	if before.TextOf("K") != after.TextOf("K") {
		return operation.Replace
	}
	return operation.InPlace
}
func (types) Taggable(string) bool     { return true }
func (types) DeletesFirst(string) bool { return false }

// step does what a handler does: it finds again what it has made.
func (w *world) step(ctx context.Context, _ *cloudformation.Stack, r handler.Request) handler.Result {
	if w.before != nil {
		if result := w.before(ctx, r); result != nil {
			return *result
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.steps++
	if r.Action == handler.Delete {
		delete(w.things, w.ids[r.Incarnation])
		return handler.Result{}
	}
	id := w.ids[r.Incarnation]
	if id == "" {
		w.made++
		id = fmt.Sprintf("%s-%d", strings.ToLower(r.LogicalID), w.made)
		w.ids[r.Incarnation] = id
	}
	w.things[id] = r.Properties.JSON()
	if r.Progress == "" { // it gets stable a little later
		return handler.Result{PhysicalID: id, Progress: "made", Again: time.Second, Configured: true}
	}
	return handler.Result{PhysicalID: id, Progress: "stable", Attributes: map[string]*document.Value{"Arn": document.NewText("arn:" + id)}}
}

// all are the things that there are, by what their logical ids are.
func (w *world) all() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	var list []string
	for id, properties := range w.things {
		name, _, _ := strings.Cut(id, "-")
		list = append(list, name+properties)
	}
	slices.Sort(list)
	return strings.Join(list, " ")
}

type environment struct{}

func (environment) Parameter(string) (string, bool, error)     { return "", false, nil }
func (environment) Exists(string, string) (bool, error)        { return true, nil }
func (environment) Zones(string) ([]string, error)             { return nil, nil }
func (environment) HasAttribute(string, string) bool           { return true }
func (environment) All(string) ([]string, error)               { return nil, nil }
func (environment) Attribute(_, _, _ string) ([]string, error) { return nil, nil }
func (environment) Export(string) (string, bool, error)        { return "", false, nil }

// begin begins an operation, as the API does.
func (w *world) begin(kind cloudformation.Kind, body string) {
	w.Helper()
	o := operation.Order{Kind: kind, ID: arn.NewUUID(), At: w.clock.Now(), Settings: w.settings}
	o.Settings.Body = body
	if body != "" {
		t, err := template.Parse(body)
		w.must(err)
		o.Template, err = t.Resolve(template.Input{Environment: environment{}})
		w.must(err)
	}
	w.must(w.store.Update(func(tx *store.Tx) error {
		v := operation.View{ID: arn.NewUUID, Types: types{}, Stack: cloudformation.FindStack(tx, here, "web")}
		if kind == cloudformation.CreateStack {
			v.Stack = &cloudformation.Stack{Scope: here, Name: "web", ID: cloudformation.StackPrefix(here) + "web/1", CreatedAt: w.clock.Now()}
		} else {
			v.Operation, v.Resources = cloudformation.FindOperation(tx, v.Stack.ID), cloudformation.AllResources(tx, v.Stack.ID)
		}
		changes, err := operation.Begin(v, o)
		if err != nil {
			return err
		}
		return changes.Apply(tx, v.Stack)
	}))
}

func (w *world) status() cloudformation.StackStatus {
	return cloudformation.StackAt(w.store.Read(), cloudformation.StackPrefix(here)+"web/1").Status
}

// settles lets time pass until nothing is under way.
func (w *world) settles(want cloudformation.StackStatus) {
	w.Helper()
	w.ends()
	if got := w.status(); got != want {
		w.Fatalf("the stack is %s, want %s\n%s\n%s", got, want, strings.Join(w.events(), "\n"), w.log.String())
	}
}

// ends waits until no operation is under way.
func (w *world) ends() {
	w.Helper()
	for range 10 {
		w.must(w.clock.Advance(context.Background(), time.Hour))
		if !w.status().InProgress() {
			break
		}
		time.Sleep(time.Minute) // of the bubble: calls that hang end
	}
}

func (w *world) events() (list []string) {
	for e := range cloudformation.Events(w.store.Read(), cloudformation.StackPrefix(here)+"web/1") {
		list = append(list, strings.TrimSpace(e.LogicalID+" "+e.Status+" "+e.Reason))
	}
	slices.Reverse(list)
	return list
}

// announced is what rules get of the events, in the same words.
func (w *world) announced() (list []string) {
	changes, _, _ := outbox.Since(w.store, 0)
	for _, e := range changes {
		c := outbox.As[cloudformation.StatusChange](e)
		list = append(list, strings.TrimSpace(c.LogicalID+" "+c.Status+" "+c.Reason))
	}
	return list
}
