package docker_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/client"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/docker"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/dockertest"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/owner"
	"github.com/ecs-emulator/ecs-emulator/internal/base/testall"
)

func TestAVolumeWithDriverOptions(t *testing.T) {
	t.Parallel()
	engine, name := dockertest.Engine(t), dockertest.Owner()
	small := map[string]string{"type": "tmpfs", "device": "tmpfs", "o": "size=1m"}
	spec := backend.VolumeSpec{Name: name, Driver: "local", Options: small, Labels: map[string]string{"team": "blue"}}
	if err := engine.EnsureVolume(t.Context(), spec); err != nil {
		t.Fatal(err)
	}
	v, err := dockertest.Client(t).VolumeInspect(t.Context(), name, client.VolumeInspectOptions{})
	if err != nil || v.Volume.Driver != "local" || v.Volume.Options["type"] != "tmpfs" || v.Volume.Labels["team"] != "blue" {
		t.Errorf("made %+v, %v", v, err)
	}
	err = engine.EnsureVolume(t.Context(), backend.VolumeSpec{Name: dockertest.Owner(), Driver: "no-such-driver"})
	if err == nil || !strings.HasPrefix(err.Error(), "Error response from daemon: ") || !strings.Contains(err.Error(), "no-such-driver") {
		t.Errorf("a driver that there is not: %v; want the engine's own text", err)
	}
}

// A volume of an owner is not another's, whose task has the same name by accident.
func TestAVolumeOfAnotherOwnerIsNotTaken(t *testing.T) {
	t.Parallel()
	theirs, name := dockertest.Owner(), dockertest.Owner()
	removeAllOf(t, theirs)
	if err := open(t, theirs).EnsureVolume(t.Context(), backend.VolumeSpec{Name: name}); err != nil {
		t.Fatal(err)
	}
	if err := dockertest.Engine(t).EnsureVolume(t.Context(), backend.VolumeSpec{Name: name}); err == nil {
		t.Error("EnsureVolume takes a volume of another owner")
	}
}

