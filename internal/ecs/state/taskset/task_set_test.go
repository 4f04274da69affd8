package taskset_test

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/google/go-cmp/cmp"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/ledger"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state/taskdefinition"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state/taskset"
)

var (
	scope = arn.Scope{Region: "us-east-1", Account: "000000000000"}
	began = time.Unix(1_800_000_000, 0).UTC()
)

func service() *state.Service {
	return &state.Service{
		ARN: scope.Service("shop", "web"), Name: "web", ClusterARN: scope.Cluster("shop"), CreatedAt: began,
		DeploymentController: types.DeploymentControllerTypeExternal,
		Sets:                 &state.SetService{Revision: &state.ServiceRevision{LaunchType: types.LaunchTypeEc2}},
	}
}

func set(digits string, createdAt time.Time) *taskset.TaskSet {
	id := "ecs-svc/" + digits
	return &taskset.TaskSet{
		Generation: state.Generation{
			ID: id, CreatedAt: createdAt, Revision: &state.ServiceRevision{TaskDefinition: scope.TaskDefinition("web", 1), LaunchType: types.LaunchTypeFargate},
		},
		ARN: scope.TaskSet("shop", "web", id), ServiceARN: scope.Service("shop", "web"), AskedAt: createdAt, UpdatedAt: createdAt,
	}
}

