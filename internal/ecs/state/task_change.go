package state

import (
	"errors"
	"fmt"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ledger"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/outbox"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// AddTask writes a new task and announces it. One without a placement is nowhere yet.
func AddTask(tx *store.Tx, t *Task) {
	t.Version = 1
	if t.Placement == nil {
		t.Placement = &Placement{}
	}
	outbox.Announce(tx, t, t.Spec.CreatedAt)
	putTask(tx, nil, t, t.Spec.CreatedAt)
}

// putTask writes a new row of a task in place of the old one, as it is from a time on.
func putTask(tx *store.Tx, old, t *Task, at time.Time) {
	if old != nil {
		old.described.Store(nil) // an event may keep the row
	}
	tasks.Put(tx, t)
	if t.Ended() {
		ec2network.GivePublicAddress(tx, t.ARN)
	}
	if t.Ended() && (old == nil || !old.Ended()) {
		task := Billed(tx, t, t.Status.StoppedAt)
		task.Bill(at, ledger.Into(tx))
	}
	use(tx, old, t, at)
	useEngine(tx, old, t)
	summarise(tx, old, t, at)
}

// StopTask asks for the end of a task. It reports false when there is no such
// task; a task that shall stop already keeps its first reason.
func StopTask(tx *store.Tx, arn string, stop Stop) bool {
	old := FindTask(tx, arn)
	if old == nil {
		return false
	}
	if old.Stop != nil {
		return true
	}
	t := old.next(old.Status)
	t.Stop = &stop
	t.Version++
	outbox.Announce(tx, t, stop.At)
	putTask(tx, old, t, stop.At)
	return true
}

func PutTaskTags(tx *store.Tx, arn string, tags []types.Tag) {
	old := FindTask(tx, arn)
	t := old.next(old.Status)
	t.Tags = tags
	putTask(tx, old, t, time.Time{}) // a container instance is not concerned
}

// ProtectTask protects a task until a time, or with the zero time no longer. ECS announces
// nothing of it; its service is looked at again.
func ProtectTask(tx *store.Tx, arn string, until time.Time) {
	old := FindTask(tx, arn)
	t := old.next(old.Status)
	t.ProtectedUntil = until
	putTask(tx, old, t, time.Time{})
}

// TaskStep is a state that a task has come to.
type TaskStep struct {
	Status TaskStatus
	Stop   *Stop // why the agent ends the task; nil: it does not
	// Announced steps are events of their own, with the time At, and raise the
	// version. The others show with the next one.
	Announced bool
	At        time.Time
}

// PutTaskStatus writes how a task fares, for the agent: the steps that it has gone
// since the last call. A task that shall stop already keeps its first reason. States
// move forward only: a step that goes back is not taken, and is the error.
func PutTaskStatus(tx *store.Tx, arn string, steps ...TaskStep) error {
	old := FindTask(tx, arn)
	if old == nil {
		return nil
	}
	var errs []error
	t, at := old, old.Spec.CreatedAt
	for _, step := range steps {
		if Before(step.Status.LastStatus, t.Status.LastStatus) {
			errs = append(errs, fmt.Errorf("task %s goes back from %s to %s", arn, t.Status.LastStatus, step.Status.LastStatus))
			continue
		}
		t = t.next(step.Status)
		if t.Stop == nil {
			t.Stop = step.Stop
		}
		if !step.At.IsZero() {
			at = step.At
		}
		if step.Announced {
			t.Version++
			outbox.Announce(tx, t, step.At)
		}
	}
	if t != old {
		putTask(tx, old, t, at)
	}
	return errors.Join(errs...)
}

// PutTaskTraffic writes where requests find a task. ECS announces nothing of it.
func PutTaskTraffic(tx *store.Tx, taskARN string, traffic TaskTraffic) {
	old := FindTask(tx, taskARN)
	t := old.next(old.Status)
	t.Traffic = &traffic
	putTask(tx, old, t, time.Time{})
}
