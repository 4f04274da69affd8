package docker_test

import (
	"errors"
	"net/http"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/docker"
)

// A sandbox may end while it is told where its ports lead.
func TestTrafficOfASandboxThatEndsMeanwhile(t *testing.T) {
	engine := fakeEngine{
		"POST /containers/sandbox/exec": says(http.StatusCreated, `{"Id":"exec"}`),
		"POST /exec/exec/start":         says(http.StatusInternalServerError, `{"message":"cannot exec in a stopped state: unknown"}`),
		"GET /containers/sandbox/json": says(http.StatusOK, `{"Id":"sandbox","State":{"Running":false},"HostConfig":{"NetworkMode":"vpc"},"NetworkSettings":{"Networks":{}},
			"Config":{"Labels":{"ecs-emulator.owner":"me","ecs-emulator.kind":"sandbox"}}}`),
		"GET /info": says(http.StatusOK, `{}`),
	}.open(t, docker.Options{Owner: "me"})
	if err := engine.SetTraffic(t.Context(), "sandbox", backend.Traffic{}); !errors.Is(err, backend.ErrNoSandbox) {
		t.Errorf("SetTraffic = %v; want ErrNoSandbox", err)
	}
}