// Shared volumes are listed as their owner's when it is dead, and go when the user says so
// and nothing uses them.
func TestSharedVolumesOutliveTheirOwner(t *testing.T) {
	t.Parallel()
	gone, name := dockertest.Owner(), dockertest.Owner()
	last := open(t, gone)
	t.Cleanup(func() { _, _ = last.RemoveOwner(context.Background(), gone, true) })
	engine := open(t, gone)
	if err := engine.EnsureVolume(t.Context(), backend.VolumeSpec{Name: name, Shared: true}); err != nil {
		t.Fatal(err)
	}
	folder, err := engine.Folder(t.Context(), backend.FolderSpec{Source: name, Volume: true, Path: "data", Make: 0o755})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(engine.RemoveAll(t.Context()), engine.Close()); err != nil {
		t.Fatal(err)
	}

	other := dockertest.Engine(t)
	if err := other.EnsureVolume(t.Context(), backend.VolumeSpec{Name: name, Shared: true}); err != nil {
		t.Errorf("another owner cannot use it: %v", err)
	}
	id := newTask(t, other, backend.SandboxSpec{}).create(backend.ContainerSpec{Mounts: []backend.Mount{{Source: folder, Target: "/data"}}}, "exit", "0")
	if _, err := other.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	owners, err := other.Owners(t.Context())
	i := slices.IndexFunc(owners, func(o docker.Owner) bool { return o.ID == gone })
	if err != nil || i < 0 || owners[i].State != owner.Dead || owners[i].SharedVolumes != 1 || owners[i].Volumes != 0 {
		t.Fatalf("after a sweep the owners are %+v, %v", owners, err)
	}
	for _, shared := range []bool{false, true} {
		_, err := other.RemoveOwner(t.Context(), gone, shared)
		if left := property(t, gone); len(left) != 1 || shared != (err != nil) {
			t.Errorf("with a container that has a folder of it, removing shared volumes (%t) leaves %v, %v", shared, left, err)
		}
	}
	if err := other.Remove(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	if n, err := other.RemoveOwner(t.Context(), gone, true); n != 1 || err != nil || len(property(t, gone)) > 0 {
		t.Errorf("removed %d things, %v, left %v", n, err, property(t, gone))
	}
}

func TestFolderOfTheHost(t *testing.T) {
	t.Parallel()
	owner := dockertest.Owner()
	removeAllOf(t, owner)
	engine, root := open(t, owner), t.TempDir()
	if err := os.Symlink("/etc", filepath.Join(root, "out")); err != nil {
		t.Fatal(err)
	}
	path, err := engine.Folder(t.Context(), backend.FolderSpec{Source: root, Path: "logs/web", Make: 0o755})
	if found, statErr := os.Stat(filepath.Join(root, "logs/web")); err != nil || path != filepath.Join(root, "logs/web") || statErr != nil || !found.IsDir() {
		t.Errorf("made %q, %v, %v", path, err, statErr)
	}
	if _, err = engine.Folder(t.Context(), backend.FolderSpec{Source: root, Path: "out/passwd"}); !errors.Is(err, backend.ErrOutside) {
		t.Errorf("a link that leads out: %v", err)
	}
	if _, err = engine.Folder(t.Context(), backend.FolderSpec{Source: root, Path: "gone"}); !backend.Missing(err, backend.KindFolder) {
		t.Errorf("what there is not: %v", err)
	}
	_, err = engine.Folder(t.Context(), backend.FolderSpec{Source: filepath.Join(root, "gone"), Path: "x", Make: 0o755})
	if err == nil || !strings.Contains(err.Error(), "does not exist: "+root) {
		t.Errorf("below what there is not: %v", err)
	}
	if got := property(t, owner); slices.Contains(got, "errand") {
		t.Errorf("left over: %v", got)
	}
}

// The engine goes on with what it was asked for, whether or not anybody still waits.
func TestNothingIsLeftOfAFolderWhoseCallerHasGivenUp(t *testing.T) {
	t.Parallel()
	asked, answer := make(chan struct{}), make(chan struct{})
	fake := &cgroupEngine{version: "1", driver: "cgroupfs", creates: func(name string) {
		if strings.Contains(name, "errand") {
			close(asked)
			<-answer
		}
	}}
	engine := openCgroupEngine(t, fake)
	ctx, giveUp := context.WithCancel(t.Context())
	failed := make(chan error)
	go func() {
		_, err := engine.Folder(ctx, backend.FolderSpec{Source: "/srv", Path: "data"})
		failed <- err
	}()
	<-asked
	giveUp()
	if err := <-failed; !errors.Is(err, context.Canceled) {
		t.Errorf("Folder: %v", err)
	}
	close(answer)
	eventually(t, "the container is removed", func() bool { return slices.Contains(fake.since(""), "remove errand") })
}

// A run was killed while it looked for a folder.
func TestNothingIsLeftOfAFolderThatAKilledRunLookedFor(t *testing.T) {
	t.Parallel()
	testall.Only(t, "the other tests on Docker")
	dockertest.Require(t)
	dir := newDataDir(t)
	lost := container.Config{Image: dockertest.Image(t), Labels: map[string]string{"ecs-emulator.owner": dir.owner, "ecs-emulator.kind": "errand"}}
	if _, err := dockertest.Client(t).ContainerCreate(t.Context(), client.ContainerCreateOptions{
		Config: &lost,
		Name:   dir.owner + "-errand-1234",
	}); err != nil {
		t.Fatal(err)
	}
	engine := dir.open()
	if _, err := engine.Folder(t.Context(), backend.FolderSpec{Source: t.TempDir(), Path: "data", Make: 0o755}); err != nil {
		t.Fatal(err)
	}
	eventually(t, "its container is gone", func() bool { return slices.Equal(property(t, dir.owner), []string{"lifeline"}) })
	dir.close(engine)
	dir.expect("")
}

// A user removed a volume before the container was made. The engine makes it again, and of
// a shared one the files stay.
func TestAVolumeThatTheEngineMakesAgain(t *testing.T) {
	t.Parallel()
	owner, name := dockertest.Owner(), dockertest.Owner()
	engine := open(t, owner)
	t.Cleanup(func() { _, _ = engine.RemoveOwner(context.Background(), owner, true) })
	mount := backend.Mount{Source: name, Volume: true, Shared: true, Target: "/data"}
	newTask(t, engine, backend.SandboxSpec{}).create(backend.ContainerSpec{Mounts: []backend.Mount{mount}}, "exit", "0")
	if err := engine.RemoveAll(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got, want := property(t, owner), []string{"volume"}; !slices.Equal(got, want) {
		t.Errorf("with everything else removed there is %v; want %v", got, want)
	}
}
