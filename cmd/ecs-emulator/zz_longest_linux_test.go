package main

import (
	"testing"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/dockertest"
	"github.com/ecs-emulator/ecs-emulator/internal/base/testall"
)

// TestDockerGatewaysSurviveKills has the containers of load balancers and tasks found again as well. It takes longest: at this place it
// begins among the first, as parallel tests do so from the last one of the last file back. Otherwise all would be over, and wait for it.
func TestDockerGatewaysSurviveKills(t *testing.T) {
	t.Parallel()
	testall.Only(t, "the other tests on Docker")
	dockertest.Require(t)
	gatewaysSurviveKills(t, 4, "--engine", "docker", "--on-exit", "remove")
}
