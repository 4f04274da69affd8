package emulator_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/backend/sim"
	"github.com/ecs-emulator/ecs-emulator/emulator"
	"github.com/ecs-emulator/ecs-emulator/handlers/control"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// startOnDisk starts an emulator with a data directory on a disk that can be full.
func startOnDisk(t *testing.T) (w *world, full *atomic.Bool) {
	t.Helper()
	full = &atomic.Bool{}
	return start(t, emulator.WithDisk(emulator.Options{DataDir: t.TempDir(), OnExit: emulator.Remove}, func() error {
		if full.Load() {
			return errors.New("no space left on device")
		}
		return nil
	})), full
}

// once is a client that does not try again.
func (w *world) once() *ecs.Client {
	return ecs.NewFromConfig(w.srv.Config(), func(o *ecs.Options) { o.Retryer = aws.NopRetryer{} })
}

func (w *world) health() (code int, h control.Health) {
	w.Helper()
	answer, err := http.Get(w.srv.URL() + "/_emulator/health")
	w.must(err)
	defer answer.Body.Close()
	w.must(json.NewDecoder(answer.Body).Decode(&h))
	return answer.StatusCode, h
}

func (w *world) listTasks() []string {
	w.Helper()
	out, err := w.client.ListTasks(w.Context(), &ecs.ListTasksInput{})
	w.must(err)
	return out.TaskArns
}

func TestFullDisk(t *testing.T) {
	w, full := startOnDisk(t)
	definition := w.register("web", "app")
	w.createService("api", definition, 2)
	w.eventually("two tasks run", func() bool { return w.service("api").RunningCount == 2 })
	running := w.listTasks()

	full.Store(true)
	_, err := w.once().RegisterTaskDefinition(t.Context(), &ecs.RegisterTaskDefinitionInput{
		Family: aws.String("lost"), ContainerDefinitions: []types.ContainerDefinition{{Name: aws.String("app"), Image: aws.String("app"), Memory: aws.Int32(64)}},
	})
	var failed *types.ServerException
	if !errors.As(err, &failed) {
		t.Errorf("RegisterTaskDefinition: %v", err)
	}
	_, err = w.once().RunTask(t.Context(), &ecs.RunTaskInput{
		TaskDefinition: &definition, LaunchType: types.LaunchTypeFargate, NetworkConfiguration: network(),
	})
	if !errors.As(err, &failed) {
		t.Errorf("RunTask: %v", err)
	}
	families, err := w.client.ListTaskDefinitionFamilies(t.Context(), &ecs.ListTaskDefinitionFamiliesInput{})
	w.must(err)
	if !slices.Equal(families.Families, []string{"web"}) || !slices.Equal(w.listTasks(), running) {
		t.Errorf("families %v, tasks %v", families.Families, w.listTasks())
	}
	code, h := w.health()
	if code != 503 || h.Status != "degraded" || h.State.Status != control.StateUnwritable || !strings.Contains(h.State.Reason, "no space left on device") {
		t.Errorf("health: %d %+v", code, h)
	}
	// One task ends by itself, which can neither be written down nor mended.
	w.kill(running[0])

	full.Store(false)
	if code, h := w.health(); code != 200 || h.State.Status != control.StateReady {
		t.Errorf("health with room again: %d %+v", code, h)
	}
	w.eventually("the service has another task", func() bool {
		now := w.listTasks()
		return len(now) == 2 && !slices.Contains(now, running[0]) && w.service("api").RunningCount == 2
	})
	if arn := w.register("lost", "app"); !strings.HasSuffix(arn, "lost:1") {
		t.Errorf("the revision that failed has used up a number: %s", arn)
	}
}

// kill ends the containers of a task behind the emulator's back.
func (w *world) kill(task string) {
	w.Helper()
	w.must(w.srv.Engine().Stop(w.Context(), w.engineID(task), 0))
}

// engineID is the engine's id of the only container of a task that has not stopped, beside its proxy of Service Connect.
func (w *world) engineID(task string) string {
	w.Helper()
	answer, err := http.Get(w.srv.URL() + "/_emulator/tasks?task=" + task)
	w.must(err)
	defer answer.Body.Close()
	var list control.Tasks
	w.must(json.NewDecoder(answer.Body).Decode(&list))
	var ids []string
	for _, t := range list.Tasks {
		for _, c := range t.Containers {
			if !strings.HasPrefix(c.Name, state.ProxyPrefix) {
				ids = append(ids, c.EngineID)
			}
		}
	}
	if len(ids) != 1 {
		w.Fatalf("task %s: %+v", task, list)
	}
	return ids[0]
}

func TestResetOnAFullDiskChangesNothing(t *testing.T) {
	w, full := startOnDisk(t)
	w.createService("api", w.register("web", "app"), 2)
	w.eventually("two tasks run", func() bool { return w.service("api").RunningCount == 2 })
	full.Store(true)
	if err := w.srv.Reset(); err == nil || !strings.Contains(err.Error(), "nothing is reset: write state file: no space left on device") {
		t.Errorf("error: %v", err)
	}
	if got := w.service("api").RunningCount; got != 2 {
		t.Errorf("%d tasks", got)
	}
	left, err := w.srv.Engine().List(t.Context(), nil)
	w.must(err)
	if len(left) != 4 {
		t.Errorf("%d of 4 containers are left", len(left))
	}
	full.Store(false)
	w.must(w.srv.Reset())
	if got := w.listTasks(); len(got) != 0 {
		t.Errorf("tasks %v", got)
	}
}

