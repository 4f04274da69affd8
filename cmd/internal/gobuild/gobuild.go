// Package gobuild builds commands of this module for measurements.
package gobuild

import (
	"context"
	"fmt"
	"os"
	"os/exec"
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

// ExecutableSuffix ends the names of programs on this system.
func ExecutableSuffix() string {
	if runtime.GOOS == "windows" {
		return ".exe"
	}
	return ""
}
