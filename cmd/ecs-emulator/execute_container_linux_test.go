package main

import (
	"debug/elf"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/client"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/dockertest"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/program"
	"github.com/ecs-emulator/ecs-emulator/internal/base/testall"
	"github.com/ecs-emulator/ecs-emulator/internal/exec/sessionmanagerplugin"
)

// staticProgram is the emulator for images that have no libraries: this program, which nothing has to compile, but
// with the race detector, which needs them.
func staticProgram(t *testing.T) (file string) {
	t.Helper()
	file, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	itself, err := elf.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer itself.Close()
	if !slices.ContainsFunc(itself.Progs, func(p *elf.Prog) bool { return p.Type == elf.PT_INTERP }) {
		return file
	}
	file = filepath.Join(t.TempDir(), "ecs-emulator")
	cmd := exec.Command("go", "build", "-trimpath", "-buildvcs=false", "-o", file, ".")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS=")
	if text, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	return file
}

// programs is a folder of those that run on engines: none where `make` has had them built into the emulator.
func programs(t *testing.T) (folder string) {
	t.Helper()
	architectures := []string{runtime.GOARCH}
	if program.IsBuilt(filepath.Join("..", "..", "backend", "docker", "program", "built"), architectures, program.All) {
		return ""
	}
	folder = t.TempDir()
	if err := program.Build(t.Context(), program.Target{Folder: folder, Architecture: runtime.GOARCH, Names: program.All}); err != nil {
		t.Fatal(err)
	}
	return folder
}

// TestDockerRunsTheEmulatorAndItsClients in containers, where each client gets an address that leads from
// where it is, and its sessions take no memory of the emulator.
func TestDockerRunsTheEmulatorAndItsClients(t *testing.T) {
	t.Parallel()
	testall.Only(t, "the other tests on Docker")
	dockertest.Require(t)
	plugin := filepath.Join(sessionmanagerplugin.Folder(t), sessionmanagerplugin.Name)
	c := startInContainer(t, dockertest.ImageWith(t, "ecs-emulator/test-exec", dockertest.Program{Path: "/session-manager-plugin", File: plugin}))
	task := c.runExecutable(c.image, "app")
	shell := dockertest.AppPath + " sh"
	t.Run("on the host", func(t *testing.T) {
		s := c.executes(task, shell)
		s.awaits("# ")
		s.runs("echo one two")
		s.awaits("\none two\n# ")
		s.exits()
	})
	t.Run("in a container", func(t *testing.T) {
		said := c.executesInContainer(task, shell, "echo one two\nexit\n")
		// What is typed before the shell has its prompt is shown before it, and the output after it.
		for _, want := range []string{"Starting session with SessionId: ecs-execute-command-", "(?m)^(# )*one two$", "Exiting session with sessionId: ecs-execute-command-"} {
			if !regexp.MustCompile(want).MatchString(said) {
				t.Errorf("the client lacks %q:\n%s", want, said)
			}
		}
	})
	c.keepsItsMemory(task)
}

// executesInContainer has a container ask for a session, whose plugin has nothing else of the AWS CLI, and
// types into its terminal. It returns what that has shown at the end.
func (c *inContainer) executesInContainer(task, command, typed string) (shown string) {
	c.Helper()
	id := c.runContainer("client", &container.Config{
		Cmd: []string{"execute", task, command}, Tty: true, OpenStdin: true,
		Env: []string{"AWS_ENDPOINT_URL=http://emulator:4577", "AWS_REGION=us-east-1", "AWS_ACCESS_KEY_ID=test", "AWS_SECRET_ACCESS_KEY=test", "HOME=/", "TERM=xterm"},
	}, &container.HostConfig{})
	terminal, err := c.cli.ContainerAttach(c.Context(), id, client.ContainerAttachOptions{Stream: true, Stdin: true, Stdout: true, Logs: true})
	c.must(err)
	defer terminal.Close()
	_, err = terminal.Conn.Write([]byte(typed))
	c.must(err)
	text, err := io.ReadAll(terminal.Reader)
	c.must(err)
	return strings.ReplaceAll(strings.ReplaceAll(string(text), "\r\r\n", "\n"), "\r\n", "\n")
}

// flood has a plugin show a program that writes without end, and returns what it shows.
func (p *process) flood(task string) (cmd *exec.Cmd, shown io.Reader) {
	p.Helper()
	cmd = p.pluginFor(task, dockertest.AppPath+" noise 1000000000000")
	_, err := cmd.StdinPipe() // it stays open
	p.must(err)
	return cmd, p.shownBy(cmd)
}

// shownBy starts a command, and returns what it shows once that has begun.
func (p *process) shownBy(cmd *exec.Cmd) (shown io.Reader) {
	p.Helper()
	shown, err := cmd.StdoutPipe()
	p.must(err)
	p.must(cmd.Start())
	p.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	p.reads(shown, 1<<20)
	return shown
}

// reads has so much read.
func (p *process) reads(from io.Reader, bytes int64) {
	p.Helper()
	_, err := io.CopyN(io.Discard, from, bytes)
	p.must(err)
}

// keepsItsMemory has programs write without end for a reader that is slower than they are, and then for two more
// that read nothing after their first megabyte.
func (c *inContainer) keepsItsMemory(task string) {
	c.Helper()
	const memory, most, rounds = "process_resident_memory_bytes", 40 << 20, 40
	slow, rest := c.flood(task)
	for range rounds { // for the garbage that the collector lets be
		c.reads(rest, 1<<20)
	}
	before := c.metric(memory)
	dead, left := c.flood(task)
	c.must(dead.Process.Signal(syscall.SIGSTOP))
	own := c.exec(task, "--", dockertest.AppPath, "noise", "1000000000000")
	c.shownBy(own)
	for range rounds {
		c.reads(rest, 1<<20)
		if more := c.metric(memory) - before; more > most {
			c.Fatalf("the emulator has %d MB more than before", more>>20)
		}
	}
	c.must(own.Process.Kill())
	c.must(dead.Process.Signal(syscall.SIGCONT))
	for cmd, shown := range map[*exec.Cmd]io.Reader{dead: left, slow: rest} {
		c.must(cmd.Process.Signal(os.Interrupt)) // which the plugin passes on
		_, err := io.Copy(io.Discard, shown)
		c.must(err)
	}
	c.untilAlone(c.engineID(task))
}
