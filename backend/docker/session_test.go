package docker_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/moby/moby/client"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/docker"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/dockertest"
)

// sessionFolder is where containers have the program of sessions.
// Source: recorded-exec.md X5.
const sessionFolder = "/managed-agents/execute-command"

// sleeper is a container that waits; change makes it another one.
func sleeper(t *testing.T, engine *docker.Engine, change func(*backend.ContainerSpec)) (id string) {
	t.Helper()
	spec := backend.ContainerSpec{Name: dockertest.Owner(), Image: dockertest.Image(t), Command: []string{"sleep", "600"}, Exec: true}
	if change != nil {
		change(&spec)
	}
	id, err := engine.Create(t.Context(), spec)
	if err != nil {
		t.Fatal(err)
	}
	if err := engine.Start(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	return id
}

func command(words ...string) backend.ExecSpec {
	return backend.ExecSpec{Command: append([]string{dockertest.AppPath}, words...)}
}

func onTerminal(words ...string) backend.ExecSpec {
	spec := command(words...)
	spec.Terminal = &backend.TerminalSize{Columns: 80, Rows: 24}
	return spec
}

// output is the output of a session until a text comes, or its end for an empty one.
func output(t *testing.T, session backend.Session, text string) string {
	t.Helper()
	var all strings.Builder
	for p := make([]byte, 32<<10); ; {
		n, _, err := session.Read(p)
		all.Write(p[:n])
		switch {
		case text != "" && strings.Contains(all.String(), text), text == "" && errors.Is(err, io.EOF):
			return all.String()
		case err != nil:
			t.Fatalf("output %q, then %v", all.String(), err)
		}
	}
}

// processes are the commands that run in a container, as the engine sees them.
func processes(t *testing.T, id string) (all []string) {
	t.Helper()
	top, err := dockertest.Client(t).ContainerTop(context.Background(), id, client.ContainerTopOptions{Arguments: []string{"-o", "pid,stat,args"}})
	if err != nil {
		t.Fatal(err)
	}
	for _, process := range top.Processes {
		all = append(all, strings.Join(process[1:], " "))
	}
	return all
}

// expectAlone waits until a container's own program is the only one.
func expectAlone(t *testing.T, id string) {
	t.Helper()
	var left []string
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("in the container ran %q", left)
		}
	})
	eventually(t, "the container's own program is alone", func() bool {
		left = processes(t, id)
		return len(left) == 1
	})
}

const sessionChildEnv = childEnv + "_SESSION"

// runSessionChild is an emulator that has sessions in a container.
func runSessionChild(owner, id string) error {
	engine, err := docker.Open(context.Background(), docker.Options{Owner: owner})
	if err != nil {
		return err
	}
	for _, spec := range []backend.ExecSpec{onTerminal("sh"), command("cat"), onTerminal("noise", "1000000000000")} {
		session, err := engine.Exec(context.Background(), id, spec)
		if err != nil {
			return err
		}
		if _, err := session.Write([]byte("cat\n")); err != nil {
			return err
		}
	}
	fmt.Println("ready")
	select {}
}

// Nothing but the container's own program is needed, and nothing outlives the emulator: not in a
// read-only image from scratch, and not as another user.
func TestSessionsEndWithTheirEmulator(t *testing.T) {
	t.Parallel()
	owner := dockertest.Owner()
	removeAllOf(t, owner)
	engine := open(t, owner)
	id := sleeper(t, engine, func(spec *backend.ContainerSpec) {
		spec.ReadonlyRootfs, spec.User, spec.CapDrop = true, "65534", []string{"ALL"}
	})
	before, err := engine.Inspect(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childEnv+"="+owner, sessionChildEnv+"="+id)
	said, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(said).ReadString('\n')
	if strings.TrimSpace(line) != "ready" {
		t.Errorf("the child said %q, %v", line, err)
	}
	if running := processes(t, id); len(running) < 7 { // the container's, three of ours and their commands
		t.Errorf("in the container run %q", running)
	}
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	expectAlone(t, id)
	if after, err := engine.Inspect(t.Context(), id); err != nil || !after.StartedAt.Equal(before.StartedAt) {
		t.Errorf("the container started at %s, before at %s (%v)", after.StartedAt, before.StartedAt, err)
	}
}

