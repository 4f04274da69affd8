package controller_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/controller"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

type alarm struct {
	ARN   string
	Rings bool
}

var alarms = store.NewTable("controller-test-alarm", func(a *alarm) string { return a.ARN })

// TestAnAlarmWakesAStack that is watched after all has been made, though no time passes; one that the stack does not watch does not.
func TestAnAlarmWakesAStack(t *testing.T) {
	inBubble(t, store.Options{}, func(w *world) {
		w.stop()
		looks := 0
		w.more = func(o *controller.Options) {
			o.InAlarm = func(tx *store.Tx, s arn.Scope, alarmARN string) (rings, found bool) {
				looks++
				if s != here {
					t.Errorf("the alarm is looked for in %v", s)
				}
				a := alarms.Get(tx, alarmARN)
				return a != nil && a.Rings, a != nil
			}
			o.Alarms = func(users func(alarmARN string) []string) []store.Source {
				return []store.Source{store.On(alarms, func(_, after *alarm) []string { return users(after.ARN) })}
			}
		}
		w.start()
		put := func(name string, rings bool) {
			w.must(w.store.Update(func(tx *store.Tx) error { alarms.Put(tx, &alarm{name, rings}); return nil }))
			synctest.Wait()
		}
		put("arn:own", false)
		w.settings.Rollback = cloudformation.RollbackConfiguration{MonitoringMinutes: 60, Triggers: []cloudformation.RollbackTrigger{{ARN: "arn:own"}}}
		w.begin(cloudformation.CreateStack, `{"Resources":{"A":{"Type":"T::T::T"}}}`)
		w.must(w.clock.Advance(context.Background(), 10*time.Minute))
		if got := w.all(); w.status() != cloudformation.CreateInProgress || got != "a{}" {
			t.Fatalf("the stack is %s with %s", w.status(), got)
		}
		before := looks
		put("arn:other", true)
		if looks != before {
			t.Error("an alarm of another stack wakes it")
		}
		put("arn:own", true)
		if w.status() != cloudformation.RollbackComplete && w.status() != cloudformation.RollbackInProgress {
			t.Errorf("the stack is %s", w.status())
		}
		w.settles(cloudformation.RollbackComplete)
		before = looks
		put("arn:own", false)
		if looks != before {
			t.Error("an alarm wakes a stack whose operation has ended")
		}
	})
}
