package docker_test

import (
	"context"
	"errors"
	"net/http"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/docker"
)

func TestWhatStandsInFrontOfTheEngineIsNotTheTasksFault(t *testing.T) {
	for name, c := range map[string]struct {
		answer http.HandlerFunc
		lost   bool
	}{
		"paused by hand":             {says(500, `{"message":"Docker Desktop is manually paused. Unpause it through the Whale menu or Dashboard."}`), true},
		"paused":                     {says(500, `{"message":"Docker Desktop is paused"}`), true},
		"unable to start":            {says(500, `{"message":"Docker Desktop is unable to start"}`), true},
		"silent proxy":               {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) }, true},
		"bad gateway":                {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) }, true},
		"the engine's own complaint": {says(500, `{"message":"driver failed programming external connectivity"}`), false},
	} {
		t.Run(name, func(t *testing.T) {
			engine := fakeEngine{"GET /containers/app/json": c.answer}.open(t, docker.Options{})
			_, err := engine.Inspect(t.Context(), "app")
			if err == nil || errors.Is(err, backend.ErrUnavailable) != c.lost || errors.Is(err, backend.ErrNotFound) {
				t.Errorf("Inspect = %v; unavailable: want %v", err, c.lost)
			}
		})
	}
}

// The client of the API waits for the answer to such a request also when its context has ended.
func TestACommandToAnEngineThatHangsEnds(t *testing.T) {
	silence := make(chan struct{})
	asked := make(chan struct{})
	engine := fakeEngine{
		"POST /containers/sandbox/exec": says(http.StatusCreated, `{"Id":"exec"}`),
		"POST /exec/exec/start": func(http.ResponseWriter, *http.Request) {
			close(asked)
			<-silence
		},
		"GET /containers/sandbox/json": says(http.StatusOK, `{"Id":"sandbox","State":{},"HostConfig":{"NetworkMode":"vpc"},"NetworkSettings":{"Networks":{"vpc":{"IPAddress":"172.31.0.9"}}},
			"Config":{"Labels":{"ecs-emulator.owner":"me","ecs-emulator.kind":"sandbox"}}}`),
	}.open(t, docker.Options{Owner: "me"})
	t.Cleanup(func() { close(silence) })
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-asked
		cancel()
	}()
	if err := engine.SetTraffic(ctx, "sandbox", backend.Traffic{CutOff: true}); !errors.Is(err, context.Canceled) {
		t.Errorf("SetTraffic = %v; want the end of the context", err)
	}
}
