package ssmsession

import (
	"fmt"
	"strconv"

	"github.com/google/shlex"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/exec/datachannel"
)

// Forward is a port that a session connects its client to.
type Forward struct {
	Host      string // empty is the container itself
	Port      int
	LocalPort string // of the client; empty has it choose one
}

// portProperties are the properties of a port session. Source: spec/runtime.md G.10.
type portProperties struct {
	PortNumber      string `json:"portNumber"`
	LocalPortNumber string `json:"localPortNumber"`
	Type            string `json:"type"`
}

// channel is what the client learns of the session in the handshake.
func (r Request) channel() datachannel.Config {
	config := datachannel.Config{SessionID: r.ID, SessionType: datachannel.InteractiveCommands}
	if r.Document == RunShell {
		config.SessionType = datachannel.StandardStream
	}
	if f := r.Forward; f != nil {
		config.SessionType = datachannel.Port
		config.Properties = portProperties{strconv.Itoa(f.Port), f.LocalPort, "LocalPortForwarding"}
	}
	return config
}

// spec is what the session runs. Its terminal has no size until the client tells one.
func (r Request) spec() (backend.ExecSpec, error) {
	if f := r.Forward; f != nil {
		return backend.ExecSpec{Forward: &backend.Forward{Host: f.Host, Port: f.Port}}, nil
	}
	words, err := splitCommand(r.Command)
	return backend.ExecSpec{Command: words, Terminal: &backend.TerminalSize{}}, err
}

// shell runs where no command is given. Source: amazon-ssm-agent, shell_unix.go.
const shell = "sh"

// splitCommand splits a command line into words as the agent in a container does, with the same
// package: quotes and backslashes, nothing expanded, ; and | like other characters, # before a comment.
// Source: amazon-ssm-agent, shell_unix.go, in ContainerMode; the text is its own.
func splitCommand(line string) ([]string, error) {
	words, err := shlex.Split(line)
	if err != nil {
		//lint:ignore ST1005 these are the agent's words
		return nil, fmt.Errorf("Failed to parse commands input: %w", err)
	}
	if len(words) == 0 {
		return []string{shell}, nil
	}
	return words, nil
}
