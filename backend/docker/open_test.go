package docker_test

import (
	"bytes"
	"context"
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/docker"
)

func TestOpenWhereNoEngineIs(t *testing.T) {
	_, err := docker.Open(t.Context(), docker.Options{Owner: "me", Host: "unix://" + filepath.Join(t.TempDir(), "none.sock")})
	if !errors.Is(err, backend.ErrUnavailable) || !strings.Contains(err.Error(), "is Docker running at unix://") {
		t.Errorf("Open = %v; want ErrUnavailable and a question", err)
	}
	if _, err := docker.Open(t.Context(), docker.Options{}); err == nil || !strings.Contains(err.Error(), "no owner") {
		t.Errorf("Open without owner = %v", err)
	}
}

func TestOpenGivesUpOnASilentEngine(t *testing.T) {
	socket := filepath.Join(t.TempDir(), "silent.sock")
	listener, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if _, err := docker.Open(ctx, docker.Options{Owner: "me", Host: "unix://" + socket}); !errors.Is(err, backend.ErrUnavailable) {
		t.Errorf("Open = %v; want ErrUnavailable", err)
	}
}

// The embedded programs are what their source compiles to. With another
// toolchain than the recorded one the bytes differ, and that it compiles is all
// there is to check.
func TestEmbeddedProgramsAreBuiltFromTheirSource(t *testing.T) {
	dir := t.TempDir()
	cmd := exec.Command("go", "run", "./embedded/build", "-out", dir)
	if text, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("rebuild: %v: %s", err, text)
	}
	read := func(dir, name string) []byte {
		content, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		return content
	}
	same := bytes.Equal(read(dir, "toolchain"), read("embedded", "toolchain"))
	for _, name := range []string{"sandbox_linux_amd64.gz", "sandbox_linux_arm64.gz", "relay_linux_amd64.gz", "relay_linux_arm64.gz", "balancer_linux_amd64.gz", "balancer_linux_arm64.gz"} {
		if rebuilt := read(dir, name); same && !bytes.Equal(rebuilt, read("embedded", name)) {
			t.Errorf("%s is not what the source gives; run go generate ./backend/docker", name)
		}
	}
}
