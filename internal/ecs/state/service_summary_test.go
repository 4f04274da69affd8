package state

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// The summaries are kept change by change; they must always equal what counting
// the tasks gives.
func TestSummariesEqualACount(t *testing.T) {
	statuses := []string{Provisioning, Pending, Running, Stopping, Deprovisioning, Stopped}
	rapid.Check(t, func(t *rapid.T) {
		s, err := Open(store.Options{})
		if err != nil {
			t.Fatal(err)
		}
		var ids []string
		change := func(fn func(tx *store.Tx)) {
			if err := s.Update(func(tx *store.Tx) error { fn(tx); return nil }); err != nil {
				t.Fatal(err)
			}
		}
		pick := func(t *rapid.T) string {
			if len(ids) == 0 {
				t.Skip("no task yet")
			}
			return rapid.SampledFrom(ids).Draw(t, "task")
		}
		t.Repeat(map[string]func(*rapid.T){
			"add": func(t *rapid.T) {
				id := fmt.Sprintf("arn:aws:ecs:us-east-1:000000000000:task/c/%d", len(ids))
				ids = append(ids, id)
				change(func(tx *store.Tx) {
					AddTask(tx, &Task{ARN: id, Spec: &TaskSpec{
						ClusterARN: "c", ServiceARN: "s", DeploymentID: rapid.SampledFrom([]string{"d1", "d2"}).Draw(t, "deployment"),
						LaunchType: types.LaunchTypeFargate,
					}, Status: TaskStatus{LastStatus: Provisioning}})
				})
			},
			"move": func(t *rapid.T) {
				id, status := pick(t), rapid.SampledFrom(statuses).Draw(t, "status")
				change(func(tx *store.Tx) {
					now := FindTask(tx, id).Status
					now.LastStatus = status
					if status == Running && now.StartedAt.IsZero() {
						now.StartedAt = time.Unix(int64(len(ids)), 0)
					}
					_ = PutTaskStatus(tx, id, TaskStep{Status: now, Announced: true}) // it may go back
				})
			},
			"stop": func(t *rapid.T) {
				id := pick(t)
				change(func(tx *store.Tx) { StopTask(tx, id, Stop{Code: types.TaskStopCodeUserInitiated}) })
			},
			"": func(t *rapid.T) {
				compareCounts(t, s.Read())
			},
		})
	})
}

func compareCounts(t *rapid.T, tx *store.Tx) {
	want := map[string]DeploymentCounts{}
	cluster := ClusterSummary{ARN: "c"}
	for _, task := range AllTasks(tx) {
		d := want[task.Spec.DeploymentID]
		if status := task.Status.LastStatus; status != Stopped {
			d.Left++
			if pending(status) {
				d.Pending++
			}
			if status == Running {
				d.Running++
			}
			if task.Stop == nil {
				d.Active++
				if status == Running {
					d.ActiveRunning++
					cluster.RunningFargate++
				}
				if pending(status) {
					cluster.PendingFargate++
				}
			}
		}
		want[task.Spec.DeploymentID] = d
	}
	for id, d := range want {
		got := FindServiceSummary(tx, "s").Of(id)
		got = DeploymentCounts{Left: got.Left, Pending: got.Pending, Running: got.Running, Active: got.Active, ActiveRunning: got.ActiveRunning}
		if diff := cmp.Diff(d, got); diff != "" {
			t.Fatalf("deployment %s (-counted +kept):\n%s", id, diff)
		}
	}
	if diff := cmp.Diff(&cluster, FindClusterSummary(tx, "c")); diff != "" {
		t.Fatalf("cluster (-counted +kept):\n%s", diff)
	}
}
