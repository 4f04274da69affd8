package servicescheduler

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state/taskset"
)

// newSetsFixture is a fixture whose service has task sets, of which there is none yet.
func newSetsFixture(t fatal, change func(*state.Service)) *fixture {
	t.Helper()
	var s *state.Service
	f := newFixture(t, func(each *state.Service) { s, each.Deployments = each, nil })
	f.update(func(tx *store.Tx) {
		s.DeploymentController = types.DeploymentControllerTypeExternal
		s.Sets = &state.SetService{Revision: &state.ServiceRevision{LaunchType: types.LaunchTypeEc2}}
		percentages(200, 100)(s)
		if change != nil {
			change(s)
		}
		state.PutService(tx, s)
	})
	return f
}

// addSet makes a task set of a deployment's revision, as CreateTaskSet does, and returns its ARN.
func (f *fixture) addSet(scale float64, of func(tx *store.Tx) *state.Deployment) string {
	f.t.Helper()
	f.now = f.now.Add(time.Second)
	t := &taskset.TaskSet{ServiceARN: serviceARN, Scale: scale, AskedAt: f.now, UpdatedAt: f.now}
	f.update(func(tx *store.Tx) {
		t.Generation = of(tx).Generation
		t.ARN = scope.TaskSet("c", "web", t.ID)
		taskset.Put(tx, t)
	})
	return t.ARN
}

func (f *fixture) onFargate(checked bool) func(tx *store.Tx) *state.Deployment {
	return func(tx *store.Tx) *state.Deployment { return f.newDeployment(f.register(tx, checked)) }
}

func (f *fixture) onEC2(checked bool) func(tx *store.Tx) *state.Deployment {
	return func(tx *store.Tx) *state.Deployment { return f.instanceDeployment(tx, checked) }
}

// changeSet changes a task set, as a handler does.
func (f *fixture) changeSet(arn string, change func(*taskset.TaskSet)) {
	f.t.Helper()
	f.now = f.now.Add(time.Second)
	f.update(func(tx *store.Tx) {
		t := taskset.Find(tx, arn).Clone()
		change(t)
		t.UpdatedAt = f.now
		taskset.Put(tx, t)
	})
}

func (f *fixture) scaleSet(arn string, scale float64) {
	f.t.Helper()
	f.changeSet(arn, func(t *taskset.TaskSet) { t.Scale, t.AskedAt = scale, f.now })
}

func (f *fixture) deleteSet(arn string) {
	f.t.Helper()
	f.changeSet(arn, func(t *taskset.TaskSet) { t.DeletedAt, t.AskedAt = f.now, f.now })
}

func (f *fixture) promote(id string) {
	f.t.Helper()
	f.change(func(s *state.Service) { s.Sets.Primary = id })
}

func (f *fixture) deleteService() {
	f.t.Helper()
	f.change(func(s *state.Service) { s.DeletedAt = f.now })
}

// resize changes the desired count of the service, as UpdateService does.
func (f *fixture) resize(desired int) {
	f.t.Helper()
	f.now = f.now.Add(time.Second)
	f.change(func(s *state.Service) {
		s.Resized = &state.Resize{At: f.now, From: s.DesiredCount, To: desired}
		s.DesiredCount = desired
	})
}

func (f *fixture) sets() []*taskset.TaskSet { return taskset.Of(f.store.Read(), serviceARN) }

func (f *fixture) set(arn string) *taskset.TaskSet { return taskset.Find(f.store.Read(), arn) }

// expectSets is the task sets as a line each, oldest first: status, scale, computed count, pending, running, stability.
func (f *fixture) expectSets(want ...string) {
	f.t.Helper()
	var got []string
	for _, t := range slices.Backward(f.sets()) {
		c := state.FindServiceSummary(f.store.Read(), serviceARN).Of(t.ID)
		status, _ := t.StabilityStatus()
		got = append(got, fmt.Sprintf("%s %v%% computed %d pending %d running %d %s", t.Status(f.service()), t.Scale, t.DesiredCount, c.Pending, c.Running, status))
	}
	if !slices.Equal(got, want) {
		f.t.Fatalf("task sets\n  %s\nwant\n  %s", strings.Join(got, "\n  "), strings.Join(want, "\n  "))
	}
}

func setID(setARN string) string { return "ecs-svc/" + arn.Name(setARN) }
