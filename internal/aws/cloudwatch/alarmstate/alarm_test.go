package alarmstate_test

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch/alarmstate"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatch/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

var scope = arn.Scope{Region: "eu-west-1", Account: "123456789012"}

func open(t *testing.T, path string) *store.Store {
	t.Helper()
	s, err := store.Open(store.Options{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func update(t *testing.T, s *store.Store, do func(tx *store.Tx)) {
	t.Helper()
	if err := s.Update(func(tx *store.Tx) error { do(tx); return nil }); err != nil {
		t.Fatal(err)
	}
}

// A state is written once: what it was given again, and changes of settings, wake no watch.
func TestSetStateWakesWatches(t *testing.T) {
	s := open(t, "")
	defer s.Close()
	begin := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	made := &cloudwatch.Alarm{Scope: scope, Name: "errors", ConfiguredAt: begin}
	made.Begin(begin)
	update(t, s, func(tx *store.Tx) { cloudwatch.Alarms.Put(tx, made) })
	watch := s.Watch(0, cloudwatch.OnStates()...)
	defer watch.Close()
	next := func(step string, woken bool) {
		t.Helper()
		ctx, cancel := context.WithCancel(t.Context())
		if !woken {
			cancel() // what woke the watch is in its queue already
		}
		defer cancel()
		switch id, err := watch.Next(ctx); {
		case woken && (err != nil || id != made.ARN()):
			t.Fatalf("%s: woken with %q, %v", step, id, err)
		case !woken && err == nil:
			t.Fatalf("%s: woken with %q", step, id)
		case woken:
			watch.Done(id)
		}
	}
	next("an alarm that is there", true)

	set := func(state types.StateValue, reason string, at time.Time) *cloudwatch.Alarm {
		t.Helper()
		update(t, s, func(tx *store.Tx) {
			alarmstate.Set(tx, cloudwatch.Alarms.Find(tx, scope, "errors"), alarmstate.State{Value: state, Reason: &reason, At: at})
		})
		return cloudwatch.Alarms.Find(s.Read(), scope, "errors")
	}
	first, second := begin.Add(time.Second), begin.Add(time.Minute)
	if a := set(types.StateValueAlarm, "too many", first); a.State != types.StateValueAlarm || *a.Reason != "too many" || !a.StateAt.Equal(first) || !a.ChangedAt.Equal(first) {
		t.Errorf("%+v", a)
	}
	next("another state", true)
	if a := set(types.StateValueAlarm, "still", second); *a.Reason != "too many" || !a.StateAt.Equal(first) {
		t.Errorf("the same state changed %+v", a)
	}
	next("the same state", false)
	update(t, s, func(tx *store.Tx) {
		changed := *cloudwatch.Alarms.Find(tx, scope, "errors")
		changed.Threshold = 2
		cloudwatch.Alarms.Put(tx, &changed)
	})
	next("another threshold", false)
	update(t, s, func(tx *store.Tx) { cloudwatch.Alarms.Delete(tx, cloudwatch.Alarms.Find(tx, scope, "errors")) })
	next("an alarm that is gone", true)
}

// What is stored is read as it was, an empty reason and an absent one included.
func TestAlarmsAreStored(t *testing.T) {
	path, empty, points := filepath.Join(t.TempDir(), "rows"), "", int32(2)
	s := open(t, path)
	made := &cloudwatch.Alarm{Scope: scope, Name: "a:b/c", State: types.StateValueOk, Reason: &empty, Settings: cloudwatch.Settings{
		Period: 60, EvaluationPeriods: 3, DatapointsToAlarm: &points, Threshold: -0.5, Dimensions: []types.Dimension{{Name: &empty}},
	}}
	update(t, s, func(tx *store.Tx) { cloudwatch.Alarms.Put(tx, made) })
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = open(t, path)
	defer s.Close()
	a := cloudwatch.AlarmByARN(s.Read(), scope, "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:a:b/c")
	if a == nil || a.Reason == nil || *a.Reason != "" || a.Data != nil || a.Period != 60 || a.EvaluationPeriods != 3 || *a.DatapointsToAlarm != 2 ||
		a.Threshold != -0.5 || len(a.Dimensions) != 1 || a.Dimensions[0].Value != nil {
		t.Errorf("%+v", a)
	}
	if list := cloudwatch.Alarms.Starting(s.Read(), scope, "a:"); len(list) != 1 {
		t.Errorf("%+v", list)
	}
	if other := (arn.Scope{Region: "eu-west-2", Account: scope.Account}); cloudwatch.AlarmByARN(s.Read(), other, a.ARN()) != nil {
		t.Error("found from another region")
	}
}
