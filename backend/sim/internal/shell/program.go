package shell

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"github.com/ecs-emulator/ecs-emulator/backend/sim/internal/process"
	"github.com/ecs-emulator/ecs-emulator/backend/sim/internal/script"
)

// program is one that sessions have beside those of containers.
type program func(ctx context.Context, c Container, p *process.Process) int

// programs are known by their base name:
//
//	sh, bash, ash        a shell; with -c a script, without one what is read, line by line
//	each                 runs what is read, see each
//	cat [file]…          copies the standard input, or files that were written
//	stty size            rows and columns of the terminal
//	id, whoami           root
//	pwd, hostname, printenv [name], clear
//	env [K=V]… [program] variables, or a program with more of them
//	noise <n>            n bytes, ever the same ones
//	hangup <path>        writes a file when its terminal hangs up
//	die <signal>         ends by a signal, by its number
var programs map[string]program

func init() { // the shell runs programs
	programs = map[string]program{
		"sh": shellProgram, "bash": shellProgram, "ash": shellProgram,
		"each":     each,
		"cat":      cat,
		"stty":     stty,
		"id":       id,
		"whoami":   prints(func(Container, *process.Process) string { return "root" }),
		"pwd":      prints(func(_ Container, p *process.Process) string { return p.Dir }),
		"hostname": prints(func(c Container, _ *process.Process) string { return c.Hostname() }),
		"echo":     echo,
		"env":      env,
		"printenv": printenv,
		"clear":    clearScreen,
		"noise":    noise,
		"hangup":   hangup,
		"die":      die,
	}
}

// prints is a program that writes a line.
func prints(line func(Container, *process.Process) string) program {
	return func(_ context.Context, c Container, p *process.Process) int {
		fmt.Fprintln(p.Stdout, line(c, p))
		return 0
	}
}

func cat(_ context.Context, c Container, p *process.Process) int {
	names := p.Args[1:]
	if len(names) == 0 {
		names = []string{"-"}
	}
	code := 0
	for _, name := range names {
		var from io.Reader = p.Stdin
		if name != "-" {
			lines, exists := c.ReadFile(name)
			if !exists {
				fmt.Fprintf(p.Stderr, "cat: %s: No such file or directory\n", name)
				code = 1
				continue
			}
			from = strings.NewReader(strings.Join(lines, "\n") + "\n")
		}
		if _, err := io.Copy(p.Stdout, from); err != nil {
			return 1
		}
	}
	return code
}

// each reads lines of a name and a program with its arguments, runs each, and prints the name, the exit code
// and what was written.
func each(ctx context.Context, c Container, p *process.Process) int {
	for {
		line, err := p.ReadLine(ctx)
		if err != nil {
			return 0
		}
		words := strings.Fields(line)
		if len(words) < 2 {
			fmt.Fprintf(p.Stderr, "no name and program: %q\n", line)
			return 1
		}
		program := c.find(words[1:])
		if program == nil {
			program = unknown(words[1])
		}
		var written bytes.Buffer
		code := p.Foreground(ctx, program, func(child *process.Process) {
			child.Args, child.Stdin, child.Stdout, child.Stderr = words[1:], strings.NewReader(""), &written, &written
		})
		if _, err := fmt.Fprintf(p.Stdout, "%s %d %q\n", words[0], code, written.String()); err != nil {
			return 1
		}
	}
}

func stty(_ context.Context, _ Container, p *process.Process) int {
	size, terminal := p.Size()
	switch {
	case !terminal:
		fmt.Fprintln(p.Stderr, "stty: 'standard input': Inappropriate ioctl for device")
		return 1
	case !slices.Equal(p.Args[1:], []string{"size"}):
		fmt.Fprintln(p.Stderr, "stty: the simulated engine knows no settings of terminals but size")
		return 1
	}
	fmt.Fprintln(p.Stdout, size.Rows, size.Columns)
	return 0
}

func id(_ context.Context, _ Container, p *process.Process) int {
	text := "uid=0(root) gid=0(root) groups=0(root)"
	if len(p.Args) > 1 { // -u, -g
		text = "0"
	}
	fmt.Fprintln(p.Stdout, text)
	return 0
}

func echo(_ context.Context, _ Container, p *process.Process) int {
	words, end := p.Args[1:], "\n"
	if len(words) > 0 && words[0] == "-n" {
		words, end = words[1:], ""
	}
	io.WriteString(p.Stdout, strings.Join(words, " ")+end) //nolint:errcheck // the session is over
	return 0
}

func env(ctx context.Context, c Container, p *process.Process) int {
	variables, words := assignments(p.Args[1:])
	if len(words) == 0 {
		p.Env = append(slices.Clip(p.Env), variables...)
		does, _ := script.Run(p.Args[:1], c)
		return play(ctx, p, does)
	}
	program := c.find(words)
	if program == nil {
		fmt.Fprintf(p.Stderr, "env: '%s': No such file or directory\n", words[0])
		return notFound
	}
	return p.Foreground(ctx, program, func(child *process.Process) {
		child.Args = words
		child.Env = append(slices.Clip(child.Env), variables...)
	})
}

func printenv(_ context.Context, _ Container, p *process.Process) int {
	code := 0
	if len(p.Args) > 1 {
		code = 1
	}
	for i, variable := range p.Env {
		name, value, _ := strings.Cut(variable, "=")
		later := slices.ContainsFunc(p.Env[i+1:], func(other string) bool { return strings.HasPrefix(other, name+"=") })
		switch {
		case later:
		case len(p.Args) == 1:
			fmt.Fprintln(p.Stdout, variable)
		case name == p.Args[1]:
			fmt.Fprintln(p.Stdout, value)
			code = 0
		}
	}
	return code
}

func clearScreen(_ context.Context, _ Container, p *process.Process) int {
	io.WriteString(p.Stdout, "\x1b[H\x1b[2J\x1b[3J") //nolint:errcheck // the session is over
	return 0
}

func noise(_ context.Context, _ Container, p *process.Process) int {
	n := int64(0)
	if len(p.Args) == 2 {
		n, _ = strconv.ParseInt(p.Args[1], 10, 64)
	}
	if _, err := io.CopyN(p.Stdout, rand.NewChaCha8([32]byte{}), n); err != nil {
		return 1
	}
	return 0
}

func hangup(ctx context.Context, c Container, p *process.Process) int {
	if len(p.Args) != 2 {
		return 2
	}
	fmt.Fprintln(p.Stdout, "waiting")
	<-ctx.Done()
	c.WriteFile(p.Args[1], context.Cause(ctx).Error())
	return 0
}

func die(ctx context.Context, _ Container, p *process.Process) int {
	if len(p.Args) != 2 {
		return 2
	}
	number, err := signalOf(p.Args[1])
	if err != nil {
		fmt.Fprintln(p.Stderr, err)
		return 2
	}
	p.Kill(number)
	<-ctx.Done()
	return 0
}

// signalOf is a signal by its number or its name.
func signalOf(text string) (syscall.Signal, error) {
	names := map[string]syscall.Signal{"HUP": 1, "INT": 2, "QUIT": 3, "KILL": 9, "TERM": 15}
	if number, ok := names[strings.TrimPrefix(strings.ToUpper(text), "SIG")]; ok {
		return number, nil
	}
	number, err := strconv.Atoi(text)
	if err != nil || number < 1 || number > 64 {
		return 0, fmt.Errorf("invalid signal number or name: %s", text)
	}
	return syscall.Signal(number), nil
}
