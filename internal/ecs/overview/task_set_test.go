package overview_test

import (
	"strings"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/overview"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state/taskset"
)

// A service with another controller than ECS is as wanted with all task sets steady, and with none.
func TestTaskSetsThatAreNotAsWanted(t *testing.T) {
	set := func(digits string, change func(*taskset.TaskSet)) *taskset.TaskSet {
		made := &taskset.TaskSet{
			Generation: deployment("ecs-svc/" + digits).Generation, ARN: scope.TaskSet("shop", "web", "ecs-svc/"+digits), ServiceARN: scope.Service("shop", "web"),
			Scale: 50, AskedAt: began, Stability: taskset.Stability{Steady: true, At: began.Add(time.Minute)},
		}
		made.DesiredCount = 1
		change(made)
		return made
	}
	steady := func(*taskset.TaskSet) {}
	for name, c := range map[string]struct {
		sets []*taskset.TaskSet
		want string
	}{
		"no task set":  {nil, ""},
		"steady":       {[]*taskset.TaskSet{set("1", steady), set("2", steady)}, ""},
		"scaled since": {[]*taskset.TaskSet{set("1", func(t *taskset.TaskSet) { t.AskedAt = began.Add(time.Hour) })}, "task set ecs-svc/1 of web:3 is STABILIZING: 1 of 1 tasks are RUNNING"},
		"deleted":      {[]*taskset.TaskSet{set("1", steady), set("2", func(t *taskset.TaskSet) { t.DeletedAt = began })}, "task set ecs-svc/2 of web:3 is DRAINING"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			s := &state.Service{
				ARN: scope.Service("shop", "web"), Name: "web", ClusterARN: scope.Cluster("shop"), DesiredCount: 2, DeploymentController: types.DeploymentControllerTypeExternal,
				Sets: &state.SetService{Primary: "ecs-svc/1", Revision: &state.ServiceRevision{LaunchType: types.LaunchTypeEc2}},
			}
			w.update(func(tx *store.Tx) {
				state.PutService(tx, s)
				for _, set := range c.sets {
					taskset.Put(tx, set)
				}
			})
			w.add("a", "service:web", state.Running, func(t *state.Task) { t.Spec.ServiceARN, t.Spec.DeploymentID = s.ARN, "ecs-svc/1" })
			shown := w.read(overview.Options{}).Services[0]
			if shown.NotAsWanted != c.want || shown.Settled || len(shown.TaskSets) != len(c.sets) || len(shown.Deployments) != 0 {
				t.Errorf("%+v, want %q", shown, c.want)
			}
			if stable, err := overview.Stable(w.store.Read(), s.ARN); stable || err == nil || !strings.Contains(err.Error(), "EXTERNAL") {
				t.Errorf("stable is %t, %v", stable, err)
			}
			for _, set := range shown.TaskSets {
				if set.ID == "ecs-svc/1" && (set.Status != "PRIMARY" || set.Running != 1 || set.Desired != 1 || set.Scale != 50 || set.TaskDefinition != "web:3") {
					t.Errorf("the PRIMARY one is %+v", set)
				}
			}
		})
	}
}
