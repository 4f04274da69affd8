package docker_test

import (
	"net/http"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/backend/docker"
)

// A busy engine gives up a removal when it has not noticed in time that the container has ended.
func TestARemovalThatTheEngineGivesUpIsMadeAgain(t *testing.T) {
	asked := 0
	engine := fakeEngine{
		"GET /containers/c/json": says(200, `{"Id": "c", "Name": "/c", "State": {"Status": "running"}, "NetworkSettings": {"Networks": {}}, "HostConfig": {}, "Config": {"Labels": {"ecs-emulator.owner": "me", "ecs-emulator.kind": "container"}}}`),
		"DELETE /containers/c": func(w http.ResponseWriter, r *http.Request) {
			asked++
			if asked < 3 {
				says(500, `{"message": "cannot remove container \"c\": could not kill container: tried to kill container, but did not receive an exit event"}`)(w, r)
				return
			}
			w.WriteHeader(http.StatusNoContent)
		},
	}.open(t, docker.Options{Owner: "me"})
	if err := engine.Remove(t.Context(), "c"); err != nil || asked != 3 {
		t.Errorf("%v after %d requests, want 3", err, asked)
	}
}
