package emulator_test

import (
	"context"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/docker"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/dockertest"
	"github.com/ecs-emulator/ecs-emulator/backend/sim"
	"github.com/ecs-emulator/ecs-emulator/emulator"
	"github.com/ecs-emulator/ecs-emulator/handlers/control"
	"github.com/ecs-emulator/ecs-emulator/internal/base/testall"
)

// open starts an emulator that the test closes itself.
func open(t *testing.T, opts emulator.Options) *world {
	t.Helper()
	srv, err := emulator.New(withoutWarm(opts))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { srv.Close() })
	return &world{t, srv, ecs.NewFromConfig(srv.Config())}
}

// close ends it before the test ends.
func (w *world) close() {
	w.Helper()
	w.must(w.srv.Close())
}

// A simulated engine ends with the emulator, and its containers with it. That is no
// failure of theirs: a deployment under way goes on.
func TestSimulatedTasksEndWithTheEmulatorAndAreNoFailures(t *testing.T) {
	for name, end := range map[string]func(w *world){
		"in order": func(w *world) { w.close() },
		"killed":   func(w *world) { w.srv.Die() },
	} {
		t.Run(name, func(t *testing.T) {
			opts := emulator.Options{DataDir: t.TempDir()}
			w := open(t, opts)
			_, err := w.client.CreateService(w.Context(), &ecs.CreateServiceInput{
				ServiceName: aws.String("web"), TaskDefinition: aws.String(w.register("web", "web")), DesiredCount: aws.Int32(4),
				LaunchType: types.LaunchTypeFargate, NetworkConfiguration: network(),
				DeploymentConfiguration: &types.DeploymentConfiguration{DeploymentCircuitBreaker: &types.DeploymentCircuitBreaker{Enable: true, Rollback: true}},
			})
			w.must(err)
			task := w.runTask(w.register("job", "web"))
			w.must(w.srv.Clock().Advance(41 * time.Second))
			w.register("web", "web")
			_, err = w.client.UpdateService(w.Context(), &ecs.UpdateServiceInput{Service: aws.String("web"), TaskDefinition: aws.String("web")})
			w.must(err)
			w.eventually("the new tasks run", func() bool { return w.service("web").RunningCount >= 8 })
			if text := w.srv.Farewell(); strings.Contains(text, "go on") {
				t.Errorf("farewell %q", text)
			}
			end(w)

			w = open(t, opts)
			w.eventually("services start theirs again", func() bool { return w.service("web").RunningCount >= 4 })
			ended := w.task(task)
			if ended.StopCode != types.TaskStopCodeTerminationNotice || *ended.LastStatus != "STOPPED" || ended.Containers[0].ExitCode != nil {
				t.Errorf("the task is %s: %s: %s", *ended.LastStatus, ended.StopCode, aws.ToString(ended.StoppedReason))
			}
			w.must(w.srv.Clock().Advance(time.Minute))
			s := w.service("web")
			if d := s.Deployments[0]; len(s.Deployments) != 1 || d.RolloutState != types.DeploymentRolloutStateCompleted || d.FailedTasks != 0 || !strings.HasSuffix(*d.TaskDefinition, ":2") {
				t.Errorf("deployments %+v", s.Deployments)
			}
		})
	}
}

// An engine that the user keeps keeps its containers.
func TestTasksGoOnOnAnEngineThatLivesOn(t *testing.T) {
	opts := emulator.Options{DataDir: t.TempDir(), Backend: sim.New(sim.Options{})}
	w := open(t, opts)
	task := w.runTask(w.register("web", "web"))
	w.eventually("it runs", func() bool { return *w.task(task).LastStatus == "RUNNING" })
	w.close()
	w = open(t, opts)
	if status := *w.task(task).LastStatus; status != "RUNNING" {
		t.Errorf("after a restart it is %s", status)
	}
}

// named is an engine that lives on, with an id.
type named struct {
	backend.Engine
	id string
}

func (n named) Info(ctx context.Context) (backend.Info, error) {
	info, err := n.Engine.Info(ctx)
	info.ID, info.Simulated = n.id, false
	return info, err
}

// Tasks that run on another engine than the one that answers are not removed with it.
func TestTheEndRemovesNoTasksOfAnotherEngine(t *testing.T) {
	opts := emulator.Options{DataDir: t.TempDir(), Backend: named{sim.New(sim.Options{}), "A"}}
	w := open(t, opts)
	task := w.runTask(w.register("web", "web"))
	w.untilRunning(task)
	w.close()

	other := opts
	other.Backend, other.OnExit = named{sim.New(sim.Options{}), "B"}, emulator.Remove
	w = open(t, other)
	if err := w.srv.Close(); err == nil || !strings.Contains(err.Error(), "is not the one that runs the tasks") {
		t.Errorf("Close says %v; want that the tasks are not removed", err)
	}
	w = open(t, opts)
	if status := *w.task(task).LastStatus; status != "RUNNING" {
		t.Errorf("back on its engine the task is %s", status)
	}
}

