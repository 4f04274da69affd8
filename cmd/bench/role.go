package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"os/signal"
	"runtime/pprof"
	"strconv"

	"github.com/ecs-emulator/ecs-emulator/cmd/internal/bareserver"
	"github.com/ecs-emulator/ecs-emulator/cmd/internal/heap"
	"github.com/ecs-emulator/ecs-emulator/emulator"
)

func ownRole(role string, args ...string) (*exec.Cmd, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	return exec.Command(self, append([]string{role}, args...)...), nil
}

// untilParentEnds returns when the program that started this one is done with it,
// or has died. Its interrupt comes after the end of standard input.
func untilParentEnds() {
	signal.Ignore(os.Interrupt)
	_, _ = io.Copy(io.Discard, os.Stdin)
}

// serveEcho is the bare server, with the answer in the file that its argument names.
func serveEcho(args []string) error {
	if len(args) != 1 {
		return errors.New("echo: needs a file")
	}
	return bareserver.Serve(args[0], untilParentEnds)
}

// serveProfiled is the emulator with a CPU profile: file, engine, warm sandboxes.
func serveProfiled(args []string) error {
	if len(args) != 3 {
		return errors.New("profiled: needs a file, an engine and a number")
	}
	warm, err := strconv.Atoi(args[2])
	if err != nil {
		return err
	}
	if warm == 0 {
		warm = -1 // none
	}
	file, err := os.Create(args[0])
	if err != nil {
		return err
	}
	if err := pprof.StartCPUProfile(file); err != nil {
		return errors.Join(err, file.Close())
	}
	go heap.Tend(context.Background())
	srv, err := emulator.New(emulator.Options{
		Engine: args[1], DefaultLaunchType: "FARGATE", WarmSandboxes: warm, MetadataRate: "0",
		Log: slog.New(slog.NewTextHandler(os.Stderr, nil)),
	})
	if err != nil {
		return errors.Join(err, file.Close())
	}
	fmt.Println("ready at", srv.URL())
	untilParentEnds()
	pprof.StopCPUProfile()
	return errors.Join(file.Close(), srv.Close())
}
