package docker_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/moby/moby/api/types/container"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/docker"
)

// An engine that cannot raise limits refuses the first heartbeat, which stays until the second one beats: without any, others
// take its owner for dead, and remove the second one.
func TestAnOwnerWhoseHeartbeatIsRefusedHasOneAllTheTime(t *testing.T) {
	t.Parallel()
	c := &cgroupEngine{version: "1", driver: "cgroupfs", containers: map[string]container.CreateRequest{}}
	engine := fakeEngine{anyRequest: func(w http.ResponseWriter, r *http.Request) {
		if id, starts := strings.CutSuffix(strings.TrimPrefix(r.URL.Path, "/containers/"), "/start"); starts && c.hasUlimits(id) {
			says(http.StatusInternalServerError, `{"message": "error setting rlimit type 7: operation not permitted"}`)(w, r)
			return
		}
		c.serve(w, r)
	}}.open(t, docker.Options{Owner: "me"})
	if err := engine.EnsureVolume(t.Context(), backend.VolumeSpec{Name: "data"}); err != nil {
		t.Fatal(err)
	}
	told := c.since("")
	if started, removed := slices.Index(told, "start lifeline"), slices.Index(told, "remove lifeline"); started < 0 || removed < started {
		t.Errorf("the engine was told %q", told)
	}
}

func (c *cgroupEngine) hasUlimits(id string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	request, known := c.containers[id]
	return known && len(request.HostConfig.Ulimits) > 0
}
