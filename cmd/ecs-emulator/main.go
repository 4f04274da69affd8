// Command ecs-emulator is Amazon ECS on your own machine.
//
//	ecs-emulator serve                      start the endpoint
//	ecs-emulator logs <task> [container]    show a container's output
//	ecs-emulator events                     show events of tasks and container instances
//	ecs-emulator ports                      show which ports of this host lead to which tasks
//	ecs-emulator faults list | add | clear  have pulls, starts, containers, the engine fail
//	ecs-emulator health                     show whether tasks can run
//	ecs-emulator prune                      show or remove what emulators have on Docker
//	ecs-emulator version                    show the version
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
)

// version is stamped by the build.
var version = "devel"

const usage = `ecs-emulator is Amazon ECS on your own machine.

Usage:

  ecs-emulator serve [flags]                     start the endpoint
  ecs-emulator logs [flags] <task> [container]   show the output of a container
  ecs-emulator events [flags]                    show events of tasks and instances, as JSON
  ecs-emulator ports [flags] [task]              show which ports of this host lead to which tasks
  ecs-emulator faults list                       list the faults
  ecs-emulator faults add [flags] <kind>         add a fault
  ecs-emulator faults clear [id]                 end one fault, or all
  ecs-emulator health [flags]                    show whether tasks can run; exit code 1 if they cannot
  ecs-emulator prune [flags]                     show what emulators have on Docker, or remove it
  ecs-emulator version                           show the version

Kinds of faults: ` + faultKinds + `.

'ecs-emulator <command> -h' lists the flags of a command. Each flag can be given
as an environment variable as well: --data-dir is ECS_EMULATOR_DATA_DIR.
`

// commands by name; each gets the arguments after its name.
var commands = map[string]func(ctx context.Context, args []string, stdout, stderr io.Writer) error{
	"serve":   serve,
	"logs":    logs,
	"events":  events,
	"ports":   ports,
	"faults":  faults,
	"health":  health,
	"prune":   prune,
	"version": showVersion,
}

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

// run returns the exit code: 0, 1 for what failed, 2 for a wrong command line.
func run(args []string, stdout, stderr io.Writer) int {
	if len(args) == 0 || args[0] == "help" || args[0] == "-h" || args[0] == "--help" {
		fmt.Fprint(stdout, usage)
		return 0
	}
	if args[0] == "--version" || args[0] == "-v" {
		args = []string{"version"}
	}
	command, known := commands[args[0]]
	if !known {
		fmt.Fprintf(stderr, "ecs-emulator: no command %q; 'ecs-emulator help' lists them\n", args[0])
		return 2
	}
	err := command(context.Background(), args[1:], stdout, stderr)
	var wrong usageError
	switch {
	case err == nil, errors.Is(err, flag.ErrHelp):
		return 0
	case errors.As(err, &wrong):
		fmt.Fprintf(stderr, "ecs-emulator %s: %v\n", args[0], err)
		return 2
	default:
		fmt.Fprintf(stderr, "ecs-emulator: %v\n", err)
		return 1
	}
}

// usageError is a command line that makes no sense.
type usageError struct{ error }

func showVersion(_ context.Context, _ []string, stdout, _ io.Writer) error {
	fmt.Fprintln(stdout, "ecs-emulator", version)
	return nil
}
