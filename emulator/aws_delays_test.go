package emulator_test

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/backend/sim"
	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// slow is an emulator that takes the time of AWS, on a clock that only tests move.
func slow(t *testing.T) *world {
	w := start(t, emulator.Options{AWSDelays: true})
	w.must(w.srv.Clock().SetSpeed(0))
	return w
}

func (w *world) advance(d time.Duration) {
	w.Helper()
	w.must(w.srv.Clock().Advance(d))
}

// after tells how long after another time something was, in seconds.
func after(from, at *time.Time) float64 {
	if from == nil || at == nil {
		return -1
	}
	return at.Sub(*from).Round(100 * time.Millisecond).Seconds()
}

func (w *world) stop(task string) {
	w.Helper()
	_, err := w.client.StopTask(w.Context(), &ecs.StopTaskInput{Task: &task})
	w.must(err)
}

func (w *world) expectTimes(task types.Task, connectivity, pull, pulled, started, stopping, executed, stopped float64) {
	w.Helper()
	want := [...]float64{connectivity, pull, pulled, started, stopping, executed, stopped}
	got := [...]float64{
		after(task.CreatedAt, task.ConnectivityAt), after(task.CreatedAt, task.PullStartedAt), after(task.CreatedAt, task.PullStoppedAt),
		after(task.CreatedAt, task.StartedAt), after(task.CreatedAt, task.StoppingAt), after(task.CreatedAt, task.ExecutionStoppedAt),
		after(task.CreatedAt, task.StoppedAt),
	}
	if got != want {
		w.Errorf("connectivity, pull, pulled, started, stopping, execution stopped, stopped after\n%v s, want\n%v s", got, want)
	}
}

func TestATaskTakesTheTimeOfAWS(t *testing.T) {
	w := slow(t)
	id := w.runTask(w.register("job", "app", "sleep", "12"))
	for _, step := range []struct {
		at              time.Duration
		status, desired string
	}{
		{4 * time.Second, "PROVISIONING", "RUNNING"},
		{20 * time.Second, "PENDING", "RUNNING"},
		{30 * time.Second, "RUNNING", "RUNNING"},
		{40 * time.Second, "RUNNING", "RUNNING"}, // it has ended, which does not show
		{60 * time.Second, "DEPROVISIONING", "STOPPED"},
		{64 * time.Second, "STOPPED", "STOPPED"},
	} {
		task := w.task(id)
		w.advance(step.at - w.srv.Clock().Now().Sub(task.CreatedAt.Truncate(time.Millisecond)))
		if task = w.task(id); *task.LastStatus != step.status || *task.DesiredStatus != step.desired {
			t.Errorf("after %s: %s, desired %s", step.at, *task.LastStatus, *task.DesiredStatus)
		}
	}
	task := w.task(id)
	w.expectTimes(task, 4.4, 12.9, 27.1, 27.1, 49.1, 39.1, 63.1)
	if task.Version != 5 || *task.StoppedReason != "Essential container in task exited" {
		t.Errorf("version %d: %s", task.Version, *task.StoppedReason)
	}
}

func TestAStoppedTaskTakesTheTimeOfAWS(t *testing.T) {
	w := slow(t)
	definition := w.register("web", "app")
	early, pulling, running := w.runTask(definition), w.runTask(definition), w.runTask(definition)
	w.advance(2 * time.Second)
	w.stop(early)
	w.advance(18 * time.Second)
	w.stop(pulling)
	w.eventually("the pull is cut off", func() bool { return w.task(pulling).ExecutionStoppedAt != nil })
	w.advance(20 * time.Second)
	w.stop(running)
	if task := w.task(running); *task.LastStatus != "RUNNING" || task.Version != 4 {
		t.Errorf("told to stop: %s, version %d", *task.LastStatus, task.Version)
	}
	w.advance(30 * time.Second)
	w.expectTimes(w.task(early), -1, -1, -1, -1, 2, -1, 9.6)
	w.expectTimes(w.task(pulling), 4.4, 12.9, -1, -1, 20, 20, 44)
	w.expectTimes(w.task(running), 4.4, 12.9, 27.1, 27.1, 40, 40, 64)
	for id, version := range map[string]int64{early: 4, pulling: 5, running: 6} {
		if got := w.task(id).Version; got != version {
			t.Errorf("version %d, want %d", got, version)
		}
	}
}

