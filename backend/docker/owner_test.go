package docker_test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/docker"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/dockertest"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/owner"
	"github.com/ecs-emulator/ecs-emulator/internal/base/testall"
)

// dataDir is a data directory with an owner of its own, whose things are removed
// when the test ends.
type dataDir struct {
	*testing.T
	path, owner string
}

func newDataDir(t *testing.T) *dataDir {
	t.Helper()
	d := &dataDir{t, filepath.Join(t.TempDir(), "data"), dockertest.Owner()}
	removeAllOf(t, d.owner)
	if err := os.Mkdir(d.path, 0o700); err != nil {
		t.Fatal(err)
	}
	d.hold(d.owner)
	return d
}

func (d *dataDir) hold(owner string) {
	d.Helper()
	if err := os.WriteFile(filepath.Join(d.path, docker.OwnerFile), []byte(owner+"\n"), 0o600); err != nil {
		d.Fatal(err)
	}
}

func (d *dataDir) open() *docker.Engine {
	d.Helper()
	engine, err := docker.Open(d.Context(), docker.Options{Owner: d.owner, Directory: d.path})
	if err != nil {
		d.Fatal(err)
	}
	d.Cleanup(func() { _ = engine.Close() })
	return engine
}

func (d *dataDir) close(engine *docker.Engine) {
	d.Helper()
	if err := engine.Close(); err != nil {
		d.Fatal(err)
	}
}

// expect checks what the owner has on the engine after a sweep by another owner, and
// what that one takes it for.
func (d *dataDir) expect(state owner.State, want ...string) {
	d.Helper()
	other := dockertest.Engine(d.T)
	owners, err := other.Owners(d.Context())
	if err != nil {
		d.Fatal(err)
	}
	i := slices.IndexFunc(owners, func(o docker.Owner) bool { return o.ID == d.owner })
	switch {
	case i < 0 && state != "":
		d.Errorf("the owner is not known; want it %s", state)
	case i >= 0 && state == "" && len(leftOver(d.T, d.owner)) == 0: // the engine has lost all that is there
	case i >= 0 && owners[i].State != state:
		d.Errorf("the owner is %+v; want it %s", owners[i], state)
	}
	if _, err := other.Sweep(d.Context()); err != nil {
		d.Fatal(err)
	}
	got := property(d.T, d.owner)
	if len(want) == 0 {
		got = leftOver(d.T, d.owner)
	}
	if !slices.Equal(got, want) {
		d.Errorf("after a sweep the owner has %v; want %v", got, want)
	}
}

func TestDurableOwnerIsLiveThenKept(t *testing.T) {
	t.Parallel()
	testall.Only(t, "the other tests on Docker")
	dockertest.Require(t)
	dir := newDataDir(t)
	engine := dir.open()
	task := newTask(t, engine, backend.SandboxSpec{})
	id := task.create(backend.ContainerSpec{}, "ignore-term")
	dir.expect(owner.Live, "container", "lifeline", "network", "sandbox")
	dir.close(engine)
	dir.expect(owner.Kept, "container", "network", "sandbox")

	again := dir.open()
	if found, err := again.List(t.Context(), nil); err != nil || len(found) != 2 {
		t.Fatalf("the next run finds %v (%v)", found, err)
	}
	dir.expect(owner.Live, "container", "lifeline", "network", "sandbox")
	if err := again.Remove(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	dir.close(again)
	dir.expect(owner.Kept, "network", "sandbox")
}

func TestDurableOwnerWithoutTasksLeavesNoNetwork(t *testing.T) {
	t.Parallel()
	testall.Only(t, "the other tests on Docker")
	dockertest.Require(t)
	dir := newDataDir(t)
	engine := dir.open()
	if _, err := engine.EnsureNetwork(t.Context(), backend.NetworkSpec{Name: "vpc"}); err != nil {
		t.Fatal(err)
	}
	dir.close(engine)
	dir.expect("")
}

// The resolver of a network is made in the background, and goes with it: whether it runs already or is only being made.
func TestANetworkGoesWithItsResolver(t *testing.T) {
	t.Parallel()
	testall.Only(t, "the other tests on Docker")
	dockertest.Require(t)
	for name, runs := range map[string]bool{"that runs": true, "that is being made": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := newDataDir(t)
			for _, leave := range []func(*docker.Engine) error{(*docker.Engine).Close, func(e *docker.Engine) error { return e.RemoveAll(t.Context()) }} {
				engine := dir.open()
				if _, err := engine.EnsureNetwork(t.Context(), backend.NetworkSpec{Name: "vpc", Resolver: true}); err != nil {
					t.Fatal(err)
				}
				if runs {
					_, stream, err := engine.RunResolver(t.Context(), "vpc")
					if err != nil {
						t.Fatal(err)
					}
					_ = stream.Close()
				}
				if err := leave(engine); err != nil {
					t.Fatal(err)
				}
				dir.expect("")
			}
		})
	}
}

