package overview_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/iam/decision"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/overview"
)

func TestDenialsOfTenMinutes(t *testing.T) {
	start := time.Unix(1e9, 0)
	var log decision.Log
	for minute, id := range []string{"a", "b", "c", "d"} {
		d := decision.Decision{RequestID: id, Time: start.Add(time.Duration(minute) * time.Minute), Decision: decision.Denied, Enforced: minute == 2}
		if id == "d" {
			d.Decision = decision.Allowed
		}
		log.Record(d)
	}
	for minute, want := range map[time.Duration]*overview.Denials{
		10: {Count: 3, Enforced: true, LastRequestID: "c"},
		11: {Count: 2, Enforced: true, LastRequestID: "c"},
		13: nil,
	} {
		if diff := cmp.Diff(want, overview.DenialsOf(&log, start.Add(minute*time.Minute))); diff != "" {
			t.Errorf("after %d minutes: %s", minute, diff)
		}
	}
}
