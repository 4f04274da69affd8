package servicecause

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/why"
)

// TestAReasonOfAUserMakesNoFailure: StopTask takes any reason.
func TestAReasonOfAUserMakesNoFailure(t *testing.T) {
	const reason = "Task failed container health checks"
	for name, c := range map[string]struct {
		stop state.Stop
		want bool
	}{
		"by the scheduler":            {state.Stop{Code: types.TaskStopCodeServiceSchedulerInitiated, Cause: state.StopUnhealthy, Reason: reason}, true},
		"by the scheduler, of before": {state.Stop{Code: types.TaskStopCodeServiceSchedulerInitiated, Reason: reason}, true},
		"by a user":                   {state.Stop{Code: types.TaskStopCodeUserInitiated, Reason: reason}, false},
	} {
		if got := failed(&state.Task{Stop: &c.stop}); got != c.want {
			t.Errorf("%s: failed is %t", name, got)
		}
	}
}

// TestAnEventIsOnlyProbableOnceTasksAreForgotten: a deployment may have failed by tasks that are not known any more.
func TestAnEventIsOnlyProbableOnceTasksAreForgotten(t *testing.T) {
	scope, began := arn.Scope{Region: "us-east-1", Account: "000000000000"}, time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)
	rows, err := state.Open(store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	service := &state.Service{ARN: scope.Service("default", "web"), Deployments: []*state.Deployment{{Generation: state.Generation{ID: "ecs-svc/2"}, ServiceDeploymentARN: "part"}}}
	part := &state.ServiceDeployment{ARN: "part", ServiceARN: service.ARN, CreatedAt: began}
	part.Target.DeploymentID = "ecs-svc/1"
	if err := rows.Update(func(tx *store.Tx) error { state.PutServiceDeployment(tx, part); return nil }); err != nil {
		t.Fatal(err)
	}
	for after, probable := range map[time.Duration]bool{time.Minute: false, 2 * time.Hour: true} {
		q := &question{
			Facts: &why.Facts{Tx: rows.Read(), Now: began.Add(after)}, service: service,
			events: []types.ServiceEvent{{CreatedAt: &began, Message: aws.String("(service web) was unable to place a task because no container instance met all of its requirements. Reason: No Container Instances were found in your cluster.")}},
		}
		got := q.failures("ecs-svc/1")
		if len(got) != 1 || strings.HasPrefix(got[0].Sentence, "Probably service web was unable to place") != probable {
			t.Errorf("after %s: %+v", after, got)
		}
	}
}
