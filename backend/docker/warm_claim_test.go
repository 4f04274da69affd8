package docker_test

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/moby/moby/client"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/docker"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/dockertest"
	"github.com/ecs-emulator/ecs-emulator/internal/base/pause"
	"github.com/ecs-emulator/ecs-emulator/internal/base/testall"
)

// openToldEngine opens an engine that tells warm sandboxes who claims them: where there is a pair the first one of that, and
// otherwise one whose networks are bridges.
func openToldEngine(ctx context.Context, owner string) (engine *docker.Engine, inSwarm bool, err error) {
	opts := docker.Options{Owner: owner, WarmSandboxes: 2}
	if opts.Host, _, inSwarm = strings.Cut(os.Getenv(pairEnv), ","); inSwarm {
		opts.Swarm = docker.NewSwarm(docker.SwarmOptions{})
	} else {
		opts.Host = ""
	}
	engine, err = docker.Open(ctx, opts)
	if err == nil {
		engine.TellClaims()
	}
	return engine, inSwarm, err
}

// openTold is openToldEngine in a test. Networks of a swarm are removed when it ends.
func openTold(t *testing.T, owner string) *docker.Engine {
	t.Helper()
	testall.Only(t, "the other tests on Docker")
	dockertest.Require(t)
	engine, inSwarm, err := openToldEngine(t.Context(), owner)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if inSwarm { // removeAllOf says what is left
			_ = engine.RemoveAll(context.Background())
		}
		_ = engine.Close()
	})
	return engine
}

// unclaimed are the ids of an owner's sandboxes that run and belong to no task.
func unclaimed(t *testing.T, owner string) (ids []string) {
	t.Helper()
	for _, id := range warm(t, owner) {
		_, err := dockertest.Client(t).ContainerStatPath(context.Background(), id, client.ContainerStatPathOptions{Path: "/claim"})
		if err != nil {
			ids = append(ids, id)
		}
	}
	return ids
}

func awaitUnclaimed(t *testing.T, owner string, n int) (ids []string) {
	t.Helper()
	eventually(t, "warm sandboxes", func() bool {
		ids = unclaimed(t, owner)
		return len(ids) == n
	})
	return ids
}

// listed are the names of what an engine lists, by id.
func listed(t *testing.T, engine *docker.Engine) map[string]string {
	t.Helper()
	list, err := engine.List(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]string{}
	for _, c := range list {
		names[c.ID] = c.Name
	}
	return names
}

func TestAWarmSandboxIsToldWhoClaimsIt(t *testing.T) {
	t.Parallel()
	owner := dockertest.Owner()
	removeAllOf(t, owner)
	engine, cli := openTold(t, owner), dockertest.Client(t)
	labels := map[string]string{"of": "test"}
	spec := backend.SandboxSpec{Labels: labels, Domain: "ec2.internal", CPU: 256, Memory: 128 << 20}
	first := newTask(t, engine, spec)
	ids := awaitUnclaimed(t, owner, 2)
	if c, err := engine.Inspect(t.Context(), ids[0]); !backend.Missing(err, backend.KindContainer) {
		t.Errorf("Inspect of a warm sandbox: %+v, %v", c, err)
	}
	spec.CPU = 512
	task := newTask(t, engine, spec)
	if !slices.Contains(ids, task.sandbox) {
		t.Errorf("the task's sandbox is %s, want one of %v", task.sandbox, ids)
	}
	if found, err := cli.ContainerInspect(t.Context(), task.sandbox, client.ContainerInspectOptions{}); err != nil || !strings.Contains(found.Container.Name, "-warm-") {
		t.Errorf("the engine has it as %s, %v; want it not to be renamed", found.Container.Name, err)
	}
	task.says(task.run(backend.ContainerSpec{}, "serve", "8080"), "listening on :8080")
	if c := first.exited(first.run(backend.ContainerSpec{}, "check", "http://"+backend.HostName(task.ip, "ec2.internal")+":8080/")); c.ExitCode != 0 {
		t.Errorf("another task asks for it by name: %+v", c)
	}
	spec.Name, spec.Network = task.name, "vpc"
	if again, err := engine.CreateSandbox(t.Context(), spec); err != nil || again.ID != task.sandbox || again.Name != task.name {
		t.Errorf("CreateSandbox again: %+v, %v; want the same", again, err)
	}
	spec.Name = first.name // which the engine itself has
	if again, err := engine.CreateSandbox(t.Context(), spec); err != nil || again.ID != first.sandbox {
		t.Errorf("CreateSandbox again for a sandbox that was not warm: %+v, %v; want the same", again, err)
	}
	atOnce := 0
	for what, run := range map[string]func() *docker.Engine{
		"at once": func() *docker.Engine { return engine },
		"after a restart by others": func() *docker.Engine {
			if _, err := cli.ContainerRestart(t.Context(), task.sandbox, client.ContainerRestartOptions{Timeout: &atOnce}); err != nil {
				t.Fatal(err)
			}
			return engine
		},
		"in the next run": func() *docker.Engine { return openTold(t, owner) },
		"in the next run, once the sandbox has ended": func() *docker.Engine { // as with the engine itself
			if err := engine.Stop(t.Context(), task.sandbox, 0); err != nil {
				t.Fatal(err)
			}
			return openTold(t, owner)
		},
	} {
		now := run()
		if name := listed(t, now)[task.sandbox]; name != task.name {
			t.Errorf("%s it is listed as %q, want %q", what, name, task.name)
		}
		if c, err := now.Inspect(t.Context(), task.sandbox); err != nil || c.Name != task.name || c.Labels["of"] != "test" || !c.Sandbox || c.IP != task.ip {
			t.Errorf("%s it is %+v, %v", what, c, err)
		}
		if err := now.Start(t.Context(), task.sandbox); err != nil {
			t.Errorf("%s it does not start: %v", what, err)
		}
	}
	last := openTold(t, owner)
	if c, err := last.Inspect(t.Context(), task.name); err != nil || c.ID != task.sandbox {
		t.Errorf("by its name it is %+v, %v", c, err)
	}
	for range 2 {
		if err := last.Remove(t.Context(), task.name); err != nil {
			t.Error(err)
		}
		if c, err := last.Inspect(t.Context(), task.name); !backend.Missing(err, backend.KindContainer) {
			t.Errorf("it is removed, and Inspect has %+v, %v", c, err)
		}
	}
	spec.Name = task.name
	if c, err := last.CreateSandbox(t.Context(), spec); err != nil || c.ID == task.sandbox {
		t.Errorf("another one of its name: %+v, %v", c, err)
	}
}

