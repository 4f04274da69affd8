package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/docker"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/dockertest"
	api "github.com/ecs-emulator/ecs-emulator/emulator"
	"github.com/ecs-emulator/ecs-emulator/internal/base/testall"
)

// leave leaves a sandbox and a network on the engine, as a run does that fails.
func leave(t *testing.T, owner, dir string) {
	t.Helper()
	engine, err := docker.Open(t.Context(), docker.Options{Owner: owner, Directory: dir})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := engine.EnsureNetwork(t.Context(), backend.NetworkSpec{Name: "vpc"}); err != nil {
		t.Fatal(err)
	}
	if _, err := engine.CreateSandbox(t.Context(), backend.SandboxSpec{Name: owner, Network: "vpc"}); err != nil {
		t.Fatal(err)
	}
	if err := engine.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestDockerDiscardRemovesAndTellsWhatIsOnTheEngine(t *testing.T) {
	t.Parallel()
	testall.Only(t, "the other tests on Docker")
	dockertest.Require(t)
	owner, dir := dockertest.Owner(), t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, docker.OwnerFile), []byte(owner+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	discard := func() error {
		log, err := os.Open(os.DevNull)
		if err != nil {
			t.Fatal(err)
		}
		return (&emulator{dir: dir, log: log}).discard(t.Context())
	}
	leave(t, owner, dir)
	const want = "removed what was left on the engine: containers: 1, networks: 1, volumes: 0"
	if err := discard(); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("discard with something on the engine: %v; want %q", err, want)
	}
	owners, err := api.Owners(t.Context(), "docker")
	if err != nil || slices.ContainsFunc(owners, func(o api.Owner) bool { return o.ID == owner }) {
		t.Errorf("after discard the engine knows %+v (%v)", owners, err)
	}
	if _, err := os.Stat(dir); !os.IsNotExist(err) {
		t.Errorf("the data directory is still there (%v)", err)
	}
	if err := discard(); err != nil {
		t.Errorf("discard with nothing on the engine: %v", err)
	}
}

func TestAnEmulatorThatCannotStartIsDiscarded(t *testing.T) {
	e, err := newEmulator(settings{binary: filepath.Join(t.TempDir(), "none"), log: os.DevNull})
	if err != nil {
		t.Fatal(err)
	}
	if err := e.start(t.Context()); err == nil {
		t.Error("a program that is not there starts")
	}
	if err := e.discard(t.Context()); err != nil {
		t.Error(err)
	}
}
