package operation

import (
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation"
)

// Alarms is what Exports may know as well: the states of the alarms that roll operations back. Without it there are none.
type Alarms interface {
	// InAlarm is whether an alarm is in the state ALARM; found is whether there is one.
	InAlarm(alarmARN string) (alarm, found bool)
}

// looks is how often alarms are looked at beside when they change. It is the emulator's own.
const looks = 5 * time.Second

// watch stops what goes forward when one of its alarms rings, or is not there.
// Source: CloudFormation user guide, rollback triggers; the words of reasons are guesses.
func (d *Decider) watch(exports Exports) {
	alarms, known := exports.(Alarms)
	if !known || !d.watches() {
		return
	}
	for _, trigger := range d.stack.Rollback.Triggers {
		alarm, found := alarms.InAlarm(trigger.ARN)
		if found && !alarm {
			continue
		}
		why := "Rollback trigger " + trigger.ARN + " is in the state ALARM."
		if !found {
			why = "Rollback trigger " + trigger.ARN + " does not exist."
		}
		d.editOp().Why = why
		d.stop()
		return
	}
}

func (d *Decider) watches() bool {
	return d.op.Phase == cloudformation.Forward && !d.op.Stopping && len(d.stack.Rollback.Triggers) > 0
}

// monitors is whether all has been made, and the time is not over for which alarms are watched then.
func (d *Decider) monitors() bool {
	op := d.op
	if op.Phase != cloudformation.Forward || op.Stopping || d.waiting > 0 || d.stack.Rollback.MonitoringMinutes == 0 {
		return false
	}
	if op.MonitoredUntil.IsZero() {
		d.editOp().MonitoredUntil = d.now.Add(time.Duration(d.stack.Rollback.MonitoringMinutes) * time.Minute)
	}
	return d.now.Before(d.op.MonitoredUntil)
}

// nextLook is when to look at alarms again, or when the time of monitoring is over; zero: neither.
func (d *Decider) nextLook() time.Time {
	switch {
	case d.op == nil || d.changes.Ended:
		return time.Time{}
	case d.watches():
		return d.now.Add(looks)
	case d.op.Phase == cloudformation.Forward && !d.op.Stopping:
		return d.op.MonitoredUntil
	default:
		return time.Time{}
	}
}
