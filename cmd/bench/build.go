package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime"
)

const module = "github.com/ecs-emulator/ecs-emulator/"

// build builds a command of this module as it is released.
func build(ctx context.Context, file, goos, goarch, command string) error {
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-buildvcs=false", "-ldflags=-s -w", "-o", file, module+command)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS="+goos, "GOARCH="+goarch)
	if text, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("build %s (run it inside the module): %w: %s", command, err, text)
	}
	return nil
}

func executableSuffix() string {
	if runtime.GOOS == "windows" {
		return ".exe"
	}
	return ""
}