// crash starts an emulator with what another one has written so far.
func (w *world) crash(dir string, opts emulator.Options) *world {
	w.Helper()
	opts.DataDir = w.TempDir()
	content, err := os.ReadFile(filepath.Join(dir, "state.db"))
	w.must(err)
	w.must(os.WriteFile(filepath.Join(opts.DataDir, "state.db"), content, 0o600))
	return start(w.T, opts)
}

func TestClockNeverGoesBack(t *testing.T) {
	t.Parallel()
	for _, crashes := range []bool{false, true} {
		dir, engine := t.TempDir(), sim.New(sim.Options{})
		opts := emulator.Options{Backend: engine, DataDir: dir, OnExit: emulator.Keep}
		srv, err := emulator.New(opts)
		if err != nil {
			t.Fatal(err)
		}
		w := &world{t, srv, ecs.NewFromConfig(srv.Config())}
		before := w.task(w.runTask(w.register("web", "app")))
		w.must(srv.Clock().Advance(48 * time.Hour))
		reached := srv.Clock().Now()
		if crashes {
			w = w.crash(dir, opts)
		}
		w.must(srv.Close())
		if !crashes {
			w = start(t, opts)
		}
		if now := w.srv.Clock().Now(); now.Before(reached.Truncate(0)) || now.After(reached.Add(time.Hour)) {
			t.Errorf("crash %v: the clock was %v and is %v", crashes, reached, now)
		}
		after := w.task(w.runTask(w.register("web", "app")))
		if after.CreatedAt.Sub(*before.CreatedAt) < 48*time.Hour {
			t.Errorf("crash %v: a task made at %v is followed by one made at %v", crashes, before.CreatedAt, after.CreatedAt)
		}
	}
}

// A deployment whose tasks fail to start waits longer and longer; that time has
// passed when the clock has.
func TestThrottleEndsInTheNextRun(t *testing.T) {
	t.Parallel()
	dir, engine := t.TempDir(), sim.New(sim.Options{})
	opts := emulator.Options{Backend: engine, DataDir: dir, OnExit: emulator.Keep}
	srv, err := emulator.New(opts)
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t, srv, ecs.NewFromConfig(srv.Config())}
	w.must(srv.Clock().SetSpeed(0)) // nothing but Advance moves it
	w.must(srv.Clock().Advance(48 * time.Hour))
	w.createService("api", w.register("web", "missing/app"), 1)
	w.eventually("starts are held back", func() bool {
		return slices.ContainsFunc(w.service("api").Events, func(e types.ServiceEvent) bool {
			return strings.Contains(*e.Message, "is unable to consistently start tasks successfully")
		})
	})
	failed := w.service("api").Deployments[0].FailedTasks
	w.must(srv.Close())

	w = start(t, opts)
	w.must(w.srv.Clock().Advance(11 * time.Second))
	w.eventually("another start", func() bool { return w.service("api").Deployments[0].FailedTasks > failed })
}

func TestDamagedStateFileIsOneClearLine(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "state.db")
	if err := os.WriteFile(path, []byte("not a state file"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := emulator.New(emulator.Options{DataDir: dir})
	if err == nil || !strings.Contains(err.Error(), "open state file "+path+": it is damaged and was left as it is") || strings.Contains(err.Error(), "\n") {
		t.Errorf("error: %v", err)
	}
	if files, _ := os.ReadDir(dir); len(files) != 1 {
		t.Errorf("%d files beside it", len(files)-1)
	}
}

// The range of the network is written when the first task needs it.
func TestATaskWaitsForRoomToStoreTheNetwork(t *testing.T) {
	t.Parallel()
	var room, refused atomic.Int64
	w := start(t, emulator.WithDisk(emulator.Options{
		DataDir: t.TempDir(), OnExit: emulator.Remove, VPCCIDR: netip.MustParsePrefix("10.99.0.0/16"),
	}, func() error {
		if room.Add(-1) >= 0 {
			return nil
		}
		refused.Add(1)
		return errors.New("no space left on device")
	}))
	w.eventually("the network cannot be stored", func() bool { return refused.Load() > 0 })
	room.Store(1 << 40)
	definition := w.register("web", "web")
	_, err := w.client.CreateCluster(t.Context(), &ecs.CreateClusterInput{})
	w.must(err)
	room.Store(1) // for the task alone
	task := w.runTask(definition)
	tries := refused.Load()
	w.eventually("nor for the task", func() bool { return refused.Load() > tries })
	room.Store(1 << 40)
	w.eventually("the task goes on", func() bool {
		status := *w.task(task).LastStatus
		if status == "STOPPED" {
			t.Fatalf("the task has been given up: %s", *w.task(task).StoppedReason)
		}
		return status == "RUNNING"
	})
}
