package docker_test

import (
	"bufio"
	"context"
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/docker"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/dockertest"
	"github.com/ecs-emulator/ecs-emulator/internal/base/testall"
)

// childEnv makes the test binary an emulator that dies: it holds the value as the
// owner, makes a task, says so, and waits to be killed.
const childEnv = "ECS_EMULATOR_TEST_CHILD"

func TestMain(m *testing.M) {
	if filepath.Base(os.Args[0]) == "ssh" {
		beSSH(os.Args[1:])
		return
	}
	if owner := os.Getenv(childEnv); owner != "" {
		if err := runChild(owner); err != nil {
			fmt.Println("child:", err)
			os.Exit(1)
		}
		return
	}
	end, err := providesSSH()
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	code := m.Run()
	end()
	os.Exit(code)
}

func runChild(owner string) error {
	if id := os.Getenv(sessionChildEnv); id != "" {
		return runSessionChild(owner, id)
	}
	if os.Getenv(claimChildEnv) != "" {
		return runClaimChild(owner)
	}
	ctx := context.Background()
	engine, err := docker.Open(ctx, docker.Options{Owner: owner})
	if err != nil {
		return err
	}
	engine.Listen()
	if _, err := engine.EnsureNetwork(ctx, backend.NetworkSpec{Name: "vpc"}); err != nil {
		return err
	}
	sandbox, err := engine.CreateSandbox(ctx, backend.SandboxSpec{Name: owner + "-sandbox", Network: "vpc"})
	if err != nil {
		return err
	}
	if err := engine.Start(ctx, sandbox.ID); err != nil {
		return err
	}
	if err := engine.EnsureVolume(ctx, backend.VolumeSpec{Name: owner + "-data"}); err != nil {
		return err
	}
	id, err := engine.Create(ctx, backend.ContainerSpec{
		Name: owner + "-app", Image: os.Getenv(childEnv + "_IMAGE"), Sandbox: sandbox.ID, Command: []string{"ignore-term"},
		Mounts: []backend.Mount{{Volume: true, Source: owner + "-data", Target: "/data"}},
	})
	if err != nil {
		return err
	}
	if err := engine.Start(ctx, id); err != nil {
		return err
	}
	if err := runMachine(ctx, engine, owner); err != nil {
		return err
	}
	fmt.Println("ready")
	select {}
}

// startChild starts an emulator that has made a task.
func startChild(t *testing.T, owner string) *os.Process {
	t.Helper()
	image := dockertest.Image(t)
	removeAllOf(t, owner)
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childEnv+"="+owner, childEnv+"_IMAGE="+image)
	output, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	line, err := bufio.NewReader(output).ReadString('\n')
	if strings.TrimSpace(line) != "ready" {
		t.Fatalf("child said %q (%v), want ready", line, err)
	}
	return cmd.Process
}

// open opens the engine for an owner. Only the connection is closed when the test
// ends.
func open(t *testing.T, owner string) *docker.Engine {
	t.Helper()
	testall.Only(t, "the other tests on Docker")
	dockertest.Require(t)
	engine, err := docker.Open(context.Background(), docker.Options{Owner: owner})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = engine.Close() })
	return engine
}

// removeAllOf removes what an owner has when the test ends, and checks that
// nothing is left. Call it first: what was opened later is closed before.
func removeAllOf(t *testing.T, owner string) {
	t.Helper()
	engine := open(t, owner)
	t.Cleanup(func() {
		if err := engine.RemoveAll(context.Background()); err != nil {
			t.Error(err)
		}
		if left := leftOver(t, owner); len(left) != 0 {
			t.Errorf("left over: %v", left)
		}
	})
}

// task is a sandbox and what it takes to put containers in it.
type task struct {
	*testing.T
	engine  *docker.Engine
	image   string
	sandbox string
	ip      netip.Addr
	name    string
}

// newTask starts a sandbox on a network of its own owner.
func newTask(t *testing.T, engine *docker.Engine, spec backend.SandboxSpec) *task {
	t.Helper()
	ctx := t.Context()
	if _, err := engine.EnsureNetwork(ctx, backend.NetworkSpec{Name: "vpc"}); err != nil {
		t.Fatal(err)
	}
	name := dockertest.Owner()
	spec.Name, spec.Network = name, "vpc"
	sandbox, err := engine.CreateSandbox(ctx, spec)
	if err != nil {
		t.Fatal(err)
	}
	if err := engine.Start(ctx, sandbox.ID); err != nil {
		t.Fatal(err)
	}
	return &task{T: t, engine: engine, image: dockertest.Image(t), sandbox: sandbox.ID, ip: sandbox.IP, name: name}
}

// create makes a container that runs the application with a command.
func (t *task) create(spec backend.ContainerSpec, command ...string) (id string) {
	t.Helper()
	if spec.Name == "" {
		spec.Name = dockertest.Owner()
	}
	if spec.Image == "" {
		spec.Image = t.image
	}
	spec.Sandbox, spec.Command = t.sandbox, command
	id, err := t.engine.Create(t.Context(), spec)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// run creates and starts a container.
func (t *task) run(spec backend.ContainerSpec, command ...string) (id string) {
	t.Helper()
	id = t.create(spec, command...)
	if err := t.engine.Start(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	return id
}

func (t *task) inspect(id string) backend.Container {
	t.Helper()
	c, err := t.engine.Inspect(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// exited waits for a container to exit.
func (t *task) exited(id string) (c backend.Container) {
	t.Helper()
	eventually(t.T, "container exits", func() bool {
		c = t.inspect(id)
		return c.State == backend.Exited
	})
	return c
}

// lines are the output of a container so far.
func (t *task) lines(id string, opts backend.LogOptions) (lines []string) {
	t.Helper()
	opts.Write = func(_ time.Time, _ bool, line string) error {
		lines = append(lines, line)
		return nil
	}
	if err := t.engine.Logs(t.Context(), id, opts); err != nil {
		t.Fatal(err)
	}
	return lines
}

// says waits for a line in a container's output.
func (t *task) says(id, want string) {
	t.Helper()
	eventually(t.T, fmt.Sprintf("container says %q", want), func() bool {
		return strings.Contains(strings.Join(t.lines(id, backend.LogOptions{}), "\n"), want)
	})
}

// eventually asks until ok.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for limit := time.After(2 * time.Minute); !ok(); {
		select {
		case <-tick.C:
		case <-limit:
			t.Fatalf("%s: not within two minutes", what)
		}
	}
}
