package docker_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend/docker"
)

// On control groups of version 1 nothing ends that is in the group of a sandbox that a user has paused, or of its container instance.
func TestAPausedSandboxGoesOnBeforeAContainerInItIsStopped(t *testing.T) {
	t.Parallel()
	for paused, want := range map[string][]string{
		"":            {"POST /containers/c/stop"},
		"task":        {"POST /containers/task/unpause", "POST /containers/c/stop"},
		"machine":     {"POST /containers/machine/unpause", "POST /containers/c/stop"},
		"taskmachine": {"POST /containers/machine/unpause", "POST /containers/task/unpause", "POST /containers/c/stop"}, // the outer one first
	} {
		t.Run("paused: "+paused, func(t *testing.T) {
			var mu sync.Mutex
			var asked []string
			var owner string
			engine := fakeEngine{anyRequest: func(w http.ResponseWriter, r *http.Request) {
				mu.Lock()
				defer mu.Unlock()
				sandbox := func(id, bound string) {
					says(http.StatusOK, fmt.Sprintf(`{"Id": %q, "HostConfig": {"NetworkMode": "vpc"}, "State": {"Running": true, "Paused": %t},
						"Config": {"Labels": {"ecs-emulator.owner": %q, "ecs-emulator.kind": "sandbox", "ecs-emulator.bound": %q}}}`,
						id, strings.Contains(paused, id), owner, bound))(w, r)
				}
				switch {
				case r.Method == http.MethodPost:
					asked = append(asked, r.Method+" "+r.URL.Path)
					w.WriteHeader(http.StatusNoContent)
				case strings.Contains(r.URL.Path, "/containers/task/"):
					sandbox("task", "machine")
				case strings.Contains(r.URL.Path, "/containers/machine/"):
					sandbox("machine", "")
				case strings.Contains(r.URL.Path, "/containers/c/"):
					says(http.StatusOK, `{"Id": "c", "HostConfig": {"NetworkMode": "container:task"}, "State": {"Running": true},
						"Config": {"Labels": {"ecs-emulator.owner": "`+owner+`", "ecs-emulator.kind": "container"}}}`)(w, r)
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
