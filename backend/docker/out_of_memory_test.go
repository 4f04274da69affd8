package docker_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"testing"

	"github.com/moby/moby/client"

	"github.com/ecs-emulator/ecs-emulator/backend/docker"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/dockertest"
)

// The engine may miss that a container of a task is out of memory, as its group goes with it. The
// notice of the task's sandbox at that time says so, and one of another time does not.
func TestSandboxesTellOfContainersOutOfMemory(t *testing.T) {
	const ended = 1_800_000_000
	for name, c := range map[string]struct {
		notices []string // who has them, and how many seconds before the container ended
		want    bool
	}{
		"its own":               {[]string{"app 30"}, true},
		"its sandbox's":         {[]string{"sandbox 0"}, true},
		"its sandbox's, before": {[]string{"sandbox 30"}, false},
		"both times":            {[]string{"sandbox 30", "sandbox 0"}, true},
		"none":                  {nil, false},
	} {
		t.Run(name, func(t *testing.T) {
			owner := dockertest.Owner()
			engine := fakeEngine{
				"GET /containers/app/json": says(http.StatusOK, `{"Id":"app","Name":"/app",
					"State":{"Status":"exited","ExitCode":137,"StartedAt":"2027-01-15T07:00:00Z","FinishedAt":"2027-01-15T08:00:00Z"},
					"HostConfig":{"NetworkMode":"container:sandbox","CgroupParent":"/docker/sandbox"},"NetworkSettings":{"Networks":{}},
					"Config":{"Labels":{"ecs-emulator.owner":"`+owner+`","ecs-emulator.kind":"container"}}}`),
				"GET /events": func(w http.ResponseWriter, r *http.Request) {
					for _, notice := range c.notices {
						var id string
						var before int64
						if _, err := fmt.Sscan(notice, &id, &before); err != nil {
							t.Error(err)
						}
						if slices.Contains(askedAbout(t, r), id) {
							fmt.Fprintf(w, `{"Type":"container","Action":"oom","Actor":{"ID":%q},"timeNano":%d}`, id, (ended-before)*1_000_000_000)
						}
					}
				},
			}.open(t, docker.Options{Owner: owner})
			found, err := engine.Inspect(t.Context(), "app")
			if err != nil {
				t.Fatal(err)
			}
			if found.OOMKilled != c.want {
				t.Errorf("out of memory: %v, want %v", found.OOMKilled, c.want)
			}
		})
	}
}

// askedAbout returns the containers of whose events a request wants to hear.
func askedAbout(t *testing.T, r *http.Request) []string {
	t.Helper()
	var asked client.Filters
	if err := json.Unmarshal([]byte(r.URL.Query().Get("filters")), &asked); err != nil {
		t.Error(err)
	}
	return slices.Collect(maps.Keys(asked["container"]))
}