// A container of another version has another volume, and one may have been pruned.
func TestTheSessionProgramIsPutWhereItIsMissing(t *testing.T) {
	t.Parallel()
	dockertest.Require(t)
	volume := "ecs-emulator-session-" + dockertest.Owner()
	if _, err := dockertest.Client(t).VolumeCreate(t.Context(), client.VolumeCreateOptions{Name: volume}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { discard(t, volume) })
	var engines []*docker.Engine
	var ids []string
	for range 2 { // of two emulators
		engine := dockertest.Engine(t)
		engines = append(engines, engine)
		ids = append(ids, sleeper(t, engine, func(spec *backend.ContainerSpec) {
			spec.Exec = false
			spec.Mounts = []backend.Mount{{Volume: true, Bare: true, ReadOnly: true, Source: volume, Target: sessionFolder}}
		}))
	}
	var opening sync.WaitGroup
	for i := range 8 {
		opening.Go(func() {
			session, err := engines[i%2].Exec(t.Context(), ids[i%2], command("print", "1"))
			if err != nil {
				t.Error(err)
				return
			}
			if said := output(t, session, ""); said != "line 1\n" {
				t.Errorf("output %q", said)
			}
		})
	}
	opening.Wait()
	fillers, err := dockertest.Client(t).ContainerList(t.Context(), client.ContainerListOptions{All: true, Filters: make(client.Filters).Add("name", volume)})
	if err != nil || len(fillers.Items) > 0 {
		t.Errorf("%d containers that fill the volume are left (%v)", len(fillers.Items), err)
	}
}

func TestTheVolumeOfTheSessionProgramIsOfAllOwners(t *testing.T) {
	t.Parallel()
	engine, other := dockertest.Engine(t), dockertest.Engine(t)
	sleeper(t, engine, nil)
	id := sleeper(t, other, nil)
	if err := engine.RemoveAll(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := engine.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	session, err := other.Exec(t.Context(), id, command("print", "1"))
	if err != nil {
		t.Fatal(err)
	}
	if said := output(t, session, ""); said != "line 1\n" {
		t.Errorf("output %q", said)
	}
	volumes, err := dockertest.Client(t).VolumeList(t.Context(), client.VolumeListOptions{
		Filters: make(client.Filters).Add("label", "ecs-emulator.kind=program"),
	})
	if err != nil || len(volumes.Items) == 0 {
		t.Errorf("no volume has the program (%v)", err)
	}
}

func TestSessionsLeaveNothing(t *testing.T) {
	engine := dockertest.Engine(t)
	id := sleeper(t, engine, nil)
	use := func() {
		for _, spec := range []backend.ExecSpec{
			command("print", "3"), onTerminal("sh"), command("cat"), onTerminal("noise", "1000000000000"),
			{Forward: &backend.Forward{Port: 1}}, {Command: []string{"/missing"}},
		} {
			session, err := engine.Exec(t.Context(), id, spec)
			var reason *backend.ExecError
			if errors.As(err, &reason) {
				continue
			}
			if err != nil {
				t.Fatal(err)
			}
			if spec.Command != nil && spec.Command[1] == "print" {
				output(t, session, "")
				continue // its end is enough
			}
			if err := session.Close(); err != nil {
				t.Error(err)
			}
		}
	}
	use()
	expectAlone(t, id)
	files, goroutines := openFiles(t), runtime.NumGoroutine()
	for range 5 {
		use()
	}
	expectAlone(t, id)
	late := time.After(2 * time.Minute) // a client keeps connections that are idle for half a minute
	for tick := time.Tick(20 * time.Millisecond); openFiles(t) > files || runtime.NumGoroutine() > goroutines; {
		select {
		case <-tick:
		case <-late:
			stacks := make([]byte, 1<<20)
			t.Fatalf("%d descriptors and %d goroutines were %d and %d:\n%s", openFiles(t), runtime.NumGoroutine(), files, goroutines,
				stacks[:runtime.Stack(stacks, true)])
		}
	}
}

// openFiles counts descriptors where they can be counted.
func openFiles(t *testing.T) int {
	t.Helper()
	all, err := os.ReadDir("/proc/self/fd")
	if err != nil && runtime.GOOS == "linux" {
		t.Fatal(err)
	}
	return len(all)
}

func TestASessionOfAPausedContainerCloses(t *testing.T) {
	t.Parallel()
	engine := dockertest.Engine(t)
	id := sleeper(t, engine, nil)
	session, err := engine.Exec(t.Context(), id, onTerminal("sh"))
	if err != nil {
		t.Fatal(err)
	}
	output(t, session, "# ")
	docker := dockertest.Client(t)
	if _, err := docker.ContainerPause(t.Context(), id, client.ContainerPauseOptions{}); err != nil {
		t.Fatal(err)
	}
	read := make(chan error, 1)
	go func() {
		_, _, err := session.Read(make([]byte, 1))
		read <- err
	}()
	if another, err := engine.Exec(t.Context(), id, command("print", "1")); err == nil {
		_ = another.Close()
		t.Error("a session starts in a container that is paused")
	}
	if err := session.Close(); err != nil {
		t.Error(err)
	}
	if err := <-read; err == nil || errors.Is(err, io.EOF) {
		t.Errorf("the read ends with %v", err)
	}
	if _, err := docker.ContainerUnpause(t.Context(), id, client.ContainerUnpauseOptions{}); err != nil {
		t.Fatal(err)
	}
	expectAlone(t, id)
}
