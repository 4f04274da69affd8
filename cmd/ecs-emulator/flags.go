package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
)

// gone is the usage of a flag that is there only to be refused. The help leaves it out.
const gone = "gone"

// newFlags makes the flag set of a command.
func newFlags(command, arguments string, stderr io.Writer) *flag.FlagSet {
	flags := flag.NewFlagSet(command, flag.ContinueOnError)
	flags.Usage = func() {
		fmt.Fprintf(stderr, "Usage: ecs-emulator %s [flags]%s\n\n", command, arguments)
		flags.VisitAll(func(f *flag.Flag) {
			kind, text := flag.UnquoteUsage(f)
			if text == gone {
				return
			}
			fmt.Fprintf(stderr, "  --%s %s\n        %s", f.Name, kind, text)
			if f.DefValue != "" && f.DefValue != "false" {
				fmt.Fprintf(stderr, " (default %s)", f.DefValue)
			}
			fmt.Fprintf(stderr, "\n")
		})
	}
	return flags
}

// parse reads the environment, then the command line, which wins. The help is shown to
// who asks for it; a wrong flag is one line.
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
	help := flags.Usage
	flags.Usage = func() {}
	flags.SetOutput(io.Discard)
	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		help()
		return err
	case err != nil:
		return usageError{fmt.Errorf("%w; 'ecs-emulator %s -h' lists the flags", err, flags.Name())}
	}
	return nil
}
