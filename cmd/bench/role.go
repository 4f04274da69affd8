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
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// roles are what this program does as a child of its own, by its first argument.
var roles = map[string]func(args []string) error{
	"echo":     serveEcho,
	"embedded": timeEmbedded,
	"profiled": serveProfiled,
}

// ownRole is this program in a role.
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

// timeEmbedded prints how long an emulator in a program of the user's own takes from
// New to its first answer, the first time in the process.
func timeEmbedded([]string) error {
	began := time.Now()
	srv, err := emulator.New(emulator.Options{})
	if err != nil {
		return err
	}
	c, err := connect(context.Background(), strings.TrimPrefix(srv.URL(), "http://"))
	if err != nil {
		return errors.Join(err, srv.Close())
	}
	defer c.close()
	err = c.call("ListClusters", struct{}{}, nil)
	fmt.Println(time.Since(began).Nanoseconds())
	return errors.Join(err, srv.Close())
}

// serveProfiled is the emulator with a CPU profile: file, engine.
func serveProfiled(args []string) error {
	if len(args) != 2 {
		return errors.New("profiled: needs a file and an engine")
	}
	file, err := os.Create(args[0])
	if err != nil {
		return err
	}
	if err := pprof.StartCPUProfile(file); err != nil {
		return errors.Join(err, file.Close())
	}
	srv, err := emulator.New(emulator.Options{
		Engine: args[1], DefaultLaunchType: types.LaunchTypeFargate,
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
