package whyfacts

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/faults"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// TestAnEngineThatHangsHoldsUpFewAnswers: each answer asks for lines, and an engine that hangs tells none.
func TestAnEngineThatHangsHoldsUpFewAnswers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hangs := true
		g := New(Sources{Output: func(ctx context.Context, _, _ string, o backend.LogOptions) error {
			if !hangs {
				return o.Write(time.Now(), false, "listening")
			}
			<-ctx.Done()
			return ctx.Err()
		}})
		began := time.Now()
		for range 100 {
			g.lines(&state.Task{}, "app")
		}
		if took := time.Since(began); took > 2*patience {
			t.Errorf("100 answers took %s", took)
		}
		hangs = false
		time.Sleep(time.Minute)
		if got := g.lines(&state.Task{}, "app"); len(got) != 1 {
			t.Errorf("the engine tells lines again, got %v", got)
		}
	})
}

// TestAFaultOfTheNextStartIsAnotherOne: ids begin at 1 with each start, and events live on.
func TestAFaultOfTheNextStartIsAnotherOne(t *testing.T) {
	rows, err := state.Open(store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	tell := func(change, hit, members string, at time.Time) {
		err := rows.Update(func(tx *store.Tx) error {
			state.AnnounceFault(tx, state.FaultChange{
				Scope: arn.Scope{Region: "us-east-1", Account: "000000000000"}, Fault: "1", Kind: string(faults.Crash), Change: change, Hit: hit, Members: []byte(members),
			}, at)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	start := time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)
	tell(state.FaultBegan, "", `{"family":"web"}`, start)
	tell(state.FaultActed, "task", "", start.Add(time.Second))
	tell(state.FaultBegan, "", `{"family":"shop"}`, start.Add(time.Hour))
	tell(state.FaultActed, "other", "", start.Add(2*time.Hour))
	for _, looks := range []int{1, 2} {
		var a acts
		for range looks {
			for hit, members := range map[string]string{"task": `{"family":"web"}`, "other": `{"family":"shop"}`} {
				if got := a.on(rows, hit); len(got) != 1 || got[0].Members != members || got[0].Began.After(got[0].At) || got[0].Past != (hit == "task") {
					t.Errorf("acts on %s: %+v, want members %s", hit, got, members)
				}
			}
		}
	}
}