// A task of an earlier run has its sandbox also where it is asked for before the list has come.
func TestAClaimIsKnownBeforeTheFirstList(t *testing.T) {
	t.Parallel()
	owner := dockertest.Owner()
	removeAllOf(t, owner)
	killed := openTold(t, owner) // it is closed in the end only
	newTask(t, killed, backend.SandboxSpec{})
	awaitUnclaimed(t, owner, 2)
	task := newTask(t, killed, backend.SandboxSpec{})
	awaitUnclaimed(t, owner, 2)
	next := openTold(t, owner)
	var seen atomic.Int32
	ctx, cancel := context.WithCancel(t.Context())
	var watching sync.WaitGroup
	defer watching.Wait()
	defer cancel()
	ready := make(chan struct{})
	watching.Go(func() {
		_ = next.Watch(ctx, nil, func(e backend.Event) {
			switch {
			case e.Kind == backend.Resync:
				close(ready)
			case e.ContainerID == task.sandbox && e.Kind == backend.ContainerDied:
				seen.Add(1)
			}
		})
	})
	<-ready
	if err := killed.Stop(t.Context(), task.sandbox, 0); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the next run is told that the sandbox has ended", func() bool { return seen.Load() == 1 })
	c, err := next.CreateSandbox(t.Context(), backend.SandboxSpec{Name: task.name, Network: "vpc"})
	if err != nil || c.ID != task.sandbox || c.Name != task.name {
		t.Errorf("the next run has %+v, %v for the task; want %s", c, err, task.sandbox)
	}
}

func TestClaimsSideBySide(t *testing.T) {
	t.Parallel()
	owner := dockertest.Owner()
	removeAllOf(t, owner)
	engine := openTold(t, owner)
	newTask(t, engine, backend.SandboxSpec{})
	awaitUnclaimed(t, owner, 2)
	names := []string{dockertest.Owner(), dockertest.Owner(), dockertest.Owner()}
	ids := make([]string, 4*len(names))
	var calls sync.WaitGroup
	for i := range ids {
		calls.Go(func() {
			c, err := engine.CreateSandbox(t.Context(), backend.SandboxSpec{Name: names[i%len(names)], Network: "vpc"})
			if err != nil {
				t.Error(err)
			}
			ids[i] = c.ID
		})
	}
	calls.Wait()
	its := map[string]string{}
	for i, id := range ids {
		if name, taken := its[id]; taken && name != names[i%len(names)] {
			t.Errorf("%s is the sandbox of two tasks", id)
		}
		its[id] = names[i%len(names)]
	}
	if len(its) != len(names) {
		t.Errorf("%d tasks have %d sandboxes", len(names), len(its))
	}
	now := listed(t, engine)
	for id, name := range its {
		if now[id] != name {
			t.Errorf("%s is listed as %q, want %q", id, now[id], name)
		}
	}
	if len(now) != len(names)+1 {
		t.Errorf("listed are %v", now)
	}
}

// claimChildEnv has the child make the sandboxes of one task after the other, and say so before and after.
const claimChildEnv = "ECS_EMULATOR_TEST_CLAIM_CHILD"

func childTask(owner string, n int) string { return fmt.Sprint(owner, "-", n) }

