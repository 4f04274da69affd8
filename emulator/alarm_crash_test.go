package emulator_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// An emulator that is killed between the change of a state and the end of its action, at any write, does the action
// after its next start: the topic gets it, again if it was called before, and the history has it once.
func TestActionsOfAlarmsOutliveACrash(t *testing.T) {
	t.Parallel()
	for writes := range int64(20) {
		var topic mailbox
		var room atomic.Int64
		room.Store(1 << 30)
		o := emulator.WithDisk(emulator.Options{
			Speed: emulator.Still, DataDir: t.TempDir(), EventTargetFuncs: map[string]emulator.EventTargetFunc{pager: topic.take},
		}, func() error {
			if room.Add(-1) < 0 {
				return errors.New("the disk is gone")
			}
			return nil
		})
		w := start(t, o)
		putErrorAlarm(w, pager)
		putErrors(w, 5)
		room.Store(writes)
		ctx, cancel := context.WithCancel(t.Context())
		over := make(chan struct{})
		go func() { defer close(over); _ = w.srv.AdvanceWhile(ctx, time.Minute) }()
		for room.Load() >= 0 && !closed(over) {
			select {
			case <-over:
			case <-time.After(time.Millisecond):
			}
		}
		survived := room.Load() >= 0
		w.srv.Die()
		cancel()
		<-over
		room.Store(1 << 30)

		w = start(t, o)
		for range 2 { // the data of the last minute may be gone with the crash
			putErrors(w, 5)
			w.must(w.srv.Clock().Advance(time.Minute))
		}
		out, err := cloudwatch.NewFromConfig(w.srv.Config()).DescribeAlarms(t.Context(), &cloudwatch.DescribeAlarmsInput{AlarmNames: []string{"errors"}})
		w.must(err)
		if state := out.MetricAlarms[0].StateValue; state != types.StateValueAlarm {
			t.Errorf("killed after %d writes: the alarm is %s: %s", writes, state, aws.ToString(out.MetricAlarms[0].StateReason))
		}
		if n := len(alarmHistory(w, "errors", types.HistoryItemTypeAction)); n != 1 {
			t.Errorf("killed after %d writes: %d actions in the history", writes, n)
		}
		if n := len(alarmHistory(w, "errors", types.HistoryItemTypeStateUpdate)); n != 1 {
			t.Errorf("killed after %d writes: %d changes of state in the history", writes, n)
		}
		if n := len(topic.all()); n < 1 || n > 2 {
			t.Errorf("killed after %d writes: the topic got %d messages", writes, n)
		}
		w.must(w.srv.Close())
		if survived {
			if writes < 3 {
				t.Errorf("there are %d writes only", writes)
			}
			return
		}
	}
	t.Error("there is no end of writes")
}
