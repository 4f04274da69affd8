package overview_test

import (
	"testing"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/overview"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// What is not as wanted may stay so: after a deployment that FAILED or was rolled back, when no task is to come or go.
func TestWhatIsSettled(t *testing.T) {
	failed := func(s *state.Service) { s.Deployments[0].RolloutState = types.DeploymentRolloutStateFailed }
	back := func(s *state.Service) { s.Deployments[0].ServiceDeploymentARN = rolledBack("").ARN }
	for name, c := range map[string]struct {
		change func(s *state.Service)
		task   string // the lastStatus of the service's task
		want   bool
	}{
		"as wanted":           {func(*state.Service) {}, state.Running, true},
		"failed":              {failed, state.Running, true},
		"rolled back":         {back, state.Running, true},
		"no room for a task":  {func(s *state.Service) { s.DesiredCount = 2 }, state.Running, false},
		"failed, task starts": {failed, state.Pending, false},
		"failed, the older deployment lacks a task": {func(s *state.Service) {
			failed(s)
			s.Deployments = append(s.Deployments, deployment("ecs-svc/1"))
			s.Deployments[1].DesiredCount = 1
		}, state.Running, false},
		"on the way back": {func(s *state.Service) {
			back(s)
			s.Deployments[0].RolloutState = types.DeploymentRolloutStateInProgress
		}, state.Running, false},
		"rolled back, then scaled": {func(s *state.Service) { back(s); s.DesiredCount = 2 }, state.Running, false},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			s := &state.Service{
				ARN: scope.Service("shop", "web"), Name: "web", ClusterARN: scope.Cluster("shop"), DesiredCount: 1,
				Deployments: []*state.Deployment{deployment("ecs-svc/2")},
			}
			s.Deployments[0].Primary = true
			c.change(s)
			w.update(func(tx *store.Tx) {
				state.PutServiceDeployment(tx, rolledBack(""))
				state.PutService(tx, s)
			})
			w.add("a", "service:web", c.task, func(t *state.Task) { t.Spec.ServiceARN, t.Spec.DeploymentID = s.ARN, "ecs-svc/2" })
			view := w.read(overview.Options{})
			if shown := view.Services[0]; view.Settled != c.want || shown.Settled != (c.want && shown.NotAsWanted != "") {
				t.Errorf("settled is %t, of the service %t (%q)", view.Settled, shown.Settled, shown.NotAsWanted)
			}
		})
	}
}

// A deployment that was not rolled back says how its service deployment has ended, and why.
func TestFailureOfADeployment(t *testing.T) {
	w := newWorld(t)
	s := &state.Service{
		ARN: scope.Service("shop", "web"), Name: "web", ClusterARN: scope.Cluster("shop"),
		Deployments: []*state.Deployment{deployment("ecs-svc/2"), deployment("ecs-svc/1")},
	}
	failed := s.Deployments[0]
	failed.Primary, failed.RolloutState = true, types.DeploymentRolloutStateFailed
	failed.ServiceDeploymentARN = scope.ServiceDeployment("shop", "web", "failed")
	part := &state.ServiceDeployment{
		ARN: failed.ServiceDeploymentARN, ServiceARN: s.ARN, Status: types.ServiceDeploymentStatusInProgress,
	}
	failure := func() *overview.Failure {
		w.update(func(tx *store.Tx) {
			state.PutServiceDeployment(tx, part)
			state.PutService(tx, s)
		})
		return w.read(overview.Options{}).Services[0].Deployments[0].Failure
	}
	if got := failure(); got != nil {
		t.Errorf("on its way to the end it is %+v", got)
	}
	part = part.Clone()
	part.Status, part.StatusReason, part.FinishedAt = types.ServiceDeploymentStatusRollbackFailed, "No rollback candidate was found to run the rollback.", began
	if got := failure(); got == nil || *got != (overview.Failure{Status: "ROLLBACK_FAILED", Reason: part.StatusReason}) {
		t.Errorf("at its end it is %+v", got)
	}
}
