package events

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ecs-emulator/ecs-emulator/handlers/console/page"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/eventbridge/eventpattern"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/outbox"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// An event is looked into once for each search, and what is found is the same as by a search from the start.
func TestSearchesGoOn(t *testing.T) {
	rows, err := state.Open(store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	here, there := arn.Scope{Region: "us-east-1", Account: "000000000000"}, arn.Scope{Region: "eu-west-1", Account: "000000000000"}
	start, made, looked := time.Unix(1_800_000_000, 0), 0, 0
	announce := func(scope arn.Scope, reason string) {
		made++
		if err := rows.Update(func(tx *store.Tx) error {
			outbox.Announce(tx, &state.ServiceAction{ServiceARN: scope.Service("shop", "web"), Reason: reason}, start.Add(time.Duration(made)*time.Second))
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	r := func() *page.Request {
		return &page.Request{Tx: rows.Read(), Sources: &page.Sources{Store: rows, Event: func(_ *store.Tx, e outbox.Event) []byte {
			looked++
			return fmt.Appendf(nil, `{"detail": {"reason": %q}}`, outbox.As[state.ServiceAction](e).Reason)
		}}}
	}
	scopeOf := func(e outbox.Event) (arn.Scope, bool) {
		return arn.ScopeOf(outbox.As[state.ServiceAction](e).ServiceARN), true
	}
	pattern, err := eventpattern.Parse(`{"detail": {"reason": [{"prefix": "RESOURCE"}]}}`)
	if err != nil {
		t.Fatal(err)
	}
	kept := &searches{scope: scopeOf}
	expect := func(text string, p *eventpattern.Pattern, looks int, want ...uint64) {
		t.Helper()
		wanted := search{scope: here, text: text}
		if p != nil {
			wanted.pattern = p.String()
		}
		before := looked
		got := numbersOf(kept.events(r(), wanted, p))
		if looked -= before; looked != looks {
			t.Errorf("%q: looked into %d events, want %d", text, looked, looks)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q: %s", text, diff)
		}
		if diff := cmp.Diff(want, numbersOf((&searches{scope: scopeOf}).events(r(), wanted, p))); diff != "" {
			t.Errorf("%q from the start: %s", text, diff)
		}
	}
	expect("", nil, 0)
	announce(here, "RESOURCE:CPU")
	announce(there, "RESOURCE:MEMORY")
	announce(here, "steady")
	expect("", nil, 0, 1, 3)
	expect("cpu", nil, 2, 1)
	expect("", pattern, 2, 1)
	announce(here, "resource:cpu")
	announce(here, "RESOURCE:FARGATE")
	expect("cpu", nil, 2, 1, 4)
	expect("cpu", nil, 0, 1, 4)
	expect("", pattern, 2, 1, 5)
	if err := rows.Update(func(tx *store.Tx) error { outbox.Forget(tx, start.Add(2*time.Second)); return nil }); err != nil {
		t.Fatal(err)
	}
	expect("cpu", nil, 0, 4)
	expect("", nil, 0, 3, 4, 5)
}

func numbersOf(events []outbox.Event) (list []uint64) {
	for _, e := range events {
		list = append(list, e.Sequence)
	}
	return list
}
