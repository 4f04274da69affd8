//go:build unix

package main

import (
	"errors"
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/dockertest"
	"github.com/ecs-emulator/ecs-emulator/internal/base/testall"
)

// copyOfThis is a copy of the test binary that any user may run.
func copyOfThis(t *testing.T) (file string) {
	t.Helper()
	content, err := os.ReadFile(os.Args[0])
	if err != nil {
		t.Fatal(err)
	}
	// A process that another test starts meanwhile would have the file open for a moment, and nothing could run it.
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	binary, err := os.CreateTemp("", "ecs-emulator-test")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.Remove(binary.Name()) })
	_, err = binary.Write(content)
	if err := errors.Join(err, binary.Chmod(0o755), binary.Close()); err != nil {
		t.Fatal(err)
	}
	return binary.Name()
}

func TestDockerWithoutPermission(t *testing.T) {
	t.Parallel()
	testall.Only(t, "the other tests on Docker")
	dockertest.Require(t)
	if os.Getuid() != 0 {
		dockertest.Lack(t, "only root can act as another user")
	}
	cmd := command("serve", "--engine", "docker", "--listen", "127.0.0.1:0")
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	cmd.Path = copyOfThis(t) // where no other user can read it
	out, err := cmd.CombinedOutput()
	if err == nil || !strings.Contains(string(out), "permission denied on unix:///") {
		t.Errorf("%v: %q", err, out)
	}
}
