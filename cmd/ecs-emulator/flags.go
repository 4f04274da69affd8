package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
)

// newFlags makes the flag set of a command.
func newFlags(command, arguments string, stderr io.Writer) *flag.FlagSet {
	flags := flag.NewFlagSet(command, flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.Usage = func() {
		fmt.Fprintf(stderr, "Usage: ecs-emulator %s [flags]%s\n\n", command, arguments)
		flags.VisitAll(func(f *flag.Flag) {
			kind, text := flag.UnquoteUsage(f)
			fmt.Fprintf(stderr, "  --%s %s\n        %s", f.Name, kind, text)
			if f.DefValue != "" && f.DefValue != "false" {
				fmt.Fprintf(stderr, " (default %s)", f.DefValue)
			}
			fmt.Fprintf(stderr, "\n")
		})
	}
	return flags
}

// parse reads the environment, then the command line, which wins.
func parse(flags *flag.FlagSet, args []string) error {
	var wrong error
	flags.VisitAll(func(f *flag.Flag) {
		name := "ECS_EMULATOR_" + strings.ToUpper(strings.ReplaceAll(f.Name, "-", "_"))
		if value, set := os.LookupEnv(name); set && wrong == nil {
			if err := flags.Set(f.Name, value); err != nil {
				wrong = usageError{fmt.Errorf("environment variable %s: %w", name, err)}
			}
		}
	})
	if wrong != nil {
		return wrong
	}
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return err
		}
		return usageError{err}
	}
	return nil
}