// A task that is kept goes on to ask the resolver of its network.
func TestAKeptTaskKeepsTheResolver(t *testing.T) {
	t.Parallel()
	testall.Only(t, "the other tests on Docker")
	dockertest.Require(t)
	dir := newDataDir(t)
	engine := dir.open()
	if _, err := engine.EnsureNetwork(t.Context(), backend.NetworkSpec{Name: "vpc", Resolver: true}); err != nil {
		t.Fatal(err)
	}
	if _, _, err := engine.RunResolver(t.Context(), "vpc"); err != nil {
		t.Fatal(err)
	}
	newTask(t, engine, backend.SandboxSpec{})
	dir.close(engine)
	dir.expect(owner.Kept, "network", "resolver", "sandbox")
	owners, err := dockertest.Engine(t).Owners(t.Context())
	i := slices.IndexFunc(owners, func(o docker.Owner) bool { return o.ID == dir.owner })
	if err != nil || i < 0 || owners[i].Containers != 1 {
		t.Errorf("owners %+v, %v; want 1 container: the resolver is none of a task", owners, err)
	}
}

func TestDurableOwnerDiesWithItsDirectory(t *testing.T) {
	t.Parallel()
	testall.Only(t, "the other tests on Docker")
	dockertest.Require(t)
	for name, lose := range map[string]func(*dataDir){
		"deleted":    func(d *dataDir) { _ = os.RemoveAll(d.path) },
		"taken over": func(d *dataDir) { d.hold("another") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := newDataDir(t)
			engine := dir.open()
			newTask(t, engine, backend.SandboxSpec{})
			lose(dir)
			dir.expect(owner.Live, "lifeline", "network", "sandbox")
			dir.close(engine)
			dir.expect(owner.Dead)
		})
	}
}

func TestDurableOwnerMovesWithItsDirectory(t *testing.T) {
	t.Parallel()
	testall.Only(t, "the other tests on Docker")
	dockertest.Require(t)
	dir := newDataDir(t)
	engine := dir.open()
	newTask(t, engine, backend.SandboxSpec{})

	moved := dir.path + "-moved"
	if err := os.Rename(dir.path, moved); err != nil {
		t.Fatal(err)
	}
	dir.path = moved
	again := dir.open()
	if _, err := again.List(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	dir.close(engine) // only now, because others sweep all the time
	dir.close(again)
	// A volume tells where the directory is now.
	dir.expect(owner.Kept, "network", "sandbox", "volume")

	engine = dir.open()
	if err := engine.RemoveAll(t.Context()); err != nil {
		t.Fatal(err)
	}
	dir.close(engine)
	dir.expect("")
}

// What a run without durability has made is durable once a later run is.
func TestOwnerIsDurableAsAWhole(t *testing.T) {
	t.Parallel()
	testall.Only(t, "the other tests on Docker")
	dockertest.Require(t)
	dir := newDataDir(t)
	victim := startChild(t, dir.owner)
	everything := []string{"container", "container", "lifeline", "network", "network", "sandbox", "sandbox", "sandbox", "volume"}
	kept := []string{"container", "container", "network", "network", "sandbox", "sandbox", "sandbox", "volume", "volume"}
	if err := victim.Kill(); err != nil {
		t.Fatal(err)
	}
	engine := dir.open()
	if _, err := engine.List(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the killed run's lifeline is gone", func() bool { return slices.Equal(property(t, dir.owner), everything) })
	dir.close(engine)
	dir.expect(owner.Kept, kept...)
}
