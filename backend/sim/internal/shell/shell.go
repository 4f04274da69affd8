package shell

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"github.com/ecs-emulator/ecs-emulator/backend/sim/internal/process"
	"github.com/ecs-emulator/ecs-emulator/backend/sim/internal/script"
)

// shell runs statements one after the other, each as the terminal's foreground.
type shell struct {
	container Container
	process   *process.Process
	name      string
	bash      bool
	words     []string // $0, $1 and so on
	began     int      // the line that its input has begun with
	line      int      // that it is at
	prompts   bool
	code      int // of the last statement
	exits     bool
}

func (c Container) newShell(p *process.Process, name string, words []string) *shell {
	return &shell{container: c, process: p, name: name, bash: name == "bash", words: words}
}

// shellProgram is sh, bash and ash: with -c a script, with a name a file, else what it reads.
func shellProgram(ctx context.Context, c Container, p *process.Process) int {
	name := path.Base(p.Args[0])
	if text, rest, ok := script.ShellText(p.Args[1:]); ok {
		if len(rest) == 0 {
			rest = p.Args[:1]
		}
		return c.newShell(p, name, rest).script(ctx, text)
	}
	files := slices.DeleteFunc(slices.Clone(p.Args[1:]), func(arg string) bool { return strings.HasPrefix(arg, "-") })
	if len(files) > 0 {
		lines, exists := c.ReadFile(files[0])
		if !exists {
			fmt.Fprintf(p.Stderr, "%s: 0: cannot open %s: No such file\n", name, files[0])
			return notFound
		}
		return c.newShell(p, name, files).script(ctx, strings.Join(lines, "\n"))
	}
	return c.newShell(p, name, p.Args[:1]).interactive(ctx)
}

// script runs a whole script.
func (s *shell) script(ctx context.Context, text string) int {
	s.began = 1
	s.statements(ctx, text)
	return s.code
}

// interactive runs line by line, and prompts on a terminal.
func (s *shell) interactive(ctx context.Context) int {
	_, s.prompts = s.process.Size()
	if s.prompts {
		s.process.Shield()
	}
	for !s.exits {
		if s.prompts {
			io.WriteString(s.process.Stdout, s.prompt()) //nolint:errcheck // the next read fails too
		}
		line, err := s.read(ctx)
		switch {
		case ctx.Err() != nil:
			return 1
		case errors.Is(err, errInterrupted):
			s.code = 128 + int(syscall.SIGINT)
			fmt.Fprintln(s.process.Stdout)
			continue
		case err != nil:
			if s.prompts {
				fmt.Fprintln(s.process.Stdout)
			}
			return s.code
		}
		s.began++
		s.statements(ctx, line)
	}
	return s.code
}

// prompt is the prompt of root: dash's, or of the bash of Debian's images.
func (s *shell) prompt() string {
	if s.bash {
		return "root@" + s.container.Hostname() + ":" + s.process.Dir + "# "
	}
	return "# "
}

var errInterrupted = errors.New("interrupted")

// read reads a line. Keys interrupt it, not the shell.
func (s *shell) read(ctx context.Context) (line string, err error) {
	code := s.process.Foreground(ctx, func(ctx context.Context, p *process.Process) int {
		line, err = p.ReadLine(ctx)
		return 0
	}, nil)
	if code != 0 {
		return "", errInterrupted
	}
	return line, err
}

func (s *shell) statements(ctx context.Context, text string) {
	for statement := range script.Statements(text, "?$#@*0123456789", s.variable) {
		if statement.Skipped(s.code) {
			continue
		}
		s.line = s.began + statement.Line - 1
		s.code = s.run(ctx, statement)
		if ctx.Err() != nil || s.exits {
			return
		}
		if s.code == 128+int(syscall.SIGINT) { // Ctrl-C ends the whole line
			if s.prompts {
				fmt.Fprintln(s.process.Stdout)
			}
			s.exits = !s.prompts
			return
		}
	}
}

func (s *shell) run(ctx context.Context, statement script.Statement) (code int) {
	words := statement.Words
	if statement.Opaque {
		return s.complain(2, "the simulated engine's shell does not understand: "+statement.Source)
	}
	variables, words := assignments(words)
	switch {
	case statement.Long:
		return s.tooLong(slices.Concat(words, variables)[0])
	case len(words) == 0:
		return s.set(variables)
	}
	if words[0] == "exit" {
		s.exits = true
		return script.Statement{Words: words}.ExitCode(s.code)
	}
	if run := builtins[words[0]]; run != nil {
		return run(s, words[1:])
	}
	if words[0] == "exec" && len(words) > 1 {
		words, s.exits = words[1:], true
	}
	var program process.Program
	if !strings.Contains(words[0], "missing") {
		program = s.container.find(words)
	}
	if program == nil {
		return s.notFound(words[0])
	}
	return s.process.Foreground(ctx, program, func(child *process.Process) {
		child.Args = words
		child.Env = append(slices.Clip(child.Env), variables...)
		if statement.Stderr {
			child.Stdout = child.Stderr
		}
	})
}

