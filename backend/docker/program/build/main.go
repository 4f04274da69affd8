// Command build builds the programs that Docker engines run into a folder.
//
//	go run github.com/ecs-emulator/ecs-emulator/backend/docker/program/build@v0.3.0 -arch arm64 -out DIR
//
// builds those of a version, anywhere. Without a version it builds from the module that the
// working directory is in, and leaves alone what has been built from that already.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/program"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	architectures := flag.String("arch", "amd64 arm64", "`architectures` of the engines, in Go's words; host is this machine's")
	out := flag.String("out", "", "`folder` to write to")
	release := flag.String("release", "", "`version` of a release whose programs these are")
	flag.Parse()
	if err := run(ctx, *out, strings.Fields(strings.ReplaceAll(*architectures, "host", runtime.GOARCH)), *release); err != nil {
		fmt.Fprintln(os.Stderr, "build programs:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, out string, architectures []string, release string) error {
	if out == "" {
		return errors.New("say where to by -out")
	}
	if release == "" && program.IsBuilt(out, architectures, program.All) {
		return nil
	}
	if err := os.MkdirAll(out, 0o755); err != nil {
		return err
	}
	if err := program.Clear(out); err != nil {
		return err
	}
	module, remove, err := moduleToBuildIn()
	if err != nil {
		return err
	}
	defer remove()
	for _, architecture := range architectures {
		t := program.Target{Folder: out, Architecture: architecture, Names: program.All, Directory: module, Pack: program.Pack}
		if err := program.Build(ctx, t); err != nil {
			return err
		}
	}
	fmt.Printf("programs for Docker on %s are in %s\n", strings.Join(architectures, " and "), out)
	if release == "" {
		return nil
	}
	return program.MarkRelease(out, release)
}

// moduleToBuildIn is the working directory's, or for a command of a version one that requires
// that version and nothing else.
func moduleToBuildIn() (directory string, remove func(), err error) {
	if !program.Standalone() {
		return "", func() {}, nil
	}
	directory, err = os.MkdirTemp("", "ecs-emulator-module")
	if err != nil {
		return "", nil, err
	}
	remove = func() { _ = os.RemoveAll(directory) }
	module := fmt.Sprintf("module programs\n\ngo 1.26.0\n\nrequire %s %s\n", program.Module, program.Version())
	if err := os.WriteFile(filepath.Join(directory, "go.mod"), []byte(module), 0o644); err != nil {
		remove()
		return "", nil, err
	}
	return directory, remove, nil
}
