package docker_test

import (
	"context"
	"errors"
	"net"
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
