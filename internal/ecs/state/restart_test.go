package state

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state/taskdefinition"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func openAt(t *testing.T, path string) *store.Store {
	t.Helper()
	s, err := Open(store.Options{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestStateSurvivesARestart(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.db")
	s := openAt(t, path)
	scope := arn.Scope{Region: "us-east-1", Account: "000000000000"}
	now := time.UnixMilli(1_700_000_000_123).UTC()
	cluster := &Cluster{ARN: scope.Cluster("c"), Name: "c", Status: "ACTIVE", CreatedAt: now, CapacityProviders: []string{}}
	update(t, s, func(tx *store.Tx) {
		Clusters.Put(tx, cluster)
		taskdefinition.Add(tx, scope, &types.TaskDefinition{Family: aws.String("web"), Volumes: []types.Volume{}}, nil, scope.Root(), now)
		AddTask(tx, &Task{
			ARN: scope.Task("c", "1"), Spec: &TaskSpec{ClusterARN: cluster.ARN, CreatedAt: now, LaunchType: types.LaunchTypeFargate},
			Status: TaskStatus{LastStatus: Provisioning, Containers: []Container{{Name: "web", ExitCode: aws.Int32(0)}}},
		})
		AddTask(tx, &Task{ARN: scope.Task("c", "2"), Spec: &TaskSpec{ClusterARN: cluster.ARN}, Status: TaskStatus{LastStatus: Provisioning}})
	})
	update(t, s, func(tx *store.Tx) {
		StopTask(tx, scope.Task("c", "1"), Stop{Code: types.TaskStopCodeUserInitiated, Reason: "enough", At: now})
		RemoveTask(tx, FindTask(tx, scope.Task("c", "2")))
	})
	before := s.Read()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}

	s = openAt(t, path)
	defer s.Close()
	after := s.Read()
	ignore := cmpopts.IgnoreUnexported(Task{}, taskdefinition.TaskDefinition{})
	compare := func(what string, want, got any) {
		t.Helper()
		if diff := cmp.Diff(want, got, ignore); diff != "" {
			t.Errorf("%s (-before +after):\n%s", what, diff)
		}
	}
	compare("cluster", Clusters.Get(before, cluster.ARN), Clusters.Get(after, cluster.ARN))
	compare("task definition", taskdefinition.Find(before, scope, "web", 1), taskdefinition.Find(after, scope, "web", 1))
	compare("task", FindTask(before, scope.Task("c", "1")), FindTask(after, scope.Task("c", "1")))
	compare("newest row of the task", FindTask(before, scope.Task("c", "1")), FindTask(s.Read(), scope.Task("c", "1")))
	compare("counts", FindClusterSummary(before, cluster.ARN), FindClusterSummary(after, cluster.ARN))
	if FindTask(after, scope.Task("c", "2")) != nil {
		t.Error("a removed task is back")
	}
}
