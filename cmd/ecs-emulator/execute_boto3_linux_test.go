package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/dockertest"
	"github.com/ecs-emulator/ecs-emulator/internal/exec/sessionmanagerplugin"
)

// TestExecuteCommandOfBoto3 has a Python program start the plugin.
func TestExecuteCommandOfBoto3(t *testing.T) {
	t.Parallel()
	plugin := sessionmanagerplugin.Folder(t)
	if exec.CommandContext(t.Context(), "python3", "-c", "import boto3").Run() != nil {
		if os.Getenv("ECS_EMULATOR_REQUIRE_CLI") == "1" {
			t.Fatal("ECS_EMULATOR_REQUIRE_CLI=1, but python3 has no boto3")
		}
		t.Skip("python3 has no boto3")
	}
	onSim(t, func(p *process, image string) {
		task := p.runExecutable(image, "app")
		program := exec.Command("python3", filepath.Join("..", "..", "testdata", "python", "execute_command.py"), task, dockertest.AppPath+" sh")
		s := startOnTerminal(p, 100, p.withPlugin(plugin, program))
		s.awaits("# ")
		s.runs("echo one two")
		s.awaits("\none two\n# ")
		s.exits()
	})
}
