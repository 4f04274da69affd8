package docker_test

import (
	"fmt"
	"testing"

	"github.com/moby/moby/client"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/dockertest"
)

// A sandbox and a container in it that others start again are not open until the emulator has noticed.
func TestAFilterOutlivesARestartByOthers(t *testing.T) {
	t.Parallel()
	engine := dockertest.Engine(t)
	server, caller := newTask(t, engine, backend.SandboxSpec{}), newTask(t, engine, backend.SandboxSpec{})
	web := server.run(backend.ContainerSpec{}, "serve", "80")
	server.says(web, "listening")
	answers := func() bool {
		return caller.exited(caller.run(backend.ContainerSpec{}, "check", fmt.Sprintf("http://%s:80/", server.ip))).ExitCode == 0
	}
	if !answers() {
		t.Fatal("it is not reached without a filter")
	}
	if err := engine.SetFilter(t.Context(), server.sandbox, &backend.Filter{}); err != nil {
		t.Fatal(err)
	}
	atOnce := 0
	for _, id := range []string{server.sandbox, web} {
		if _, err := dockertest.Client(t).ContainerRestart(t.Context(), id, client.ContainerRestartOptions{Timeout: &atOnce}); err != nil {
			t.Fatal(err)
		}
	}
	if answers() {
		t.Error("it is reached after a restart, though its filter lets nothing in")
	}
}
