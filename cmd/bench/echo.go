package main

import (
	"os"
	"path/filepath"

	"github.com/ecs-emulator/ecs-emulator/cmd/internal/bareserver"
)

// startEcho starts a bare server in a process of its own.
func (b *bench) startEcho(a bareserver.Answer) (*process, error) {
	file := filepath.Join(b.dir, "answer.json")
	if err := a.Write(file); err != nil {
		return nil, err
	}
	cmd, err := ownRole("echo", file)
	if err != nil {
		return nil, err
	}
	cmd.Stderr = os.Stderr
	return startProcess(cmd)
}
