package docker_test

import (
	"net/http"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/backend/docker"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/dockertest"
)

// Docker 28 leaves id and name out of stats where it is asked for one sample.
func TestStatsSayOfWhichContainer(t *testing.T) {
	owner := dockertest.Owner()
	engine := fakeEngine{
		"GET /info": says(http.StatusOK, `{}`),
		"GET /containers/app/json": says(http.StatusOK, `{"Id":"app","Name":"/web","State":{"Status":"running","Running":true},
			"HostConfig":{"NetworkMode":"none"},"Config":{"Labels":{"ecs-emulator.owner":"`+owner+`","ecs-emulator.kind":"container"}}}`),
		"GET /containers/app/stats": says(http.StatusOK, `{"read":"2026-01-02T03:04:05Z","memory_stats":{"usage":4096}}`),
	}.open(t, docker.Options{Owner: owner})
	if s, err := engine.Stats(t.Context(), "app"); err != nil || s.ID != "app" || s.Name != "/web" || s.MemoryStats.Usage != 4096 {
		t.Errorf("Stats = %+v, %v", s, err)
	}
}
