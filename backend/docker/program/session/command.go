//go:build linux

package main

import (
	"os"
	"os/exec"
	"strings"
	"syscall"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/frame"
)

// command is one that runs, the leader of a session of processes of its own.
type command struct {
	pid      int
	terminal *os.File // nil is none
	input    *os.File // of ours
	output   []source
	err      error // why it could not start
}

// startOnTerminal starts a command as the session manager agent does.
// Source: StartCommandExecutor of amazon-ssm-agent.
func startOnTerminal(words []string, size winsize) command {
	near, far, err := openTerminal(size)
	if err != nil {
		return command{err: err}
	}
	defer func() { _ = far.Close() }()
	pid, err := start(words, []*os.File{far, far, far}, true)
	if err != nil {
		return command{err: err}
	}
	return command{pid: pid, terminal: near, input: near, output: []source{{near, frame.Stdout}}}
}

// startOnPipes starts a command whose output and errors are two streams.
func startOnPipes(words []string) command {
	var ours, theirs [3]*os.File
	for i := range ours {
		var fds [2]int
		if err := syscall.Pipe2(fds[:], syscall.O_CLOEXEC); err != nil {
			return command{err: os.NewSyscallError("pipe2", err)}
		}
		from, to := 0, 1 // the command writes
		if i == 0 {
			from, to = 1, 0
		}
		_ = syscall.SetNonblock(fds[from], true) // so that reads and writes can be given up
		ours[i], theirs[i] = os.NewFile(uintptr(fds[from]), "pipe"), os.NewFile(uintptr(fds[to]), "pipe")
	}
	defer func() {
		for _, file := range theirs {
			_ = file.Close()
		}
	}()
	pid, err := start(words, theirs[:], false)
	return command{pid: pid, input: ours[0], output: []source{{ours[1], frame.Stdout}, {ours[2], frame.Stderr}}, err: err}
}

// start starts a program by its path, or as it is found in PATH.
func start(words []string, files []*os.File, onTerminal bool) (pid int, err error) {
	path := words[0]
	if !strings.Contains(path, "/") {
		if path, err = exec.LookPath(path); err != nil {
			return 0, err
		}
	}
	attributes := &syscall.ProcAttr{Env: environment(onTerminal), Sys: &syscall.SysProcAttr{Setsid: true, Setctty: onTerminal}}
	for _, file := range files {
		attributes.Files = append(attributes.Files, file.Fd())
	}
	if pid, err = syscall.ForkExec(path, words, attributes); err != nil {
		return 0, &os.PathError{Op: "fork/exec", Path: path, Err: err}
	}
	return pid, nil
}

// environment is the container's, and on a terminal what the session manager agent sets.
// Source: StartCommandExecutor of amazon-ssm-agent.
func environment(onTerminal bool) []string {
	if !onTerminal {
		return os.Environ()
	}
	_ = os.Setenv("TERM", "xterm-256color")
	if os.Getenv("LANG") == "" {
		_ = os.Setenv("LANG", "C.UTF-8")
	}
	return os.Environ()
}
