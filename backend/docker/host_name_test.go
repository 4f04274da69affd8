package docker_test

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/dockertest"
)

func TestTheHostIsReachedByName(t *testing.T) {
	t.Parallel()
	listener, err := new(net.ListenConfig).Listen(context.Background(), "tcp4", ":0")
	if err != nil {
		t.Fatal(err)
	}
	server := http.Server{Handler: http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})}
	go server.Serve(listener) //nolint:errcheck // it ends with Close
	defer server.Close()
	task := newTask(t, dockertest.Engine(t), backend.SandboxSpec{})
	id := task.run(backend.ContainerSpec{}, "check", fmt.Sprintf("http://host.docker.internal:%d/", listener.Addr().(*net.TCPAddr).Port))
	if c := task.exited(id); c.ExitCode != 0 {
		t.Errorf("exit code %d", c.ExitCode)
	}
}