// An end that the agent has found, and ECS does not know of, is known after a restart.
func TestAnUnseenEndSurvivesARestart(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ reason, image, does string }{
		{"Essential container in task exited", "app", "exit"},
		{"CannotPullContainerError", "missing/app", "sleep"},
	} {
		opts := emulator.Options{Backend: sim.New(sim.Options{}), DataDir: t.TempDir(), OnExit: emulator.Keep, AWSDelays: true}
		srv, err := emulator.New(opts)
		if err != nil {
			t.Fatal(err)
		}
		w := &world{t, srv, ecs.NewFromConfig(srv.Config())}
		w.must(srv.Clock().SetSpeed(0))
		id := w.runTask(w.register("job", test.image, test.does, "0"))
		w.advance(20 * time.Second)
		if task := w.task(id); *task.DesiredStatus != "RUNNING" {
			t.Errorf("%s: the end shows: %s", test.reason, *task.LastStatus)
		}
		w.must(srv.Close())

		w = start(t, opts)
		w.advance(time.Minute)
		if task := w.task(id); *task.LastStatus != "STOPPED" || !strings.Contains(aws.ToString(task.StoppedReason), test.reason) {
			t.Errorf("%s: %s, %s", test.reason, *task.LastStatus, aws.ToString(task.StoppedReason))
		}
	}
}

// A task whose end does not show yet counts as stopped by the user who stops it.
func TestATaskIsStoppedAfterItsUnseenEnd(t *testing.T) {
	w := slow(t)
	id := w.runTask(w.register("job", "app", "exit", "0"))
	w.advance(30 * time.Second)
	w.stop(id)
	w.advance(time.Minute)
	task := w.task(id)
	w.expectTimes(task, 4.4, 12.9, 27.1, 27.1, 30, 27.1, 51.1)
	if task.StopCode != types.TaskStopCodeUserInitiated || task.Version != 6 {
		t.Errorf("%s, version %d", task.StopCode, task.Version)
	}
}

func TestAServiceTakesTheTimeOfAWS(t *testing.T) {
	w := slow(t)
	definition := w.register("web", "app")
	w.createService("empty", definition, 0)
	w.createService("web", definition, 1)
	counts := func(name string) [3]int32 {
		s := w.service(name)
		return [3]int32{s.Deployments[0].DesiredCount, s.PendingCount, s.RunningCount}
	}
	expect := func(when string, got, want any) {
		t.Helper()
		if got != want {
			t.Errorf("%s: %v, want %v", when, got, want)
		}
	}
	w.advance(4 * time.Second)
	expect("after 4 s", counts("web"), [3]int32{0, 0, 0})
	w.advance(time.Second)
	expect("after 5 s", counts("web"), [3]int32{1, 1, 0})
	w.advance(11 * time.Second)
	expect("after 16 s", w.service("empty").Deployments[0].RolloutState, types.DeploymentRolloutStateInProgress)
	w.advance(time.Second)
	expect("after 17 s", w.service("empty").Deployments[0].RolloutState, types.DeploymentRolloutStateCompleted)
	w.advance(2 * time.Minute)
	expect("after 137 s", counts("web"), [3]int32{1, 0, 1})

	_, err := w.client.DeleteService(w.Context(), &ecs.DeleteServiceInput{Service: aws.String("empty")})
	w.must(err)
	w.advance(50 * time.Second)
	expect("50 s after its deletion", *w.service("empty").Status, "DRAINING")
	w.advance(11 * time.Second)
	expect("61 s after its deletion", *w.service("empty").Status, "INACTIVE")
}
