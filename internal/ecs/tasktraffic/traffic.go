package tasktraffic

import (
	"slices"
	"time"

	elbv2 "github.com/ecs-emulator/ecs-emulator/internal/aws/elasticloadbalancingv2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// register registers a task wherever its service wants it. A place that refuses it does not keep it from the
// others, nor from RUNNING: what ECS does then is not published.
func register(tx *store.Tx, t *state.Task, now time.Time) {
	state.PutTaskTraffic(tx, t.ARN, state.TaskTraffic{
		RegisteredAt: now, Targets: registerTargets(tx, t, now), Registrations: registerInstances(tx, t, now),
	})
	state.PutTaskTraffic(tx, t.ARN, current(tx, state.FindTask(tx, t.ARN)))
}

// deregister takes a task out of all that it is registered in. Where there is nothing to wait for, it is over
// at once.
func deregister(tx *store.Tx, t *state.Task, now time.Time) {
	traffic := state.TaskTraffic{}
	if t.Traffic != nil {
		traffic = *t.Traffic
	}
	traffic.DeregisteredAt = now
	deregisterTargets(tx, t.ARN, traffic.Targets, now)
	traffic.Registrations = deregisterInstances(tx, t.ARN, traffic.Registrations)
	state.PutTaskTraffic(tx, t.ARN, traffic)
	if t = state.FindTask(tx, t.ARN); withdrawnAll(tx, t) && acknowledgedAll(tx, t) {
		drain(tx, t, now)
	}
}

// drain says until when requests under way have their time: for the longest of the delays of the
// task's target groups.
func drain(tx *store.Tx, t *state.Task, now time.Time) {
	traffic := *t.Traffic
	traffic.DrainedAt = now
	for _, known := range drainingTargets(tx, t) {
		until := elbv2.DrainedAt(tx, elbv2.FindTargetGroup(tx, known.GroupARN), known)
		if until.After(traffic.DrainedAt) {
			traffic.DrainedAt = until
		}
	}
	state.PutTaskTraffic(tx, t.ARN, traffic)
}

// current is what is known of a registered task, with the health that it and its targets have.
func current(tx *store.Tx, t *state.Task) state.TaskTraffic {
	traffic := *t.Traffic
	traffic.Targets = targetsNow(tx, traffic.Targets)
	traffic.Registrations = registrationsNow(t)
	return traffic
}

// same reports whether the health of a task and of its targets is the same.
func same(x, y state.TaskTraffic) bool {
	return slices.Equal(x.Targets, y.Targets) && slices.Equal(x.Registrations, y.Registrations)
}
