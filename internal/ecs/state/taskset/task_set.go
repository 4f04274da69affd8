// Package taskset has the rows of task sets: the tasks of services whose deployment controller is EXTERNAL or CODE_DEPLOY. A
// task set is a generation of tasks as a deployment is, but without a rollout: its owner scales it, and says which one is
// PRIMARY.
package taskset

import (
	"slices"
	"strings"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sorting"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

var sets = store.NewTable("task-set", func(t *TaskSet) string { return t.ARN })

// TaskSet is a task set. Handlers write all of it but what the scheduler keeps: the generation after it was made, Stability,
// and the end of the row.
type TaskSet struct {
	state.Generation

	// Written once.
	ARN, ServiceARN       string
	StartedBy, ExternalID string
	// Request is a digest of the parameters of CreateTaskSet without tags, by which a repeated call is told from another
	// one, as by ClientToken, which may be empty.
	ClientToken, Request string

	Scale     float64   // in percent of the service's desired count
	AskedAt   time.Time // when Scale was last asked for, or the end of the set
	UpdatedAt time.Time // when it was made, scaled, made PRIMARY or deleted (ECS0331.3 to ECS0331.9)
	DeletedAt time.Time // zero: not deleted
	Tags      []types.Tag

	Stability Stability
}

// Stability is what the scheduler has found out of how a task set's tasks fare, and since when.
type Stability struct {
	Steady bool
	At     time.Time
}

// StartedByCodeDeploy is StartedBy of the task sets that a deployment by CodeDeploy makes, whose id is ExternalID (ECS0331.2).
const StartedByCodeDeploy = "CODE_DEPLOY"

// Values of a task set's status. Source: ECS API reference, TaskSet.
const (
	Primary  = "PRIMARY"
	Active   = "ACTIVE"
	Draining = "DRAINING"
)

// Drains reports whether the task set is on its way out: it was deleted, or its service.
func (t *TaskSet) Drains(s *state.Service) bool {
	return !t.DeletedAt.IsZero() || !s.DeletedAt.IsZero()
}

// Status is DRAINING, PRIMARY or ACTIVE.
func (t *TaskSet) Status(s *state.Service) string {
	switch {
	case t.Drains(s):
		return Draining
	case s.Sets != nil && s.Sets.Primary == t.ID:
		return Primary
	default:
		return Active
	}
}

// StabilityStatus is STEADY_STATE or STABILIZING, and since when. What was asked for since the scheduler looked is yet to be
// reached (ECS0331.3).
func (t *TaskSet) StabilityStatus() (types.StabilityStatus, time.Time) {
	switch {
	case t.AskedAt.After(t.Stability.At):
		return types.StabilityStatusStabilizing, t.AskedAt
	case t.Stability.Steady:
		return types.StabilityStatusSteadyState, t.Stability.At
	default:
		return types.StabilityStatusStabilizing, t.Stability.At
	}
}

// Ask notes that from now on something else is wanted of the task set, so that it is not steady until the scheduler has looked.
// The scheduler may have found it steady at the same instant.
func (t *TaskSet) Ask(now time.Time) {
	t.AskedAt = now
	if !now.After(t.Stability.At) {
		t.AskedAt = t.Stability.At.Add(1)
	}
}

// Clone copies the task set for a change.
func (t *TaskSet) Clone() *TaskSet {
	c := *t
	return &c
}

// Find returns a task set, or nil.
func Find(tx *store.Tx, arn string) *TaskSet { return sets.Get(tx, arn) }

// Of returns the task sets of a service, newest first, and by id where they are of the same time. DRAINING ones are among them.
func Of(tx *store.Tx, serviceARN string) []*TaskSet {
	all := sets.List(tx, arn.ScopeOf(serviceARN).TaskSet(arn.ClusterName(serviceARN), arn.Name(serviceARN), ""))
	sorting.By(all, func(a, b *TaskSet) int { return b.CreatedAt.Compare(a.CreatedAt) })
	return all
}

// Left reports whether a service of a cluster has a task set left.
func Left(tx *store.Tx, c *state.Cluster) bool {
	for range sets.Forward(tx, arn.ScopeOf(c.ARN).TaskSets(c.Name)) {
		return true
	}
	return false
}

// Generations are the deployments of a service, or its task sets, newest first.
func Generations(tx *store.Tx, s *state.Service) []*state.Generation {
	var all []*state.Generation
	for _, d := range s.Deployments {
		all = append(all, &d.Generation)
	}
	if !s.Deploys() {
		for _, t := range Of(tx, s.ARN) {
			all = append(all, &t.Generation)
		}
	}
	return all
}

// Put writes a task set. The revision of a new one gets its ARN and its row, and from one that CodeDeploy makes on the tasks beyond
// the desired count are its deployment's.
func Put(tx *store.Tx, t *TaskSet) {
	if t.Revision.ARN == "" {
		if t.StartedBy == StartedByCodeDeploy {
			made := *t.Revision
			made.Run = t.ExternalID
			t.Revision = &made
			state.BillRun(tx, t.ServiceARN, t.Revision, t.CreatedAt)
		}
		state.AddRevision(tx, t.ServiceARN, &t.Generation)
	}
	sets.Put(tx, t)
}

// Remove removes a task set that has no task left, with what was counted of it.
func Remove(tx *store.Tx, t *TaskSet, now time.Time) {
	sets.Delete(tx, t)
	state.RetireRevision(tx, t.Revision.ARN, now)
	state.ForgetDeployment(tx, t.ServiceARN, t.ID)
}

// Adopt writes a task set that a deployment has become. Its revision has its own ARN already, unless a rollback had deployed an
// older one again: then the set has a row of its own for it.
func Adopt(tx *store.Tx, t *TaskSet) {
	if own := *t.Revision; !strings.HasSuffix(own.ARN, strings.TrimPrefix(t.ID, "ecs-svc")) {
		if row := state.FindServiceRevision(tx, own.ARN); row != nil {
			own = *row
		}
		state.RetireRevision(tx, own.ARN, t.UpdatedAt)
		own.ARN = ""
		t.Revision = &own
	}
	Put(tx, t)
}

// Release removes the row of a task set whose tasks go on as tasks of a deployment.
func Release(tx *store.Tx, t *TaskSet) { sets.Delete(tx, t) }

// Forget removes the task sets of a service that is forgotten. What else there was of them goes with the service.
func Forget(tx *store.Tx, serviceARN string) {
	for _, t := range slices.Clone(Of(tx, serviceARN)) {
		sets.Delete(tx, t)
	}
}

// On wakes a watch with what a change of a task set concerns; see [store.On].
func On(wakes func(before, after *TaskSet) []string) store.Source { return store.On(sets, wakes) }

// OnServices wakes with the ARN of the service of each task set that changes.
func OnServices() store.Source {
	return On(func(before, after *TaskSet) []string {
		if after == nil {
			after = before
		}
		return []string{after.ServiceARN}
	})
}
