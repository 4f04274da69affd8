//go:build unix

package main

import (
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/dockertest"
	"github.com/ecs-emulator/ecs-emulator/internal/testall"
)

func TestDockerWithoutPermission(t *testing.T) {
	t.Parallel()
	testall.Only(t, "the other tests on Docker")
	dockertest.Require(t)
	if os.Getuid() != 0 {
		dockertest.Lack(t, "only root can act as another user")
	}
	cmd := command("serve", "--engine", "docker", "--listen", "127.0.0.1:0")
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	binary, err := os.CreateTemp("", "ecs-emulator-test") // where no other user can read it
	if err != nil {
		t.Fatal(err)
	}
	defer os.Remove(binary.Name())
	content, err := os.ReadFile(os.Args[0])
	if err != nil {
		t.Fatal(err)
	}
	if _, err := binary.Write(content); err != nil {
		t.Fatal(err)
	}
	binary.Chmod(0o755)
	binary.Close()
	cmd.Path = binary.Name()
	out, err := cmd.CombinedOutput()
	if err == nil || !strings.Contains(string(out), "permission denied on unix:///") {
		t.Errorf("%v: %q", err, out)
	}
}