func openAt(t *testing.T, path string) *store.Store {
	t.Helper()
	s, err := state.Open(store.Options{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func newStore(t *testing.T) *store.Store {
	s := openAt(t, filepath.Join(t.TempDir(), "state.db"))
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func update(t *testing.T, s *store.Store, change func(*store.Tx)) {
	t.Helper()
	if err := s.Update(func(tx *store.Tx) error { change(tx); return nil }); err != nil {
		t.Fatal(err)
	}
}

func ids(sets []*taskset.TaskSet) (ids []string) {
	for _, t := range sets {
		ids = append(ids, t.ID)
	}
	return ids
}

func TestTheTaskSetsOfAServiceSurviveARestartNewestFirst(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.db")
	s := openAt(t, path)
	stranger := set("9", began)
	stranger.ARN, stranger.ServiceARN = scope.TaskSet("shop", "webshop", stranger.ID), scope.Service("shop", "webshop")
	scaled := set("3", began)
	scaled.Scale, scaled.ExternalID, scaled.Failures = 33.3, "blue", 2
	update(t, s, func(tx *store.Tx) {
		state.PutService(tx, service())
		for _, each := range []*taskset.TaskSet{set("1", began.Add(time.Minute)), set("2", began.Add(time.Hour)), scaled, stranger} {
			taskset.Put(tx, each)
		}
	})
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = openAt(t, path)
	tx := s.Read()
	if diff := cmp.Diff([]string{"ecs-svc/2", "ecs-svc/1", "ecs-svc/3"}, ids(taskset.Of(tx, scope.Service("shop", "web")))); diff != "" {
		t.Errorf("task sets (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(scaled, taskset.Find(tx, scaled.ARN)); diff != "" {
		t.Errorf("the task set (-written +read):\n%s", diff)
	}
	web := state.FindService(tx, scope.Service("shop", "web"))
	if web.Deploys() || web.Primary() != nil || web.Revision().LaunchType != types.LaunchTypeEc2 || len(taskset.Generations(tx, web)) != 3 {
		t.Errorf("the service is %+v", web)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestARevisionIsThereAsLongAsItsTaskSet(t *testing.T) {
	s := newStore(t)
	web, blue := service(), set("1", began)
	task := &state.Task{
		ARN: scope.Task("shop", "t"), Placement: &state.Placement{}, Status: state.TaskStatus{LastStatus: state.Running},
		Spec: &state.TaskSpec{ClusterARN: web.ClusterARN, ServiceARN: web.ARN, DeploymentID: blue.ID, Family: "web", Revision: 1},
	}
	update(t, s, func(tx *store.Tx) {
		state.PutService(tx, web)
		taskset.Put(tx, blue)
		state.AddTask(tx, task)
	})
	tx := s.Read()
	if r := state.RevisionOf(tx, task); r == nil || r.ARN != scope.ServiceRevision("shop", "web", "1") || r.ARN != blue.Revision.ARN || !r.CreatedAt.Equal(began) {
		t.Errorf("the revision of its task is %+v", r)
	}
	if n := len(state.ServiceDeployments(tx, web.ARN)); n != 0 {
		t.Errorf("there are %d service deployments", n)
	}
	if n := state.FindServiceSummary(tx, web.ARN).Of(blue.ID).Running; n != 1 {
		t.Errorf("%d tasks are counted", n)
	}
	update(t, s, func(tx *store.Tx) { taskset.Remove(tx, blue, began.Add(time.Hour)) })
	tx = s.Read()
	if r := state.RevisionOf(tx, task); r != nil {
		t.Errorf("the task is of %s", r.ARN)
	}
	if r := state.FindServiceRevision(tx, blue.Revision.ARN); r == nil || !r.RetiredAt.Equal(began.Add(time.Hour)) {
		t.Errorf("the revision of a task set that is gone is %+v", r)
	}
	if counts := state.FindServiceSummary(tx, web.ARN).Deployments; len(counts) != 0 || taskset.Find(tx, blue.ARN) != nil {
		t.Errorf("%+v is left of the task set", counts)
	}
}

func TestATaskDefinitionStaysAsLongAsATaskSetNeedsIt(t *testing.T) {
	s := newStore(t)
	web, blue := service(), set("1", began)
	update(t, s, func(tx *store.Tx) {
		made := taskdefinition.Add(tx, scope, &types.TaskDefinition{Family: aws.String("web")}, nil, "", began)
		taskdefinition.RequestDeletion(tx, made, began)
		state.PutService(tx, web)
		taskset.Put(tx, blue)
	})
	sweep := func() (removed int) {
		update(t, s, func(tx *store.Tx) {
			removed = taskdefinition.Sweep(tx, began.Add(time.Hour), state.ReferredTaskDefinitions)
		})
		return removed
	}
	if n := sweep(); n != 0 {
		t.Errorf("%d task definitions of a task set are removed", n)
	}
	update(t, s, func(tx *store.Tx) { taskset.Remove(tx, blue, began) })
	if n := sweep(); n != 1 {
		t.Errorf("%d task definitions are removed", n)
	}
}

func TestStatus(t *testing.T) {
	web, blue := service(), set("1", began)
	if got := blue.Status(web); got != "ACTIVE" {
		t.Errorf("a new task set is %s", got)
	}
	web.Sets.Primary = blue.ID
	if got := blue.Status(web); got != "PRIMARY" {
		t.Errorf("the one that was made PRIMARY is %s", got)
	}
	blue.DeletedAt = began
	if got := blue.Status(web); got != "DRAINING" {
		t.Errorf("one that was deleted is %s", got)
	}
	blue.DeletedAt, web.DeletedAt = time.Time{}, began
	if got := blue.Status(web); got != "DRAINING" {
		t.Errorf("one of a service that was deleted is %s", got)
	}
}

func TestStabilityBeginsAnewWithWhatIsAsked(t *testing.T) { // ECS0331.1, ECS0331.3
	blue := set("1", began)
	expect := func(status types.StabilityStatus, at time.Time) {
		t.Helper()
		if got, since := blue.StabilityStatus(); got != status || !since.Equal(at) {
			t.Errorf("it is %s since %s, want %s since %s", got, since, status, at)
		}
	}
	expect(types.StabilityStatusStabilizing, began)
	blue.Stability = taskset.Stability{Steady: true, At: began.Add(time.Minute)}
	expect(types.StabilityStatusSteadyState, began.Add(time.Minute))
	blue.AskedAt = began.Add(time.Hour)
	expect(types.StabilityStatusStabilizing, began.Add(time.Hour))
	blue.Stability.At = began.Add(2 * time.Hour)
	expect(types.StabilityStatusSteadyState, began.Add(2*time.Hour))
	blue.Stability = taskset.Stability{At: began.Add(3 * time.Hour)}
	expect(types.StabilityStatusStabilizing, began.Add(3*time.Hour))
}

func TestTasksAreBilledToTheDeploymentByCodeDeploy(t *testing.T) {
	s := newStore(t)
	web, own, green := service(), set("1", began), set("2", began)
	own.ExternalID = "mine" // of a controller that is not CodeDeploy
	green.StartedBy, green.ExternalID = taskset.StartedByCodeDeploy, "d-RPCR1U3TW"
	var billed []ledger.Task
	update(t, s, func(tx *store.Tx) {
		state.PutService(tx, web)
		for _, each := range []*taskset.TaskSet{own, green} {
			taskset.Put(tx, each)
			billed = append(billed, state.Billed(tx, &state.Task{
				ARN: scope.Task("shop", "t"), Placement: &state.Placement{},
				Spec: &state.TaskSpec{ClusterARN: web.ClusterARN, ServiceARN: web.ARN, DeploymentID: each.ID, Family: "web", Revision: 1},
			}, began.Add(time.Hour)))
		}
	})
	if billed[0].Deployment != "" || billed[1].Deployment != "d-RPCR1U3TW" {
		t.Errorf("tasks are billed to %q and %q", billed[0].Deployment, billed[1].Deployment)
	}
}

func TestWakesTheServiceOfATaskSet(t *testing.T) {
	s := newStore(t)
	watch := state.WatchServices(s, 0, taskset.OnServices())
	for _, change := range []func(*store.Tx){
		func(tx *store.Tx) { taskset.Put(tx, set("1", began)) },
		func(tx *store.Tx) { taskset.Release(tx, taskset.Find(tx, set("1", began).ARN)) },
		func(tx *store.Tx) { taskset.Put(tx, set("2", began)) },
		func(tx *store.Tx) { taskset.Forget(tx, scope.Service("shop", "web")) },
	} {
		update(t, s, change)
		id, err := watch.Next(t.Context())
		if err != nil || id != scope.Service("shop", "web") {
			t.Fatalf("woken for %q, %v", id, err)
		}
		watch.Done(id)
	}
	if left := taskset.Of(s.Read(), scope.Service("shop", "web")); len(left) != 0 {
		t.Errorf("%v are left", ids(left))
	}
}

// What is asked for at the instant at which a task set has been found steady is yet to be reached.
func TestATaskSetIsNotSteadyOnceMoreIsAskedFor(t *testing.T) {
	s := set("1", began)
	s.Stability = taskset.Stability{Steady: true, At: began}
	s.Ask(began)
	if status, _ := s.StabilityStatus(); status != types.StabilityStatusStabilizing {
		t.Errorf("it is %s", status)
	}
}
