package docker_test

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/moby/moby/client"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/docker"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/dockertest"
)

func TestTaskLimitKillsTheEaterOnly(t *testing.T) {
	t.Parallel()
	engine := dockertest.Engine(t)
	info, err := engine.Info(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	task := newTask(t, engine, backend.SandboxSpec{Memory: 64 << 20})
	neighbour := task.run(backend.ContainerSpec{}, "sleep", "1m")
	// Where only each container is bounded, the eater has the task's bound too.
	eater := task.exited(task.run(backend.ContainerSpec{}, "eat", "120"))
	if eater.ExitCode != 137 || !eater.OOMKilled {
		t.Errorf("eater exited with %d, OOMKilled %v; want 137 and true (TaskLimits %v)", eater.ExitCode, eater.OOMKilled, info.TaskLimits)
	}
	for name, id := range map[string]string{"sandbox": task.sandbox, "neighbour": neighbour} {
		if c := task.inspect(id); c.State != backend.Running {
			t.Errorf("%s is %s (exit code %d); want running", name, c.State, c.ExitCode)
		}
	}
	if err := engine.Stop(t.Context(), neighbour, time.Second); err != nil {
		t.Fatal(err)
	}
	if c := task.inspect(neighbour); c.OOMKilled {
		t.Errorf("neighbour that was stopped counts as killed for memory: %+v", c)
	}
}

// bounds reports whether an engine promises to bound tasks as a whole.
func bounds(t *testing.T, engine *docker.Engine) bool {
	t.Helper()
	info, err := engine.Info(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return info.TaskLimits
}

func TestMoreCPUThanTheEngineHas(t *testing.T) {
	t.Parallel()
	task := newTask(t, dockertest.Engine(t), backend.SandboxSpec{CPU: 16 * 1024})
	// A ceiling above the task's own must not fail either.
	id := task.run(backend.ContainerSpec{CPU: 64 * 1024}, "exit", "0")
	if c := task.exited(id); c.ExitCode != 0 {
		t.Errorf("exit code %d; want 0", c.ExitCode)
	}
}

func TestStartFailureCarriesTheEnginesText(t *testing.T) {
	t.Parallel()
	task := newTask(t, dockertest.Engine(t), backend.SandboxSpec{})
	id := task.create(backend.ContainerSpec{EntryPoint: []string{"/no/such/program"}})
	err := task.engine.Start(t.Context(), id)
	if err == nil || !strings.HasPrefix(err.Error(), "Error response from daemon: ") || !strings.Contains(err.Error(), "/no/such/program") {
		t.Errorf("Start = %v; want the engine's own text", err)
	}
	c := task.inspect(id)
	if c.State == backend.Running || c.Error == "" || c.ExitCode != 127 || !c.StartedAt.IsZero() {
		t.Errorf("after the failure: %+v; want an error, exit code 127 and no start time", c)
	}
}

func TestNameOfAnotherOwner(t *testing.T) {
	t.Parallel()
	mine := newTask(t, dockertest.Engine(t), backend.SandboxSpec{})
	theirs := newTask(t, dockertest.Engine(t), backend.SandboxSpec{})
	name := dockertest.Owner()
	mine.create(backend.ContainerSpec{Name: name}, "exit", "0")
	_, err := theirs.engine.Create(t.Context(), backend.ContainerSpec{Name: name, Image: theirs.image, Sandbox: theirs.sandbox})
	if err == nil || !strings.Contains(err.Error(), "is already in use") {
		t.Errorf("Create with the name of another owner's container: %v; want the engine's refusal", err)
	}
	if _, err := theirs.engine.Inspect(t.Context(), name); !errors.Is(err, backend.ErrNotFound) {
		t.Errorf("Inspect of another owner's container: %v; want ErrNotFound", err)
	}
}

// labelledImage is the application with a label and a health check of its own.
func labelledImage(t *testing.T, task *task) string {
	t.Helper()
	cli := dockertest.Client(t)
	made, err := cli.ContainerCommit(t.Context(), task.create(backend.ContainerSpec{}), client.ContainerCommitOptions{
		Reference: "ecs-emulator/test-labelled:" + task.name,
		Changes:   []string{`LABEL of-the-image=yes`, `HEALTHCHECK --interval=1s CMD ["/testapp", "exit", "1"]`},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		// In use until the engine's clean-up, which runs later.
		if _, err := cli.ImageRemove(context.Background(), made.ID, client.ImageRemoveOptions{Force: true}); err != nil {
			t.Error(err)
		}
	})
	return "ecs-emulator/test-labelled:" + task.name
}

func TestImagesOwnLabelsAndHealthCheckDoNotCount(t *testing.T) {
	t.Parallel()
	engine := dockertest.Engine(t)
	task := newTask(t, engine, backend.SandboxSpec{})
	id := task.run(backend.ContainerSpec{Image: labelledImage(t, task), Labels: map[string]string{"of-the-spec": "yes"}}, "sleep", "1m")
	c := task.inspect(id)
	if len(c.Labels) != 1 || c.Labels["of-the-spec"] != "yes" {
		t.Errorf("labels %v; want those of the spec alone", c.Labels)
	}
	if c.Health != "" {
		t.Errorf("health %q; want none", c.Health)
	}
	if err := engine.Remove(t.Context(), id); err != nil {
		t.Fatal(err)
	}
}

func TestLimitsSurviveARestartOfTheEmulator(t *testing.T) {
	t.Parallel()
	owner := dockertest.Owner()
	removeAllOf(t, owner)
	before := open(t, owner)
	task := newTask(t, before, backend.SandboxSpec{Memory: 64 << 20, CPU: 512})
	task.engine = open(t, owner)
	// Above the sandbox's ceiling: it must be lowered, which takes knowing it.
	c := task.exited(task.run(backend.ContainerSpec{CPU: 2048}, "eat", "120"))
	if c.ExitCode != 137 || !c.OOMKilled {
		t.Errorf("eater exited with %d, OOMKilled %v; want 137 and true", c.ExitCode, c.OOMKilled)
	}
}

func TestASandboxStaysWithinTheLimitsOfItsParent(t *testing.T) {
	t.Parallel()
	engine := dockertest.Engine(t)
	machine := newTask(t, engine, backend.SandboxSpec{Memory: 64 << 20, CPU: 512})
	task := newTask(t, engine, backend.SandboxSpec{Parent: machine.sandbox, CPU: 256})
	c := task.exited(task.run(backend.ContainerSpec{}, "eat", "120"))
	if c.ExitCode != 137 || !c.OOMKilled {
		t.Errorf("eater exited with %d, OOMKilled %v; want 137 and true", c.ExitCode, c.OOMKilled)
	}
}

func TestLongLinesAndTerminals(t *testing.T) {
	t.Parallel()
	task := newTask(t, dockertest.Engine(t), backend.SandboxSpec{})
	long := strings.Repeat("0123456789", 5000) // the engine cuts lines at 16 KiB
	id := task.run(backend.ContainerSpec{Env: []string{"LONG=" + long}}, "env")
	task.exited(id)
	if got := strings.Join(task.lines(id, backend.LogOptions{}), "\n"); !strings.Contains("\n"+got+"\n", "\nLONG="+long+"\n") {
		t.Errorf("a line of %d bytes did not come back whole", len(long))
	}
	terminal := task.run(backend.ContainerSpec{TTY: true}, "print", "3")
	task.exited(terminal)
	if got := strings.Join(task.lines(terminal, backend.LogOptions{}), "|"); got != "line 1|line 2|line 3" {
		t.Errorf("output of a terminal = %q", got)
	}
}

func TestPullErrorsAreTheEnginesText(t *testing.T) {
	t.Parallel()
	engine := dockertest.Engine(t)
	err := engine.Pull(t.Context(), backend.PullSpec{Ref: "127.0.0.1:1/no/such:image"})
	if err == nil || !strings.HasPrefix(err.Error(), "Error response from daemon: ") || !bytes.Contains([]byte(err.Error()), []byte("127.0.0.1:1")) {
		t.Errorf("Pull = %v; want the engine's own text", err)
	}
}

// What a health check says is told with its exit code.
func TestWhatAHealthCheckSays(t *testing.T) {
	t.Parallel()
	task := newTask(t, dockertest.Engine(t), backend.SandboxSpec{})
	id := task.run(backend.ContainerSpec{Health: &backend.HealthCheck{
		Test: []string{"CMD", dockertest.AppPath, "check", "http://127.0.0.1:1/"}, Interval: 100 * time.Millisecond, Timeout: 2 * time.Minute, Retries: 1,
	}}, "sleep", "1h")
	eventually(t, "the check has failed", func() bool { return task.inspect(id).Health == backend.Unhealthy })
	if got := task.inspect(id).LastCheck; got.ExitCode != 1 || !strings.Contains(got.Output, "connection refused") {
		t.Errorf("its last outcome is %+v", got)
	}
}
