package docker_test

import (
	"testing"

	"github.com/ecs-emulator/ecs-emulator/backend/backendtest"
)

// TestEngine runs the conformance suite. It takes longest, and its last cases run alone: at this place it begins among the first, as
// parallel tests do so from the last one of the last file back. Otherwise all would be over, and wait for it.
func TestEngine(t *testing.T) {
	t.Parallel()
	backendtest.Run(t, fixtures(t))
}
