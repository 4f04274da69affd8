package owner

import (
	"testing"
	"time"

	"github.com/moby/moby/api/types/container"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/label"
)

func TestLivenessByAHeartbeat(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	heartbeat := func(status container.ContainerState, ago time.Duration, code int, grace string) container.InspectResponse {
		at := now.Add(-ago).Format(time.RFC3339Nano)
		return container.InspectResponse{
			Created: at,
			State:   &container.State{Status: status, Running: status == container.StateRunning, FinishedAt: at, ExitCode: code},
			Config:  &container.Config{Labels: map[string]string{label.GraceKey: grace}},
		}
	}
	const second, minute, hour = time.Second, time.Minute, time.Hour
	for _, c := range []struct {
		name string
		l    container.InspectResponse
		want liveness
	}{
		{"runs", heartbeat("running", hour, 0, ""), liveness{running: true}},
		{"about to start", heartbeat("created", second, 0, ""), liveness{since: second, left: 59 * second}},
		{"never started", heartbeat("created", hour, 0, ""), liveness{since: hour}},
		{"owner hung up", heartbeat("exited", 6*second, 0, "5s"), liveness{since: 6 * second}},
		{"owner about to connect again", heartbeat("exited", second, 0, "5s"), liveness{since: second, left: 4 * second}},
		{"engine just restarted", heartbeat("exited", second, 137, ""), liveness{since: second, left: 59 * second}},
		{"engine that was killed just restarted", heartbeat("exited", 38*second, 255, "5s"), liveness{since: 38 * second, left: 22 * second}},
		{"engine restarted a minute ago", heartbeat("exited", minute, 255, "5s"), liveness{since: minute}},
		{"engine restarted long ago", heartbeat("exited", hour, 137, ""), liveness{since: hour}},
		{"remote owner cut off", heartbeat("exited", minute, 0, "10m0s"), liveness{since: minute, left: 9 * minute}},
		{"remote owner gone", heartbeat("exited", hour, 0, "10m0s"), liveness{since: hour}},
		{"ended just now, by a clock that has gone back", heartbeat("exited", -second, 0, "5s"), liveness{left: 6 * second}},
	} {
		if got := livenessOf(c.l, now); got != c.want {
			t.Errorf("%s: %+v; want %+v", c.name, got, c.want)
		}
	}
}

// What an owner has must not be swept while it starts another heartbeat on a busy engine.
func TestAnOwnerHasTimeForAnotherHeartbeat(t *testing.T) {
	if left := brokenGrace - probeInterval; left < 10*time.Second {
		t.Errorf("an owner has %s for another heartbeat", left)
	}
}
