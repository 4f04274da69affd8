package state

import (
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/outbox"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/google/go-cmp/cmp"
)

var (
	announcedScope = arn.Scope{Region: "us-east-1", Account: "000000000000"}
	announcedAt    = time.Unix(1_800_000_000, 123_456_789).UTC()
)

// deployed is a service with a deployment that has begun.
func deployed() *Service {
	return &Service{
		ARN: announcedScope.Service("shop", "web"), Name: "web", ClusterARN: announcedScope.Cluster("shop"),
		Deployments: []*Deployment{{
			Generation:         Generation{ID: "ecs-svc/1", CreatedAt: announcedAt, Revision: &ServiceRevision{TaskDefinition: "web:1"}},
			RolloutStateReason: "ECS deployment ecs-svc/1 in progress.",
		}},
	}
}

// announced are the events of a store as short lines.
func announced(s *store.Store) (lines []string) {
	events, _, _ := outbox.Since(s, 0)
	for _, e := range events {
		switch c := e.Value.Value().(type) {
		case *DeploymentChange:
			lines = append(lines, fmt.Sprintln(c.Type, c.Name, c.DeploymentID, c.Reason))
		case *ServiceAction:
			lines = append(lines, fmt.Sprintln(c.Type, c.Name, c.Reason))
		case *HookChange:
			lines = append(lines, fmt.Sprintln(c.HookID, c.Stage, c.Status))
		}
	}
	return lines
}

func expectAnnounced(t *testing.T, s *store.Store, want ...string) {
	t.Helper()
	for i := range want {
		want[i] += "\n"
	}
	if diff := cmp.Diff(want, announced(s)); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
}

func TestDeploymentsAreAnnouncedOnce(t *testing.T) {
	s := openAt(t, filepath.Join(t.TempDir(), "state.db"))
	defer s.Close()
	service := deployed()
	update(t, s, func(tx *store.Tx) { PutService(tx, service) })
	update(t, s, func(tx *store.Tx) {
		again := service.Clone()
		again.DesiredCount = 2
		PutService(tx, again)
	})
	update(t, s, func(tx *store.Tx) { // the way back belongs to the service deployment that there is
		back := service.Clone()
		back.Deployments = append(back.Deployments, &Deployment{
			Generation: Generation{ID: "ecs-svc/2", Revision: service.Deployments[0].Revision}, ServiceDeploymentARN: service.Deployments[0].ServiceDeploymentARN,
		})
		PutService(tx, back)
	})
	expectAnnounced(t, s,
		"INFO SERVICE_DEPLOYMENT_IN_PROGRESS ecs-svc/1 ECS deployment ecs-svc/1 in progress.",
		"INFO SERVICE_DEPLOYMENT_IN_PROGRESS ECS deployment ecs-svc/1 in progress.")
	events, _, _ := outbox.Since(s, 0)
	for _, e := range events {
		if !e.At.Equal(announcedAt) {
			t.Errorf("event %d is of %v, want %v", e.Sequence, e.At, announcedAt)
		}
	}
}

// TestHooksAreAnnounced expects each status of a hook once, by each of its writers.
func TestHooksAreAnnounced(t *testing.T) {
	s := openAt(t, filepath.Join(t.TempDir(), "state.db"))
	defer s.Close()
	service := deployed()
	update(t, s, func(tx *store.Tx) { PutService(tx, service) })
	id := service.Deployments[0].ServiceDeploymentARN
	change := func(change func(d *ServiceDeployment)) {
		t.Helper()
		update(t, s, func(tx *store.Tx) {
			d := FindServiceDeployment(tx, id).Clone()
			change(d)
			PutServiceDeployment(tx, d)
		})
	}
	ask := func(id string, kind types.DeploymentLifecycleHookTargetType, status types.DeploymentLifecycleHookStatus) {
		change(func(d *ServiceDeployment) {
			d.Hooks = append(d.Hooks, LifecycleHook{ID: id, TargetType: kind, Stage: "POST_SCALE_UP", Status: status, UpdatedAt: announcedAt})
		})
	}
	at := announcedAt.Add(time.Second)
	ask("pause", types.DeploymentLifecycleHookTargetTypePause, types.DeploymentLifecycleHookStatusAwaitingAction)
	ask("lambda", types.DeploymentLifecycleHookTargetTypeAwsLambda, types.DeploymentLifecycleHookStatusInProgress)
	change(func(d *ServiceDeployment) { d.Status = types.ServiceDeploymentStatusInProgress })
	update(t, s, func(tx *store.Tx) {
		AnswerLifecycleHook(tx, id, "lambda", LifecycleHookAnswer{Status: types.DeploymentLifecycleHookStatusInProgress}, at)
		AnswerLifecycleHook(tx, id, "lambda", LifecycleHookAnswer{Status: types.DeploymentLifecycleHookStatusFailed}, at)
		DecideLifecycleHook(tx, id, "pause", types.DeploymentLifecycleHookActionContinue, at)
	})
	ask("late", types.DeploymentLifecycleHookTargetTypePause, types.DeploymentLifecycleHookStatusAwaitingAction)
	change(func(d *ServiceDeployment) { d.Hooks[2].Status = types.DeploymentLifecycleHookStatusTimedOut })
	if got := announced(s)[2:]; !slices.Equal(got, []string{
		"pause POST_SCALE_UP AWAITING_ACTION\n", "lambda POST_SCALE_UP IN_PROGRESS\n", "lambda POST_SCALE_UP FAILED\n",
		"pause POST_SCALE_UP SUCCEEDED\n", "late POST_SCALE_UP AWAITING_ACTION\n", "late POST_SCALE_UP TIMED_OUT\n",
	}) {
		t.Errorf("events %q", got)
	}
}

func TestAnnouncementsSurviveARestart(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.db")
	s := openAt(t, path)
	update(t, s, func(tx *store.Tx) {
		service := deployed()
		PutService(tx, service)
		d := FindServiceDeployment(tx, service.Deployments[0].ServiceDeploymentARN).Clone()
		d.Hooks = []LifecycleHook{{ID: "pause", Status: "AWAITING_ACTION", UpdatedAt: announcedAt, ExpiresAt: announcedAt.Truncate(time.Millisecond)}}
		PutServiceDeployment(tx, d)
		AnnounceServiceAction(tx, ServiceAction{ServiceARN: service.ARN, Name: "TASKS_STOPPED", CapacityProviderARNs: []string{"a"}}, announcedAt)
	})
	before, _, _ := outbox.Since(s, 0)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = openAt(t, path)
	defer s.Close()
	after, _, _ := outbox.Since(s, 0)
	if diff := cmp.Diff(before, after, cmp.Transformer("value", (*outbox.Change).Value)); diff != "" || len(after) != 4 {
		t.Errorf("%d events (-before +after):\n%s", len(after), diff)
	}
	if outbox.As[DeploymentChange](after[0]).ID == "" || outbox.As[DeploymentChange](after[0]).ID == outbox.As[ServiceAction](after[1]).ID {
		t.Errorf("ids: %+v, %+v", outbox.As[DeploymentChange](after[0]), outbox.As[ServiceAction](after[1]))
	}
}