func runClaimChild(owner string) error {
	ctx := context.Background()
	engine, _, err := openToldEngine(ctx, owner)
	if err != nil {
		return err
	}
	if _, err := engine.EnsureNetwork(ctx, backend.NetworkSpec{Name: "vpc"}); err != nil {
		return err
	}
	for n := 0; ; n++ {
		for ready := 0; ready == 0 && n > 0; { // its pool waits while tasks start
			if ready, err = engine.Unclaimed(ctx); err != nil {
				return err
			}
			_ = pause.For(ctx, 5*time.Millisecond)
		}
		name := childTask(owner, n)
		fmt.Println("makes", name)
		c, err := engine.CreateSandbox(ctx, backend.SandboxSpec{Name: name, Network: "vpc"})
		if err == nil {
			err = engine.Start(ctx, c.ID)
		}
		if err != nil {
			return err
		}
		fmt.Println("made", name, c.ID)
	}
}

// An emulator that is killed while tasks start leaves each of them with one sandbox, or none.
func TestAnEmulatorThatIsKilledWhileItClaims(t *testing.T) {
	t.Parallel()
	owner := dockertest.Owner()
	removeAllOf(t, owner)
	for _, tasks := range []int{3, 5, 6} {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), childEnv+"="+owner, claimChildEnv+"=on")
		output, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		made, lines := map[string]string{}, bufio.NewScanner(output)
		for lines.Scan() {
			switch words := strings.Fields(lines.Text()); {
			case len(words) == 3 && words[0] == "made":
				made[words[1]] = words[2]
			case len(words) == 2 && words[0] == "makes":
				if len(made) == tasks { // in the middle of the next one
					_ = cmd.Process.Kill()
				}
			default:
				t.Errorf("the child says %q", lines.Text())
			}
		}
		_ = cmd.Wait()
		if len(made) < tasks {
			t.Fatalf("the child has made %d sandboxes, want %d", len(made), tasks)
		}
		if claimed := warm(t, owner); !slices.ContainsFunc(claimed, func(id string) bool { return made[childTask(owner, len(made)-1)] == id }) {
			t.Error("the child has claimed no sandbox in the end")
		}
		next := openTold(t, owner)
		for name, id := range made {
			c, err := next.CreateSandbox(t.Context(), backend.SandboxSpec{Name: name, Network: "vpc"})
			if err != nil || c.ID != id {
				t.Errorf("%s has the sandbox %s, %v; want %s", name, c.ID, err, id)
			}
		}
		last := childTask(owner, len(made)) // of this one the child has not said that it is made
		seen := map[string]bool{}
		for id, name := range listed(t, next) {
			if seen[name] || made[name] != id && name != last {
				t.Errorf("%s is listed as %s", id, name)
			}
			seen[name] = true
		}
		c, err := next.CreateSandbox(t.Context(), backend.SandboxSpec{Name: last, Network: "vpc"})
		if err != nil || c.Name != last {
			t.Errorf("the sandbox of the last task is %+v, %v", c, err)
		}
		if n := len(listed(t, next)); n != len(made)+1 {
			t.Errorf("%d tasks have %d sandboxes", len(made)+1, n)
		}
		eventually(t, "the other warm sandboxes are removed", func() bool { return len(unclaimed(t, owner)) == 0 })
		if err := next.RemoveAll(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
}

// Whether a sandbox of an earlier run belongs to a task is to be known before it is listed or removed.
func TestAClaimThatCannotBeRead(t *testing.T) {
	t.Parallel()
	owner := dockertest.Owner()
	var removed atomic.Int32
	summary := fmt.Sprintf(`[{"Id":"w1","Names":["/ecs-emulator-%[1]s-warm-1"],"State":"running",
		"Labels":{"ecs-emulator.owner":%[1]q,"ecs-emulator.kind":"sandbox","ecs-emulator.warm":"earlier"}}]`, owner)
	engine := fakeEngine{
		"GET /containers/json": says(http.StatusOK, summary),
		"GET /containers/w1/json": says(http.StatusOK, fmt.Sprintf(`{"Id":"w1","Name":"/ecs-emulator-%[1]s-warm-1","State":{"Status":"running","Running":true},
			"HostConfig":{},"Config":{"Labels":{"ecs-emulator.owner":%[1]q,"ecs-emulator.kind":"sandbox","ecs-emulator.warm":"earlier"}}}`, owner)),
		"GET /containers/w1/archive": says(http.StatusInternalServerError, `{"message":"RWLayer of container w1 is unexpectedly nil"}`),
		"DELETE /containers/ecs-emulator-" + owner + "-warm-1": func(w http.ResponseWriter, _ *http.Request) {
			removed.Add(1)
			w.WriteHeader(http.StatusNoContent)
		},
	}.open(t, docker.Options{Owner: owner})
	if found, err := engine.List(t.Context(), nil); err != nil || len(found) != 0 {
		t.Errorf("lists %+v, %v", found, err)
	}
	if c, err := engine.Inspect(t.Context(), "w1"); err == nil || backend.Missing(err, backend.KindContainer) {
		t.Errorf("Inspect has %+v, %v; want an error that is not that there is none", c, err)
	}
	if err := engine.Close(); err != nil || removed.Load() > 0 {
		t.Errorf("it is removed %d times, %v", removed.Load(), err)
	}
}
