package quota_test

import (
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/quota"
)

var scope = arn.Scope{Region: "us-east-1", Account: "000000000000"}

func TestLaunchesHaveARate(t *testing.T) {
	r, now := &quota.Rates{}, time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	launch := func(want bool, tasks map[string]int) {
		t.Helper()
		if got := r.Launch(scope, now, tasks); got != want {
			t.Errorf("%v: %t", tasks, got)
		}
	}
	launch(true, map[string]int{"": 60, "FARGATE": 30})
	launch(false, map[string]int{"": 11, "FARGATE_SPOT": 10})
	launch(true, map[string]int{"": 10, "FARGATE_SPOT": 100}) // the refused ones have taken nothing
	now = now.Add(time.Second)
	launch(true, map[string]int{"": 20, "FARGATE_SPOT": 20})
	launch(false, map[string]int{"": 1})
	now = now.Add(time.Hour)
	launch(false, map[string]int{"": 101})
	launch(true, map[string]int{"": 100})

	for i := range 21 {
		if got := r.Call(scope, now); got != (i < 20) {
			t.Errorf("call %d: %t", i, got)
		}
	}
	if !r.Call(arn.Scope{Region: "eu-west-1", Account: "000000000000"}, now) {
		t.Error("a region has no calls left because of another one")
	}
	var none *quota.Rates
	if !none.Call(scope, now) || !none.Launch(scope, now, map[string]int{"": 1000}) || none.Bound(nil, scope, now) != nil {
		t.Error("there are rates where there are none")
	}
}

func TestAnAllowanceHasWhatMayBeLaunched(t *testing.T) {
	r, now := &quota.Rates{}, time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	r.Launch(scope, now, map[string]int{"FARGATE": 98})
	for range 2 { // to look takes nothing
		a := r.Bound(nil, scope, now)
		for i, want := range []quota.Answer{quota.Granted, quota.Granted, quota.TooFast} {
			if got := a.Take("", 256); got != want {
				t.Errorf("task %d: %v", i, got)
			}
		}
		if got := a.Take("FARGATE_SPOT", 256); got != quota.Granted {
			t.Errorf("on Spot: %v", got)
		}
	}
}
