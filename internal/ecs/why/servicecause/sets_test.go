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
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state/taskdefinition"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state/taskset"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/why"
)

// A service of task sets goes on until all are steady; what its last event says of places is said first.
func TestWhyTaskSetsAreNotSteady(t *testing.T) {
	scope, began := arn.Scope{Region: "us-east-1", Account: "000000000000"}, time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)
	rows, err := state.Open(store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	service := &state.Service{
		ARN: scope.Service("shop", "web"), Name: "web", ClusterARN: scope.Cluster("shop"), DeploymentController: types.DeploymentControllerTypeExternal,
		Sets: &state.SetService{Revision: &state.ServiceRevision{}},
	}
	set := &taskset.TaskSet{
		Generation: state.Generation{ID: "ecs-svc/1", Revision: &state.ServiceRevision{TaskDefinition: scope.TaskDefinition("web", 1), LaunchType: types.LaunchTypeFargate}, DesiredCount: 2},
		ARN:        scope.TaskSet("shop", "web", "ecs-svc/1"), ServiceARN: service.ARN, Scale: 33.3, AskedAt: began,
	}
	explained := func(change func(tx *store.Tx)) string {
		t.Helper()
		if err := rows.Update(func(tx *store.Tx) error { change(tx); return nil }); err != nil {
			t.Fatal(err)
		}
		var said []string
		for _, a := range Explain(&why.Facts{Tx: rows.Read(), Now: began.Add(time.Minute)}, state.FindService(rows.Read(), service.ARN)) {
			said = append(said, a.Sentence)
			for _, e := range a.Evidence {
				said = append(said, e.Text)
			}
		}
		return strings.Join(said, "\n")
	}
	got := explained(func(tx *store.Tx) {
		state.Clusters.Put(tx, &state.Cluster{ARN: service.ClusterARN, Name: "shop", Status: state.ClusterActive})
		taskdefinition.Add(tx, scope, &types.TaskDefinition{Family: aws.String("web")}, nil, scope.Root(), began)
		state.PutService(tx, service)
		taskset.Put(tx, set)
	})
	for _, want := range []string{"goes on: task set ecs-svc/1 of web:1 is STABILIZING", "scale 33.3 %, computedDesiredCount 2, runningCount 0"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q lacks %q", got, want)
		}
	}
	got = explained(func(tx *store.Tx) {
		state.AddServiceEvents(tx, service.ARN, types.ServiceEvent{CreatedAt: &began, Message: aws.String(
			"(service web) was unable to place a task because no container instance met all of its requirements. Reason: No Container Instances were found in your cluster.")})
	})
	if !strings.Contains(got, "was unable to place") {
		t.Errorf("it says %q", got)
	}
	got = explained(func(tx *store.Tx) {
		throttled := set.Clone()
		throttled.Throttle = state.Throttle{Failures: 3, Until: began.Add(time.Hour)}
		taskset.Put(tx, throttled)
	})
	if !strings.Contains(got, "starts the next task of web:1 at 13:00:00, after 3 failures in a row.\ntask set ecs-svc/1: 3 failures in a row") {
		t.Errorf("of one whose starts are held back it says %q", got)
	}
	got = explained(func(tx *store.Tx) {
		steady := set.Clone()
		steady.Stability = taskset.Stability{Steady: true, At: began}
		taskset.Put(tx, steady)
	})
	if got != "" {
		t.Errorf("of a steady one it says %q", got)
	}
	got = explained(func(tx *store.Tx) {
		deleted := service.Clone()
		deleted.DeletedAt = began
		state.PutService(tx, deleted)
		state.AddTask(tx, &state.Task{
			ARN: scope.Task("shop", "t"), Placement: &state.Placement{}, Status: state.TaskStatus{LastStatus: state.Running},
			Spec: &state.TaskSpec{ClusterARN: service.ClusterARN, ServiceARN: service.ARN, DeploymentID: set.ID},
		})
	})
	if !strings.Contains(got, "is DRAINING: 1 task is not STOPPED yet") {
		t.Errorf("of one that was deleted it says %q", got)
	}
}
