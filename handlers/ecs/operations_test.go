package ecs_test

import (
	"context"
	"flag"
	"os"
	"reflect"
	"strings"
	"testing"

	sdk "github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs"
)

// TestEveryOperationOfTheSDKIsInTheLedger fails when the SDK has gained or lost an
// operation, when a method of the API is not in the dispatch table, and when the
// table lists what has no method.
func TestEveryOperationOfTheSDKIsInTheLedger(t *testing.T) {
	support := map[string]ecs.Support{}
	for _, e := range ecs.Ledger() {
		if support[e.Operation] != "" {
			t.Errorf("%s stands in the ledger twice", e.Operation)
		}
		support[e.Operation] = e.Support
	}
	client, api := operations(reflect.TypeFor[*sdk.Client]()), operations(reflect.TypeFor[*ecs.API]())
	if len(client) < 80 {
		t.Fatalf("only %d operations found in the SDK: has its client changed?", len(client))
	}
	for name := range client {
		if support[name] == "" {
			t.Errorf("the SDK has an operation %s: add it to notImplemented, or build it", name)
		}
	}
	for name, method := range api {
		if method.In(2) != client[name].In(2) {
			t.Errorf("%s takes %v, which is not what the SDK's client sends", name, method.In(2))
		}
	}
	for name, s := range support {
		if client[name] == nil {
			t.Errorf("the ledger has an operation %s, which the SDK has not", name)
		}
		if built := api[name] != nil; built != (s != ecs.NotBuilt) {
			t.Errorf("the ledger says %q of %s, but whether it is a method is %v", s, name, built)
		}
	}
}

// operations are the methods func(ctx, *XInput, ...) of a type by name.
func operations(of reflect.Type) map[string]reflect.Type {
	found := map[string]reflect.Type{}
	for i := range of.NumMethod() {
		m := of.Method(i)
		if m.Type.NumIn() >= 3 && m.Type.In(1) == reflect.TypeFor[context.Context]() &&
			strings.HasSuffix(m.Type.In(2).String(), m.Name+"Input") {
			found[m.Name] = m.Type
		}
	}
	return found
}

func TestWhatIsNotBuiltSaysSo(t *testing.T) {
	s := startServer(t, nil) // an empty request that succeeds shows nothing
	for _, e := range ecs.Ledger() {
		status, answer := s.send(t, e.Operation, "{}")
		missing := status == 501 && strings.Contains(answer, e.Operation+" yet")
		if missing != (e.Support == ecs.NotBuilt) {
			t.Errorf("%s, %s: %d %s", e.Operation, e.Support, status, answer)
		}
		if strings.Contains(answer, "UnknownOperation") {
			t.Errorf("%s is not in the dispatch table", e.Operation)
		}
	}
}

var updateLedger = flag.Bool("update", false, "write the ledger to COMPATIBILITY.md")

// TestCompatibilityShowsTheLedger compares the part of COMPATIBILITY.md between the
// marks; with -update it writes it.
func TestCompatibilityShowsTheLedger(t *testing.T) {
	const (
		path       = "../../COMPATIBILITY.md"
		begin, end = "<!-- begin: ECS operations, written by go test ./handlers/ecs -update -->\n", "<!-- end: ECS operations -->"
	)
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(text), begin)
	table, after, ended := strings.Cut(rest, end)
	if !ok || !ended {
		t.Fatalf("%s has no place between %q and %q", path, begin, end)
	}
	want := "\n" + ecs.LedgerTable() + "\n"
	if table == want {
		return
	}
	if !*updateLedger {
		t.Fatalf("%s is behind the ledger: run go test ./handlers/ecs -run Compatibility -update", path)
	}
	if err := os.WriteFile(path, []byte(before+begin+want+end+after), 0o644); err != nil {
		t.Fatal(err)
	}
}