// assignments are the variables that are set before a command.
func assignments(words []string) (variables, rest []string) {
	for i, word := range words {
		name, _, ok := strings.Cut(word, "=")
		if !ok || name == "" || strings.ContainsFunc(name, func(r rune) bool {
			return r != '_' && (r < '0' || r > '9') && (r|0x20 < 'a' || r|0x20 > 'z')
		}) {
			return variables, words[i:]
		}
		variables = append(variables, word)
	}
	return variables, nil
}

// maxVariable is how long a variable may be with its name: as Linux bounds one in a program's environment,
// which has all of the shell's. Source: execve(2), MAX_ARG_STRLEN.
const maxVariable = 128 << 10

// set gives variables their values, for all that the shell runs from then on. Together they are at most as
// long as those of a program may be.
func (s *shell) set(variables []string) (code int) {
	for _, variable := range variables {
		name, _, _ := strings.Cut(variable, "=")
		length := len(variable)
		for _, other := range s.process.Env {
			if !strings.HasPrefix(other, name+"=") {
				length += len(other)
			}
		}
		if len(variable) >= maxVariable || length > script.MaxExpanded {
			return s.tooLong(variable)
		}
		s.unset([]string{name})
		s.process.Env = append(s.process.Env, variable)
	}
	return 0
}

// tooLong says it of a program or a variable, as shells do of what they cannot run.
func (s *shell) tooLong(word string) int {
	name, _, _ := strings.Cut(word, "=")
	return s.complain(126, name+": Argument list too long")
}

func (s *shell) unset(names []string) {
	s.process.Env = slices.DeleteFunc(slices.Clone(s.process.Env), func(variable string) bool {
		name, _, _ := strings.Cut(variable, "=")
		return slices.Contains(names, name)
	})
}

func (s *shell) variable(name string) string {
	if number, err := strconv.Atoi(name); err == nil {
		if number < len(s.words) {
			return s.words[number]
		}
		return ""
	}
	switch name {
	case "?":
		return strconv.Itoa(s.code)
	case "$":
		return shellID
	case "#":
		return strconv.Itoa(max(len(s.words)-1, 0))
	case "@", "*":
		return strings.Join(s.words[min(1, len(s.words)):], " ")
	case "PWD":
		return s.process.Dir
	}
	return script.Variable(s.container.as(s.process), name)
}

// shellID is what $$ is: there are no processes that have numbers.
const shellID = "7"

// notFound tells of a program as dash does, or bash.
func (s *shell) notFound(name string) int {
	switch {
	case strings.Contains(name, "/") && s.bash:
		return s.complain(notFound, name+": No such file or directory")
	case s.bash:
		return s.complain(notFound, name+": command not found")
	}
	return s.complain(notFound, name+": not found")
}

func (s *shell) complain(code int, text string) int {
	switch {
	case !s.bash:
		fmt.Fprintf(s.process.Stderr, "%s: %d: %s\n", s.name, s.line, text)
	case s.prompts:
		fmt.Fprintf(s.process.Stderr, "bash: %s\n", text)
	default:
		fmt.Fprintf(s.process.Stderr, "bash: line %d: %s\n", s.line, text)
	}
	return code
}

// builtins change the shell itself.
var builtins = map[string]func(s *shell, args []string) int{
	":": func(*shell, []string) int { return 0 },
	"export": func(s *shell, args []string) int {
		variables, _ := assignments(args)
		return s.set(variables)
	},
	"unset": func(s *shell, args []string) int {
		s.unset(args)
		return 0
	},
	"cd": func(s *shell, args []string) int {
		to := "/root"
		if len(args) > 0 {
			to = args[0]
		}
		s.process.Dir = path.Clean(view{of: s.process}.path(to)) // the engine does not know which there are
		return 0
	},
	"kill": killShell,
}

// killShell sends a signal to the shell itself, the one process that has a number.
func killShell(s *shell, args []string) int {
	number := syscall.SIGTERM
	if len(args) == 2 {
		n, err := signalOf(strings.TrimPrefix(args[0], "-"))
		if err != nil {
			return s.complain(2, err.Error())
		}
		number, args = n, args[1:]
	}
	if len(args) != 1 || args[0] != shellID {
		return s.complain(1, "kill: No such process")
	}
	s.process.Kill(number)
	return 0
}
