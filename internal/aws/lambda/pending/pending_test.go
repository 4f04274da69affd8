package pending_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/lambda/pending"
)

// An answer stays until its owner has written it, and nothing that the owner does not wait for goes on.
func TestAnswersStayUntilTheyAreWritten(t *testing.T) {
	var calls pending.Calls[string]
	given := map[string]bool{}
	begin := func(owner, key string) *pending.Call[string] {
		return calls.Begin(owner, key, func() { given[owner+key] = true })
	}
	first, second := begin("a", "1"), begin("a", "2")
	begin("b", "1")
	calls.Answer(first, "yes")
	calls.End(first)
	if got := calls.Answers("a"); len(got) != 1 || got["1"] != "yes" || !calls.UnderWay("a", "1") || calls.Past() != 1 {
		t.Errorf("the answer is not there: %v", got)
	}
	calls.Forget("a", calls.Answers("a"))
	if calls.UnderWay("a", "1") || !calls.UnderWay("a", "2") || given["a2"] {
		t.Error("the written call is there, or the other one is not")
	}
	calls.Keep("a", func(string) bool { return false })
	if !given["a2"] || len(calls.Owners()) != 1 {
		t.Errorf("an owner's calls that it does not wait for go on: %v", calls.Owners())
	}
	calls.Answer(second, "late")
	if got := calls.Answers("a"); len(got) != 0 {
		t.Errorf("a call that was given up has answered: %v", got)
	}
}

func TestWaitIsForCallsThatAreYoung(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var calls pending.Calls[int]
		call, began := calls.Begin("a", "1", func() {}), time.Now()
		if waited, err := calls.Wait(t.Context(), time.Second); !waited || err != nil || time.Since(began) != time.Second {
			t.Errorf("waited %v, for %v: %v", waited, time.Since(began), err)
		}
		if waited, err := calls.Wait(t.Context(), time.Second); waited || err != nil {
			t.Errorf("waited for a call that is old: %v", err)
		}
		go func() {
			time.Sleep(time.Minute)
			calls.End(call)
		}()
		if waited, _ := calls.Wait(t.Context(), time.Hour); !waited || time.Since(began) != time.Minute+time.Second {
			t.Errorf("waited for %v, not for its end", time.Since(began))
		}
		calls.Begin("a", "2", func() {})
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := calls.Wait(ctx, time.Hour); err == nil {
			t.Error("it goes on waiting")
		}
	})
}
