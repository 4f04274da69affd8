package cloudformation_test

import (
	"path/filepath"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/document"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

var (
	here = arn.Scope{Region: "eu-central-1", Account: "000000000000"}
	noon = time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)
)

func open(t *testing.T, path string) *store.Store {
	s, err := store.Open(store.Options{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func update(t *testing.T, s *store.Store, f func(tx *store.Tx)) {
	if err := s.Update(func(tx *store.Tx) error { f(tx); return nil }); err != nil {
		t.Fatal(err)
	}
}

func stack(name, id string) *cloudformation.Stack {
	return &cloudformation.Stack{
		Scope: here, Name: name, ID: cloudformation.StackPrefix(here) + name + "/" + id, Status: cloudformation.CreateComplete,
		CreatedAt: noon, Settings: cloudformation.Settings{Body: "{}", Tags: []cloudformation.Tag{{Key: "a", Value: "b"}}},
	}
}

// TestADeletedStackIsFoundByItsARNAlone, for 90 days (CFN-9).
func TestADeletedStackIsFoundByItsARNAlone(t *testing.T) {
	t.Parallel()
	s := open(t, "")
	old, made := stack("web", "1"), stack("web", "2")
	old.Status, old.DeletedAt = cloudformation.DeleteComplete, noon
	update(t, s, func(tx *store.Tx) {
		cloudformation.PutStack(tx, old)
		cloudformation.PutStack(tx, made)
		cloudformation.PutResource(tx, &cloudformation.Resource{StackID: old.ID, LogicalID: "A", Status: cloudformation.ResourceDeleteComplete})
		cloudformation.PutChangeSet(tx, &cloudformation.ChangeSet{ID: "c", StackID: old.ID, Name: "c"})
		cloudformation.AppendEvents(tx, old.ID, []*cloudformation.Event{{At: noon}})
	})
	tx := s.Read()
	if got := cloudformation.FindStack(tx, here, "web"); got != made {
		t.Errorf("by name: %+v", got)
	}
	if got := cloudformation.FindStack(tx, here, old.ID); got != old {
		t.Errorf("by ARN: %+v", got)
	}
	if got := cloudformation.FindStack(tx, arn.Scope{Region: "us-east-1", Account: here.Account}, old.ID); got != nil {
		t.Errorf("from elsewhere: %+v", got)
	}
	if n := len(cloudformation.Stacks(tx, here)); n != 2 {
		t.Errorf("%d stacks", n)
	}
	update(t, s, func(tx *store.Tx) { cloudformation.ForgetStacks(tx, noon.Add(time.Nanosecond)) })
	tx = s.Read()
	if cloudformation.StackAt(tx, old.ID) != nil || cloudformation.StackAt(tx, made.ID) == nil ||
		cloudformation.AllResources(tx, old.ID) != nil || cloudformation.ChangeSets(tx, old.ID) != nil {
		t.Error("something is left of a forgotten stack, or another one is gone")
	}
	for range cloudformation.Events(tx, old.ID) {
		t.Error("an event is left")
	}
}

func TestEventsAreNumberedAndNewestFirst(t *testing.T) {
	t.Parallel()
	s := open(t, "")
	for range 2 {
		update(t, s, func(tx *store.Tx) {
			cloudformation.AppendEvents(tx, "s", []*cloudformation.Event{{At: noon}, {At: noon}})
			cloudformation.AppendEvents(tx, "s2", []*cloudformation.Event{{At: noon}})
		})
	}
	var all, rest []int
	for e := range cloudformation.Events(s.Read(), "s") {
		all = append(all, e.Number)
	}
	for e := range cloudformation.EventsBefore(s.Read(), "s", 3) {
		rest = append(rest, e.Number)
	}
	if !slices.Equal(all, []int{4, 3, 2, 1}) || !slices.Equal(rest, []int{2, 1}) {
		t.Errorf("%v, then %v", all, rest)
	}
}

// TestAnExecutedChangeSetLeavesItsName (CFN-37).
func TestAnExecutedChangeSetLeavesItsName(t *testing.T) {
	t.Parallel()
	s := open(t, "")
	first := &cloudformation.ChangeSet{ID: "1", StackID: "s", Name: "c", Execution: cloudformation.ExecuteComplete}
	second := &cloudformation.ChangeSet{ID: "2", StackID: "s", Name: "c", Execution: cloudformation.ExecutionAvailable}
	update(t, s, func(tx *store.Tx) {
		cloudformation.PutChangeSet(tx, first)
		cloudformation.PutChangeSet(tx, second)
	})
	if got := cloudformation.ChangeSetNamed(s.Read(), "s", "c"); got != second {
		t.Errorf("by name: %+v", got)
	}
	if got := cloudformation.FindChangeSet(s.Read(), "1"); got != first {
		t.Errorf("by ARN: %+v", got)
	}
}

func TestImportsOfAStack(t *testing.T) {
	t.Parallel()
	s := open(t, "")
	a, b := stack("a", "1"), stack("b", "2")
	update(t, s, func(tx *store.Tx) {
		cloudformation.PutExport(tx, &cloudformation.Export{Scope: here, Name: "net", Value: "v", StackID: a.ID})
		cloudformation.SetImports(tx, b, []string{"net", "other"})
		cloudformation.SetImports(tx, a, []string{"net"})
		cloudformation.SetImports(tx, b, []string{"net"})
	})
	tx := s.Read()
	if got := cloudformation.Importers(tx, here, "net"); !slices.Equal(got, []string{"a", "b"}) {
		t.Errorf("importers: %v", got)
	}
	if got := cloudformation.ImportsOf(tx, b.ID); !slices.Equal(got, []string{"net"}) {
		t.Errorf("imports: %v", got)
	}
	if got := cloudformation.ExportsOf(tx, a.ID); len(got) != 1 || got[0] != cloudformation.FindExport(tx, here, "net") {
		t.Errorf("exports: %v", got)
	}
}

// TestRowsComeBackFromDisk holds what is read against what was written.
func TestRowsComeBackFromDisk(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "state")
	s := open(t, path)
	call := &document.Value{Kind: document.Call, Text: "Ref", Items: []*document.Value{document.NewText("B")}}
	properties := &document.Value{Kind: document.Map, Members: []document.Member{{Name: "P", Value: call}, {Name: "Q", Value: document.NewBool(true)}}}
	spec := &cloudformation.Spec{Type: "T", Properties: properties, Dependencies: []string{"B"}}
	step := &cloudformation.Step{Action: cloudformation.Update, Began: noon, Due: noon, Progress: "1"}
	physical := &cloudformation.Physical{Step: step, Incarnation: "i", ID: "p", Made: true, Spec: spec, Attributes: map[string]*document.Value{"Arn": document.NewText("x")}}
	r := &cloudformation.Resource{
		StackID: "s", LogicalID: "A", Type: "T", Status: cloudformation.ResourceUpdateInProgress, ChangedAt: noon, Now: physical,
		Before: &cloudformation.Before{Physical: physical, Gone: true}, Leaving: []*cloudformation.Physical{physical}, Wanted: spec,
	}
	web := stack("web", "1")
	web.Stable = &cloudformation.Settings{Body: "old"}
	web.OutputSpecs = []cloudformation.OutputSpec{{Name: "O", Value: call}}
	o := &cloudformation.Operation{StackID: "s", Kind: cloudformation.UpdateStack, FailedCreates: []string{"A"}}
	update(t, s, func(tx *store.Tx) {
		cloudformation.PutResource(tx, r)
		cloudformation.PutStack(tx, web)
		cloudformation.PutOperation(tx, o)
		cloudformation.PutRequest(tx, &cloudformation.Request{StackID: "s", Delete: true})
	})
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = open(t, path)
	defer func() { _ = s.Close() }()
	tx := s.Read()
	for _, test := range []struct{ got, want any }{
		{cloudformation.FindResource(tx, "s", "A"), r}, {cloudformation.StackAt(tx, web.ID), web},
		{cloudformation.FindOperation(tx, "s"), o}, {cloudformation.FindRequest(tx, "s").Delete, true},
	} {
		if !reflect.DeepEqual(test.got, test.want) {
			t.Errorf("read %+v\nwritten %+v", test.got, test.want)
		}
	}
}
