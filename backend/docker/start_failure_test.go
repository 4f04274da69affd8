package docker_test

import (
	"errors"
	"net/http"
	"strconv"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/docker"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/dockertest"
)

// A start fails for want of a sandbox if the sandbox does not run, with any error of the engine, and
// its words stay the engine's.
func TestAStartFailsForWantOfASandbox(t *testing.T) {
	const running, exited = `{"Id":"sandbox","State":{"Status":"running","Running":true}}`, `{"Id":"sandbox","State":{"Status":"exited"}}`
	for name, c := range map[string]struct {
		mode, words string
		status      int
		sandbox     http.HandlerFunc
		want        bool
	}{
		"Docker 20.10": {`"NetworkMode":"container:sandbox"`,
			"cannot join network of a non running container: sandbox", http.StatusConflict, says(http.StatusOK, exited), true},
		"Docker 28": {`"NetworkMode":"container:sandbox"`,
			"cannot join network namespace of a non running container: container sandbox is exited", http.StatusConflict, says(http.StatusOK, exited), true},
		"removed, Docker 20.10": {`"NetworkMode":"container:sandbox"`,
			"No such container: sandbox", http.StatusNotFound, says(http.StatusNotFound, `{"message":"No such container: sandbox"}`), true},
		"removed, Docker 28": {`"NetworkMode":"container:sandbox"`,
			"joining network namespace of container: No such container: sandbox", http.StatusInternalServerError, says(http.StatusNotFound, `{"message":"No such container: sandbox"}`), true},
		"processes": {`"NetworkMode":"none","PidMode":"container:sandbox"`,
			"some words", http.StatusConflict, says(http.StatusOK, exited), true},
		"shared memory": {`"NetworkMode":"none","IpcMode":"container:sandbox"`,
			"some words", http.StatusConflict, says(http.StatusOK, exited), true},
		"a fault of its own": {`"NetworkMode":"container:sandbox"`,
			`exec: "nothing": executable file not found`, http.StatusBadRequest, says(http.StatusOK, running), false},
	} {
		t.Run(name, func(t *testing.T) {
			owner := dockertest.Owner()
			engine := fakeEngine{
				"POST /containers/app/start": says(c.status, `{"message":`+strconv.Quote(c.words)+`}`),
				"GET /containers/app/json": says(http.StatusOK, `{"Id":"app","Name":"/app","State":{"Status":"created"},"HostConfig":{`+c.mode+`},
					"Config":{"Labels":{"ecs-emulator.owner":"`+owner+`","ecs-emulator.kind":"container"}}}`),
				"GET /containers/sandbox/json": c.sandbox,
			}.open(t, docker.Options{Owner: owner})
			err := engine.Start(t.Context(), "app")
			if err == nil || errors.Is(err, backend.ErrNoSandbox) != c.want || err.Error() != "Error response from daemon: "+c.words {
				t.Errorf("Start = %v; for want of a sandbox: %v", err, c.want)
			}
		})
	}
}

// An engine that is in a swarm asks a manager for a network that it does not know, also where the emulator uses it by itself.
func TestAStartFailsForWantOfANetwork(t *testing.T) {
	const words = "Could not attach to network old: rpc error: code = NotFound desc = network old not found"
	for name, c := range map[string]struct {
		network http.HandlerFunc
		want    bool
	}{
		"gone":  {says(http.StatusNotFound, `{"message":"network old not found"}`), true},
		"there": {says(http.StatusOK, `{"Id":"old"}`), false},
	} {
		owner := dockertest.Owner()
		engine := fakeEngine{
			"POST /containers/app/start": says(http.StatusInternalServerError, `{"message":`+strconv.Quote(words)+`}`),
			"GET /containers/app/json": says(http.StatusOK, `{"Id":"app","Name":"/app","State":{"Status":"created"},"HostConfig":{"NetworkMode":"vpc"},
				"NetworkSettings":{"Networks":{"vpc":{"NetworkID":"old"}}},
				"Config":{"Labels":{"ecs-emulator.owner":"`+owner+`","ecs-emulator.kind":"container"}}}`),
			"GET /networks/old": c.network,
		}.open(t, docker.Options{Owner: owner})
		err := engine.Start(t.Context(), "app")
		if err == nil || backend.Missing(err, backend.KindNetwork) != c.want || err.Error() != "Error response from daemon: "+words {
			t.Errorf("%s: Start = %v; for want of a network: %v", name, err, c.want)
		}
	}
}
