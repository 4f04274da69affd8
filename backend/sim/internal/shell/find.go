// Package shell has the programs of sessions on the simulated engine: a shell, some programs that
// read input or ask for the terminal, and all that the engine knows of containers' commands.
package shell

import (
	"context"
	"fmt"
	"path"
	"strings"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/sim/internal/process"
	"github.com/ecs-emulator/ecs-emulator/backend/sim/internal/script"
)

// Container is what programs see of theirs.
type Container struct {
	script.Environment
	Scripted map[string]script.Command
}

// Find returns the program of a session, or why it cannot start. A program in whose path "missing"
// occurs doesn't exist; one that is not known says so.
func (c Container) Find(words []string) (process.Program, error) {
	if len(words) == 0 || words[0] == "" {
		return nil, &backend.ExecError{Reason: "Failed to start pty: exec: no command"}
	}
	name := words[0]
	if _, scripted := c.scripted(name); !scripted && strings.Contains(name, "missing") {
		return nil, notThere(name)
	}
	if program := c.find(words); program != nil {
		return program, nil
	}
	return unknown(name), nil
}

// notThere is why a program cannot start that does not exist. Source: recorded-exec.md X8.
func notThere(name string) error {
	if strings.Contains(name, "/") {
		return &backend.ExecError{Reason: fmt.Sprintf("Failed to start pty: fork/exec %s: no such file or directory", name)}
	}
	return &backend.ExecError{Reason: fmt.Sprintf("Failed to start pty: exec: %q: executable file not found in $PATH", name)}
}

// unknown is the program that a real image might have. It fails, so that no caller takes for done
// what did not happen.
func unknown(name string) process.Program {
	return func(_ context.Context, p *process.Process) int {
		fmt.Fprintf(p.Stderr, "The simulated engine runs nothing of an image and knows no program %q: the Docker label %sexec.%s says what it does.\n",
			name, script.LabelPrefix, path.Base(name))
		return notFound
	}
}

// notFound is the exit code of a shell for a program that is not there.
const notFound = 127

// find is the program that words run; nil if there is none.
func (c Container) find(words []string) process.Program {
	if command, ok := c.scripted(words[0]); ok {
		return c.programOf(command)
	}
	if program := c.known(words); program != nil {
		return program
	}
	if len(words) > 1 && strings.Contains(words[0], "/") { // as of containers' commands
		if program := c.known(words[1:]); program != nil {
			return passedOver(program)
		}
	}
	if command, ok := c.Scripted["*"]; ok {
		return c.programOf(command)
	}
	return nil
}

func (c Container) scripted(name string) (command script.Command, ok bool) {
	if command, ok = c.Scripted[name]; !ok {
		command, ok = c.Scripted[path.Base(name)]
	}
	return command, ok
}

func (c Container) programOf(command script.Command) process.Program {
	if command.Run != nil {
		return command.Run
	}
	return func(ctx context.Context, p *process.Process) int {
		return c.newShell(p, "sh", p.Args).script(ctx, command.Shell)
	}
}

// passedOver runs a program without the path that is before its name.
func passedOver(program process.Program) process.Program {
	return func(ctx context.Context, p *process.Process) int {
		p.Args = p.Args[1:]
		return program(ctx, p)
	}
}

// known is a program of the engine's own.
func (c Container) known(words []string) process.Program {
	name := path.Base(words[0])
	if program := programs[name]; program != nil {
		return func(ctx context.Context, p *process.Process) int { return program(ctx, c.as(p), p) }
	}
	if !script.Known(name) {
		return nil
	}
	return func(ctx context.Context, p *process.Process) int {
		does, ok := script.Run(p.Args, c.as(p))
		if !ok {
			fmt.Fprintf(p.Stderr, "%s: the simulated engine does not understand the arguments: %q\n", name, p.Args[1:])
			return 2
		}
		return play(ctx, p, does)
	}
}

// as is what a process sees: its own variables, and paths from its folder.
func (c Container) as(p *process.Process) Container {
	c.Environment = view{c.Environment, p}
	return c
}

type view struct {
	script.Environment
	of *process.Process
}

func (v view) Variables() []string { return v.of.Env }

func (v view) path(name string) string {
	if path.IsAbs(name) {
		return name
	}
	return path.Join(v.of.Dir, name)
}

func (v view) ReadFile(name string) ([]string, bool) { return v.Environment.ReadFile(v.path(name)) }

func (v view) WriteFile(name, text string) bool { return v.Environment.WriteFile(v.path(name), text) }

// play does what a script says, at its times.
func play(ctx context.Context, p *process.Process, does script.Script) int {
	if len(does.Serve) > 0 {
		fmt.Fprintln(p.Stderr, "The simulated engine serves ports for the commands of containers alone, not for programs of sessions.")
		return 1
	}
	if does.IgnoreTerm {
		p.Shield()
	}
	var passed time.Duration
	for _, line := range script.InOrder(does.Logs) {
		if p.Sleep(ctx, line.After-passed) != nil {
			return 1
		}
		passed = line.After
		to := p.Stdout
		if line.Stderr {
			to = p.Stderr
		}
		if _, err := fmt.Fprintln(to, line.Text); err != nil {
			return 1
		}
	}
	if does.Exit == nil || does.Exit.After < 0 {
		<-ctx.Done()
		return 1
	}
	if p.Sleep(ctx, does.Exit.After-passed) != nil {
		return 1
	}
	return does.Exit.Code
}