func TestDockerStateWaitsForItsEngine(t *testing.T) {
	t.Parallel()
	testall.Only(t, "the other tests on Docker")
	dockertest.Require(t)
	engine := newLine(t, "/var/run/docker.sock")
	opts := emulator.Options{Engine: "unix://" + engine.Addr().String(), DataDir: t.TempDir()}
	image := dockertest.Image(t)
	w := open(t, opts)
	task := w.runTask(w.register("web", image, "serve", "8080"))
	w.untilRunning(task)
	before := w.engineID(task)
	w.close()

	engine.set(true)
	opts.Engine = "auto"
	w = open(t, opts)
	if why := w.srv.EngineProblem(); why == "" {
		t.Error("it does not say that the engine does not answer")
	}
	w.eventually("health says why nothing runs", func() bool {
		status, h := w.health()
		return status == http.StatusServiceUnavailable && h.Engine.Status == control.EngineUnavailable && h.Engine.LastError != ""
	})
	if status := *w.task(task).LastStatus; status != "RUNNING" {
		t.Errorf("while the engine is away the task is %s", status)
	}
	waits := w.runTask(w.register("web", image, "serve", "8080"))
	engine.set(false)
	w.untilRunning(waits)
	if now := w.task(task); *now.LastStatus != "RUNNING" || w.engineID(task) != before {
		t.Errorf("the task is %s in %s", *now.LastStatus, w.engineID(task))
	}
	w.must(w.srv.Reset())
}

func TestDockerAnotherEngineUnderTheSameAddress(t *testing.T) {
	t.Parallel()
	testall.Only(t, "the other tests on Docker")
	dockertest.Require(t)
	opts := emulator.Options{Engine: "docker", DataDir: t.TempDir()}
	image := dockertest.Image(t)
	w := open(t, opts)
	w.createService("web", w.register("web", image, "serve", "8080"), 1)
	w.eventually("the service runs", func() bool { return w.service("web").RunningCount == 1 })
	out, err := w.client.ListTasks(w.Context(), &ecs.ListTasksInput{ServiceName: aws.String("web")})
	w.must(err)
	task := out.TaskArns[0]
	w.close()
	owner, err := os.ReadFile(filepath.Join(opts.DataDir, "owner"))
	w.must(err)
	t.Cleanup(func() { // what it has no longer has an owner
		former, err := docker.Open(context.Background(), docker.Options{Owner: strings.TrimSpace(string(owner))})
		w.must(err)
		w.must(errors.Join(former.RemoveAll(context.Background()), former.Close()))
	})
	path := filepath.Join(opts.DataDir, "engine.json")
	record, err := os.ReadFile(path)
	w.must(err)
	id := strings.Split(string(record), `"id":"`)[1][:8]
	text, _, _ := strings.Cut(strings.Replace(string(record), id, "another-", 1), `,"sum"`) // without it, as of an earlier version
	w.must(os.WriteFile(path, []byte(text+"}\n"), 0o600))

	w = open(t, opts)
	if why := w.srv.EngineProblem(); !strings.Contains(why, "wiped") || !strings.Contains(why, "--new-engine") {
		t.Errorf("at the start it says %q", why)
	}
	w.eventually("health says so", func() bool {
		status, h := w.health()
		return status == http.StatusServiceUnavailable && strings.Contains(h.Engine.LastError, "wiped")
	})
	if status := *w.task(task).LastStatus; status != "RUNNING" {
		t.Errorf("the task is %s", status)
	}
	w.close()

	opts.NewEngine = true
	w = open(t, opts)
	ended := w.task(task)
	if *ended.LastStatus != "STOPPED" || ended.StopCode != types.TaskStopCodeTerminationNotice {
		t.Errorf("the old task is %s: %s", *ended.LastStatus, ended.StopCode)
	}
	w.eventually("the service starts its task again", func() bool { return w.service("web").RunningCount == 1 })
	if n := w.service("web").Deployments[0].FailedTasks; n != 0 {
		t.Errorf("%d failed tasks", n)
	}
	w.must(w.srv.Reset())
}

// What remove takes down is no failure either.
func TestDockerRemoveAtTheEndIsNoFailure(t *testing.T) {
	t.Parallel()
	testall.Only(t, "the other tests on Docker")
	dockertest.Require(t)
	opts := emulator.Options{Engine: "docker", DataDir: t.TempDir(), OnExit: emulator.Remove}
	w := open(t, opts)
	w.createService("web", w.register("web", dockertest.Image(t), "serve", "8080"), 1)
	w.eventually("the service runs", func() bool { return w.service("web").RunningCount == 1 })
	w.close()
	w = open(t, opts)
	w.eventually("the service runs again", func() bool { return w.service("web").RunningCount == 1 })
	if d := w.service("web").Deployments[0]; d.FailedTasks != 0 {
		t.Errorf("%d failed tasks", d.FailedTasks)
	}
}
