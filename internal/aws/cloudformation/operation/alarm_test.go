package operation_test

import (
	"strings"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation"
)

// TestRollbackTriggers: an alarm that rings while a stack is made, or in the minutes after that, has it rolled back.
func TestRollbackTriggers(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		at   time.Duration // when the alarm rings
		want cloudformation.StackStatus
		took time.Duration // at least
	}{
		{"while it is made", 0, cloudformation.RollbackComplete, 0},
		{"while it is monitored", 4 * time.Minute, cloudformation.RollbackComplete, 4 * time.Minute},
		{"afterwards", 6 * time.Minute, cloudformation.CreateComplete, 5 * time.Minute},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			f.alarm = func(alarmARN string) (bool, bool) { return f.now.Sub(noon) >= test.at, alarmARN == "arn:alarm" }
			o := f.creates(body(resource("A", "T0", "", "")), rollback)
			o.Settings.Rollback = cloudformation.RollbackConfiguration{MonitoringMinutes: 5, Triggers: []cloudformation.RollbackTrigger{{ARN: "arn:alarm"}}}
			f.mustBegin("s", o)
			f.ends(test.want)
			if took := f.now.Sub(noon); took < test.took || took > test.took+time.Minute {
				t.Errorf("took %v", took)
			}
			rung := strings.Contains(strings.Join(f.events("s"), "\n"), "Rollback trigger arn:alarm is in the state ALARM. Rollback requested by user.")
			if rung != (test.want == cloudformation.RollbackComplete) {
				t.Errorf("events\n%s", strings.Join(f.events("s"), "\n"))
			}
		})
	}
}
