package state

import (
	"encoding/json"
	"path/filepath"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/base/wire"
	"github.com/google/go-cmp/cmp"
)

// details is a document whose text another encoder would change: its spaces, its order, its numbers.
const details = "{\n\t\"z\": [1.0, 12345678901234567890, \"\\u003c\"], \"a\" : {} }"

// TestLifecycleHooksSurviveARestart looks at the hooks of a service and at those that its service
// deployment has asked, before and after.
func TestLifecycleHooksSurviveARestart(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.db")
	s := openAt(t, path)
	scope, now := arn.Scope{Region: "us-east-1", Account: "000000000000"}, time.UnixMilli(1_700_000_000_123).UTC()
	configuration := new(types.DeploymentConfiguration)
	if err := wire.Unmarshal([]byte(`{"lifecycleHooks":[{"hookDetails":`+details+`},{}]}`), configuration); err != nil {
		t.Fatal(err)
	}
	service := &Service{ARN: scope.Service("c", "web"), Name: "web", ClusterARN: scope.Cluster("c"), DeploymentConfiguration: configuration,
		Deployments: []*Deployment{{Generation: Generation{ID: "ecs-svc/1", CreatedAt: now, Revision: &ServiceRevision{TaskDefinition: "web:1"}}}}}
	update(t, s, func(tx *store.Tx) {
		PutService(tx, service)
		d := FindServiceDeployment(tx, service.Deployments[0].ServiceDeploymentARN).Clone()
		d.Shift = &TrafficShift{Stage: StagePreProductionTrafficShift, Step: 2, Since: now, Back: true}
		d.Alarms = DeploymentAlarms{Status: types.ServiceDeploymentRollbackMonitorsStatusMonitoring, Names: []string{"slow"}}
		d.Target.ProductionWeight = aws.Float64(99.9)
		d.Hooks = []LifecycleHook{
			{
				ID: "ecs-lambda-1", TargetType: types.DeploymentLifecycleHookTargetTypeAwsLambda, Status: types.DeploymentLifecycleHookStatusInProgress,
				ExpiresAt: now, CallAt: now, ExecutionID: "e", Details: json.RawMessage(details),
				ProductionWeights: map[string]float64{"green": 0.1, "blue": 99.9}, TestWeights: map[string]float64{},
			},
			{ID: "ecs-pause-1", TargetType: types.DeploymentLifecycleHookTargetTypePause, Status: types.DeploymentLifecycleHookStatusAwaitingAction},
		}
		PutServiceDeployment(tx, d)
	})
	before := s.Read()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}

	s = openAt(t, path)
	defer s.Close()
	after := s.Read()
	id := service.Deployments[0].ServiceDeploymentARN
	if diff := cmp.Diff(FindServiceDeployment(before, id).Hooks, FindServiceDeployment(after, id).Hooks); diff != "" {
		t.Errorf("hooks (-before +after):\n%s", diff)
	}
	was, is := FindServiceDeployment(before, id), FindServiceDeployment(after, id)
	if diff := cmp.Diff([]any{was.Shift, was.Alarms, was.Target}, []any{is.Shift, is.Alarms, is.Target}); diff != "" {
		t.Errorf("shift, alarms and target (-before +after):\n%s", diff)
	}
	hooks := FindService(after, service.ARN).DeploymentConfiguration.LifecycleHooks
	if text := string(hooks[0].HookDetails); text != details {
		t.Errorf("hookDetails %s", text)
	}
	if hooks[1].HookDetails != nil {
		t.Error("hookDetails that were not there")
	}
}

// TestHooksAreDecidedOnce has a hook that ContinueServiceDeployment decides, and a target whose answer
// comes after its hook has timed out.
func TestHooksAreDecidedOnce(t *testing.T) {
	s := openAt(t, "")
	now := time.UnixMilli(1_700_000_000_000)
	update(t, s, func(tx *store.Tx) {
		PutServiceDeployment(tx, &ServiceDeployment{ARN: "d", Hooks: []LifecycleHook{
			{ID: "go", Status: types.DeploymentLifecycleHookStatusAwaitingAction},
			{ID: "back", Status: types.DeploymentLifecycleHookStatusAwaitingAction},
			{ID: "late", Status: types.DeploymentLifecycleHookStatusTimedOut},
		}})
	})
	update(t, s, func(tx *store.Tx) {
		DecideLifecycleHook(tx, "d", "go", types.DeploymentLifecycleHookActionContinue, now)
		DecideLifecycleHook(tx, "d", "back", types.DeploymentLifecycleHookActionRollback, now)
		DecideLifecycleHook(tx, "d", "back", types.DeploymentLifecycleHookActionContinue, now.Add(1))
		AnswerLifecycleHook(tx, "d", "late", LifecycleHookAnswer{Status: types.DeploymentLifecycleHookStatusSucceeded}, now)
		AnswerLifecycleHook(tx, "d", "none", LifecycleHookAnswer{}, now)
	})
	d := FindServiceDeployment(s.Read(), "d")
	for id, want := range map[string]LifecycleHook{
		"go":   {ID: "go", Status: types.DeploymentLifecycleHookStatusSucceeded, UpdatedAt: now},
		"back": {ID: "back", Status: types.DeploymentLifecycleHookStatusFailed, UpdatedAt: now},
		"late": {ID: "late", Status: types.DeploymentLifecycleHookStatusTimedOut},
	} {
		if diff := cmp.Diff(&want, d.Hook(id)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", id, diff)
		}
	}
}
