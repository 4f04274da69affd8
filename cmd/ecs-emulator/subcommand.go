package main

import (
	"context"
	"fmt"
	"io"
)

// subcommand is one command of the program. The program's help, the completion of shells, the
// reference in docs and the choice of what runs all read it.
type subcommand struct {
	// name is what users type: "logs", or "faults add" for one of several with a first word in common.
	name string
	// summary says what it does in some 60 letters, in the imperative.
	summary string
	// examples are command lines, each with what it does.
	examples  []example
	arguments []argument
	// declare declares the flags, and returns what the command does once they are set.
	declare func(*flagSet) action
}

type example struct{ line, does string }

// argument is one that is no flag. Those that are optional come last.
type argument struct {
	// name stands for it in the help. If it is file or directory, shells complete it with those.
	name string
	// about says what it may be.
	about    string
	values   []string // that shells complete it with
	optional bool
	repeated bool // only of the last one
	dashed   bool // it stands behind two dashes; only of the last one
}

// action does what a command is for. It gets an argument for each that the command has, those that
// are not given being empty; a repeated one is all that were given.
type action func(ctx context.Context, args []string, stdout, stderr io.Writer) error

// asking declares a command that has no flag but the endpoint.
func asking(show func(ctx context.Context, endpoint string, args []string, stdout io.Writer) error) func(*flagSet) action {
	return func(flags *flagSet) action {
		endpoint := endpointFlag(flags)
		return func(ctx context.Context, args []string, stdout, _ io.Writer) error {
			return show(ctx, *endpoint, args, stdout)
		}
	}
}

// run reads the flags and the arguments, and acts.
func (c subcommand) run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	flags := newFlags()
	act := c.declare(flags)
	args, err := flags.parse(args)
	switch {
	case err != nil:
		return err
	case flags.help:
		fmt.Fprint(stdout, c.help())
		return nil
	}
	if args, err = c.settle(args); err != nil {
		return err
	}
	return act(ctx, args, stdout, stderr)
}

// settle checks how many arguments there are, and adds those that were left out. One that is there and empty is none of
// these: it is most often a variable of a shell that is not set, and the default may be all things.
func (c subcommand) settle(args []string) ([]string, error) {
	for i, a := range c.arguments {
		if i < len(args) && args[i] == "" && !a.dashed {
			return nil, usageError{fmt.Errorf("%s is empty, as by a variable that is not set: %s", a, a.about)}
		}
		if i == len(args) && a.repeated && a.optional {
			break
		}
		if i == len(args) && !a.optional {
			return nil, usageError{fmt.Errorf("%s is missing: %s", a, a.about)}
		}
		if i == len(args) {
			args = append(args, "")
		}
	}
	if n := len(c.arguments); len(args) > n && (n == 0 || !c.arguments[n-1].repeated) {
		return nil, usageError{fmt.Errorf("unexpected argument %q", args[n])}
	}
	return args, nil
}

// String is the argument as the usage shows it.
func (a argument) String() string {
	if a.dashed {
		return "[-- <" + a.name + ">]"
	}
	text := "<" + a.name + ">"
	if a.optional {
		text = "[" + a.name + "]"
	}
	if a.repeated {
		text += "..."
	}
	return text
}
