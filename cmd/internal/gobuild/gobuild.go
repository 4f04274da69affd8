// Package gobuild builds commands of this module, for programs that run them.
package gobuild

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
)

const module = "github.com/ecs-emulator/ecs-emulator/"

// Build builds a command of this module as it is released.
func Build(ctx context.Context, file, goos, goarch, command string) error {
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-buildvcs=false", "-ldflags=-s -w", "-o", file, module+command)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS="+goos, "GOARCH="+goarch)
	if text, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("build %s (run it inside the module): %w: %s", command, err, text)
	}
	return nil
}

// Root builds a command for Linux in a folder, and returns the archive of a file system that has nothing but
// the program, as /app.
func Root(ctx context.Context, dir, goarch, command string) (io.Reader, error) {
	file := filepath.Join(dir, "app")
	if err := Build(ctx, file, "linux", goarch, command); err != nil {
		return nil, err
	}
	binary, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var archive bytes.Buffer
	w := tar.NewWriter(&archive)
	err = w.WriteHeader(&tar.Header{Name: "app", Mode: 0o755, Size: int64(len(binary))})
	if err == nil {
		_, err = w.Write(binary)
	}
	return &archive, errors.Join(err, w.Close())
}

// ExecutableSuffix ends the names of programs on this system.
func ExecutableSuffix() string {
	if runtime.GOOS == "windows" {
		return ".exe"
	}
	return ""
}
