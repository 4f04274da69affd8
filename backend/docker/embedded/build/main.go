// Command build compiles the programs that run on engines for their architectures and
// writes them compressed to where package docker embeds them, with the name of the
// toolchain: the same toolchain gives the same bytes, on any machine.
package main

import (
	"bytes"
	"compress/gzip"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

func main() {
	out := flag.String("out", "embedded", "directory to write to")
	flag.Parse()
	if err := run(*out); err != nil {
		fmt.Fprintln(os.Stderr, "build programs:", err)
		os.Exit(1)
	}
}

func run(out string) error {
	for _, program := range []string{"sandbox", "relay", "balancer"} {
		for _, arch := range []string{"amd64", "arm64"} {
			binary, err := compile(program, arch)
			if err != nil {
				return err
			}
			if err := os.WriteFile(filepath.Join(out, program+"_linux_"+arch+".gz"), compress(binary), 0o644); err != nil {
				return err
			}
		}
	}
	version, err := exec.Command("go", "env", "GOVERSION").Output()
	if err != nil {
		return fmt.Errorf("ask for the toolchain's version: %w", err)
	}
	return os.WriteFile(filepath.Join(out, "toolchain"), version, 0o644)
}

// compile pins every setting that reaches the binary, so that the user's
// environment does not.
func compile(program, arch string) ([]byte, error) {
	dir, err := os.MkdirTemp("", program)
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	file := filepath.Join(dir, program)
	cmd := exec.Command("go", "build", "-trimpath", "-buildvcs=false", "-ldflags=-s -w -buildid=",
		"-o", file, "github.com/ecs-emulator/ecs-emulator/backend/docker/"+program)
	cmd.Env = append(os.Environ(), "GOOS=linux", "GOARCH="+arch, "CGO_ENABLED=0",
		"GOAMD64=v1", "GOARM64=v8.0", "GOFLAGS=", "GOEXPERIMENT=", "GODEBUG=", "GOFIPS140=off")
	if text, err := cmd.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("compile %s for %s: %w: %s", program, arch, err, strings.TrimSpace(string(text)))
	}
	return os.ReadFile(file)
}

func compress(b []byte) []byte {
	var buf bytes.Buffer
	// Neither call can fail: the level is valid and the buffer grows.
	w, _ := gzip.NewWriterLevel(&buf, gzip.BestCompression)
	_, _ = w.Write(b)
	_ = w.Close()
	return buf.Bytes()
}
