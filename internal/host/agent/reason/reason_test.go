package reason_test

import (
	"errors"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/host/agent/reason"
)

// Source: amazon-ecs-agent, docker_client.go.
func TestReasonsOfPullsThatBreakOff(t *testing.T) {
	why := errors.New("Error response from daemon: unexpected EOF") //nolint:staticcheck // the engine's own text
	for want, err := range map[string]error{
		"DockerTimeoutError: Could not transition to pullBegin; timed out after waiting 5m0s": &backend.BrokenPullError{Silent: true, Err: why},
		"CannotPullContainerError: inactivity time exceeded timeout while pulling image":      &backend.BrokenPullError{Silent: true, Begun: true, Err: why},
		"CannotPullContainerError: Error response from daemon: unexpected EOF":                &backend.BrokenPullError{Begun: true, Err: why},
		"CannotPullImageManifestError: Error response from daemon: unexpected EOF":            why,
	} {
		if got := reason.Pull("app:1", err, false); got != want {
			t.Errorf("%#v is %s; want %s", err, got, want)
		}
	}
}
