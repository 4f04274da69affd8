package suppression_test

import (
	"context"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch/alarmstate"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch/suppression"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/clock"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatch/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

var scope = arn.Scope{Region: "eu-west-1", Account: "123456789012"}

// The actions of a composite alarm wait for its suppressor, which does not come, and are done when the wait is over. An alarm
// that another controller finds in the middle of a wait, as after a restart, is released all the same.
func TestWaitsEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rows, err := state.Open(store.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		clk := clock.New(clock.Options{})
		defer clk.Close()
		run := func() (stop func()) {
			c := suppression.New(rows, clk, slog.New(slog.DiscardHandler))
			clk.SetQuiet(c.Idle)
			ctx, cancel := context.WithCancel(t.Context())
			ended := make(chan struct{})
			go func() { defer close(ended); _ = c.Run(ctx) }()
			synctest.Wait()
			return func() { cancel(); <-ended }
		}
		update := func(do func(tx *store.Tx)) {
			t.Helper()
			if err := rows.Update(func(tx *store.Tx) error { do(tx); return nil }); err != nil {
				t.Fatal(err)
			}
		}
		set := func(alarm string, to types.StateValue) {
			t.Helper()
			reason := "by hand"
			update(func(tx *store.Tx) {
				alarmstate.Set(tx, cloudwatch.Alarms.Find(tx, scope, alarm), alarmstate.State{Value: to, Reason: &reason, At: clk.Now()})
			})
			synctest.Wait()
		}
		advance := func(d time.Duration) {
			t.Helper()
			if err := clk.Advance(t.Context(), d); err != nil {
				t.Fatal(err)
			}
		}
		is := func(step string, by types.ActionsSuppressedBy, actions int) {
			t.Helper()
			tx := rows.Read()
			if c := cloudwatch.Composites.Find(tx, scope, "C"); c.SuppressedBy != by || len(cloudwatch.Actions(tx)) != actions {
				t.Errorf("%s: suppressed by %q with %d actions to do, want %q with %d", step, c.SuppressedBy, len(cloudwatch.Actions(tx)), by, actions)
			}
		}

		stop := run()
		for _, name := range []string{"child", "suppressor"} {
			a := &cloudwatch.Alarm{Scope: scope, Name: name, ConfiguredAt: clk.Now()}
			a.Begin(clk.Now())
			update(func(tx *store.Tx) { cloudwatch.Alarms.Put(tx, a) })
			set(name, types.StateValueOk)
		}
		minute, by := int32(60), "suppressor"
		c := &cloudwatch.Composite{Scope: scope, Name: "C", Children: []string{cloudwatch.AlarmARN(scope, "child")}, ConfiguredAt: clk.Now(), CompositeSettings: cloudwatch.CompositeSettings{
			Rule: "ALARM(child)", Suppressor: &by, WaitPeriod: &minute, ExtensionPeriod: &minute,
			ActionSettings: cloudwatch.ActionSettings{ActionsEnabled: true, AlarmActions: []string{"arn:aws:sns:eu-west-1:123456789012:page"}},
		}}
		update(func(tx *store.Tx) { alarmstate.Configure(tx, nil, c, clk.Now()) })
		advance(time.Minute)
		is("a new alarm", "", 0)

		set("child", types.StateValueAlarm)
		is("in ALARM", types.ActionsSuppressedByWaitPeriod, 0)
		advance(59 * time.Second)
		is("before the end of the wait", types.ActionsSuppressedByWaitPeriod, 0)
		stop()
		stop = run()
		defer func() { stop() }()
		advance(time.Second)
		is("after the wait", "", 1)
	})
}
