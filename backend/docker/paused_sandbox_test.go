package docker_test

import (
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend/docker"
)

// On control groups of version 1 nothing ends that is in the group of a sandbox that a user has paused.
func TestAPausedSandboxGoesOnBeforeAContainerInItIsStopped(t *testing.T) {
	t.Parallel()
	for state, want := range map[string][]string{
		"paused":  {"POST /containers/s/unpause", "POST /containers/c/stop"},
		"running": {"POST /containers/c/stop"},
	} {
		t.Run(state, func(t *testing.T) {
			var mu sync.Mutex
			var asked []string
			var owner string
			engine := fakeEngine{anyRequest: func(w http.ResponseWriter, r *http.Request) {
				mu.Lock()
				defer mu.Unlock()
				labels := `"Config": {"Labels": {"ecs-emulator.owner": "` + owner + `", "ecs-emulator.kind": "container"}}`
				switch {
				case r.Method == http.MethodPost:
					asked = append(asked, r.Method+" "+r.URL.Path)
					w.WriteHeader(http.StatusNoContent)
				case strings.Contains(r.URL.Path, "/containers/s/"):
					says(http.StatusOK, `{"Id": "s", "HostConfig": {"NetworkMode": "vpc"}, "State": {"Status": "`+state+`", "Running": true, "Paused": `+map[bool]string{true: "true", false: "false"}[state == "paused"]+`}, `+labels+`}`)(w, r)
				case strings.Contains(r.URL.Path, "/containers/c/"):
					says(http.StatusOK, `{"Id": "c", "HostConfig": {"NetworkMode": "container:s"}, "State": {"Running": true}, `+labels+`}`)(w, r)
				default:
					says(http.StatusOK, `{}`)(w, r)
				}
			}}.open(t, docker.Options{})
			mu.Lock()
			owner = engine.Owner()
			mu.Unlock()
			if err := engine.Stop(t.Context(), "c", time.Second); err != nil {
				t.Fatal(err)
			}
			mu.Lock()
			defer mu.Unlock()
			if !slices.Equal(asked, want) {
				t.Errorf("the engine was asked for %q, want %q", asked, want)
			}
		})
	}
}
