package main

import (
	"testing"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/dockertest"
	"github.com/ecs-emulator/ecs-emulator/internal/base/testall"
)

// The longest tests of the package. At this place they begin among the first, as parallel tests do so in the order of files.
// Otherwise all others would be over, and wait for them.

// TestDockerGatewaysSurviveKills has the containers of load balancers and tasks found again as well.
func TestDockerGatewaysSurviveKills(t *testing.T) {
	t.Parallel()
	testall.Only(t, "the other tests on Docker")
	dockertest.Require(t)
	gatewaysSurviveKills(t, 4, "--engine", "docker", "--on-exit", "remove")
}
