package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
)

// version is stamped by the build.
var version = "devel"

// commands are all that the program has, in the order of its help.
func commands() []subcommand {
	return []subcommand{
		serveCommand, psCommand, logsCommand, execCommand, eventsCommand, portsCommand,
		deliveriesCommand, scalingCommand, costsCommand, whyCommand, policyFromLogCommand, listFaultsCommand, addFaultCommand, runFaultsCommand, clearFaultsCommand,
		loadCommand, clearLoadCommand,
		checkCommand, envCommand, healthCommand, doctorCommand, pruneCommand, factsCommand, completionCommand, helpCommand(), versionCommand,
	}
}

var versionCommand = subcommand{
	name:    "version",
	summary: "show the version",
	declare: func(*flagSet) action {
		return func(_ context.Context, _ []string, stdout, _ io.Writer) error {
			fmt.Fprintln(stdout, "ecs-emulator", version)
			return nil
		}
	},
}

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

// run returns the exit code: 0, 1 for what failed, 2 for a wrong command line, 3 or 4 if ps shows
// something that is not as wanted, 3 if doctor finds what does not work; exec has the command's, or 255 for what failed.
func run(args []string, stdout, stderr io.Writer) int {
	if len(args) == 0 {
		args = []string{"help"}
	}
	switch args[0] {
	case "-h", "-help", "--help":
		args = append([]string{"help"}, args[1:]...)
	case "-v", "-version", "--version":
		args = []string{"version"}
	case completionRequest:
		complete(args[1:], stdout)
		return 0
	}
	if len(args) == 2 && (args[1] == "-h" || args[1] == "--help") {
		args = []string{"help", args[0]} // "faults" is no command, but has a help
	}
	name, err := "ecs-emulator", error(nil)
	if c, rest, known := find(args); !known {
		err = unknownCommand(args)
	} else {
		name += " " + c.name
		if c.name == serveCommand.name {
			warnOfVariables(os.Environ(), stderr)
		}
		err = c.run(context.Background(), rest, stdout, stderr)
	}
	var wrong usageError
	var exit exitError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &wrong):
		fmt.Fprintf(stderr, "%s: %v\n", name, err)
		return 2
	case errors.As(err, &exit):
		if exit.why != nil {
			fmt.Fprintf(stderr, "ecs-emulator: %v\n", exit.why)
		}
		return exit.code
	default:
		fmt.Fprintf(stderr, "ecs-emulator: %v\n", err)
		return 1
	}
}
