package emulator_test

import (
	"path/filepath"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/dockertest"
	"github.com/ecs-emulator/ecs-emulator/emulator"
	"github.com/ecs-emulator/ecs-emulator/internal/base/testall"
)

// TestGuideOnDocker runs the commands of the guide. It waits for minutes: at this place it begins among the first, as parallel
// tests do so from the last one of the last file back, and subtests after all of them. Otherwise all would be over, and wait for it alone.
func TestGuideOnDocker(t *testing.T) {
	t.Parallel()
	testall.Only(t, "the other tests on Docker")
	requireCLI(t)
	dockertest.Require(t)
	makeDemoImage(t)
	program := filepath.Join(buildEmulator(t), "ecs-emulator")
	guide := walkThroughs[len(walkThroughs)-1]
	srv := emulator.Start(t, withoutWarm(emulator.Options{Engine: "docker", LocalPorts: true}))
	walkThrough(t, srv, program, startCLI(t).path(t), guide.documents, guide.output)
}
