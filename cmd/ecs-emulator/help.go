package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"strings"
)

// helpCommand is a function, as all that reads the table of commands: the table has it.
func helpCommand() subcommand {
	return subcommand{
		name:      "help",
		summary:   "explain a command, its flags and arguments",
		examples:  []example{{"ecs-emulator help serve", "as ecs-emulator serve -h"}, {"ecs-emulator help faults add", ""}},
		arguments: []argument{{name: "command", about: "its name; without one, all are listed", optional: true, repeated: true}},
		declare: func(*flagSet) action {
			return func(_ context.Context, args []string, stdout, _ io.Writer) error {
				text, err := helpOn(args)
				fmt.Fprint(stdout, text)
				return err
			}
		},
	}
}

// helpOn explains the command of that name, or lists those whose names begin with it.
func helpOn(name []string) (string, error) {
	if len(name) == 0 {
		return "Amazon ECS on your own machine.\n\nUsage: ecs-emulator <command> [flags] [arguments]\n\n" + listed("") + firstSteps + helpFooter, nil
	}
	if list := listed(name[0]); list != "" && len(name) == 1 {
		if c, _, known := find(name); known { // load, beside load clear
			return c.help() + "\nBeside it:\n" + list, nil
		}
		return "Usage: ecs-emulator " + name[0] + " <command> [flags] [arguments]\n\n" + list + helpFooter, nil
	}
	c, _, known := find(name)
	if !known {
		return "", unknownCommand(name)
	}
	return c.help(), nil
}

const firstSteps = `
Begin with 'ecs-emulator serve', and in another terminal point clients there:

  export AWS_ENDPOINT_URL=http://127.0.0.1:4577 AWS_DEFAULT_REGION=us-east-1
  export AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test
  aws ecs list-clusters
`

const helpFooter = `
'ecs-emulator help <command>' explains a command, its flags and arguments. Each
flag can be set by an environment variable: --data-dir is ECS_EMULATOR_DATA_DIR.
`

// listed has a line for each command whose name begins with that word; "" for all.
func listed(first string) string {
	var list strings.Builder
	for _, c := range commands() {
		if word, _, several := strings.Cut(c.name, " "); first == "" || several && word == first {
			list.WriteString(entry(listIndent, c.name, c.summary))
		}
	}
	return list.String()
}

// find returns the command that the words begin with, and the words behind its name.
func find(words []string) (c subcommand, rest []string, ok bool) {
	for _, one := range commands() {
		name := strings.Fields(one.name)
		if len(words) >= len(name) && strings.Join(words[:len(name)], " ") == one.name && len(one.name) > len(c.name) {
			c, rest, ok = one, words[len(name):], true // load clear, not load
		}
	}
	return c, rest, ok
}

// unknownCommand explains that the words begin with no command.
func unknownCommand(words []string) error { return usageError{whyUnknown(words)} }

func whyUnknown(words []string) error {
	if strings.HasPrefix(words[0], "-") {
		return fmt.Errorf("%s stands before the command: write ecs-emulator <command> [flags]", words[0])
	}
	var seconds, names []string
	for _, c := range commands() {
		first, second, _ := strings.Cut(c.name, " ")
		if first == words[0] {
			seconds = append(seconds, second)
		}
		names = append(names, first)
	}
	if len(seconds) == 0 {
		return fmt.Errorf("unknown command %q; %s", words[0], hint(words[0], names, "", "'ecs-emulator help' lists them"))
	}
	if len(words) == 1 {
		return fmt.Errorf("%s is incomplete: follow it with %s", words[0], strings.Join(seconds, ", "))
	}
	return fmt.Errorf("unknown command %q; %s", words[0]+" "+words[1],
		hint(words[1], seconds, words[0]+" ", "'ecs-emulator help "+words[0]+"' lists them"))
}

// warnOfVariables names variables of an environment that are meant for flags and set none. Variables of flags that are gone
// have an error of their own.
func warnOfVariables(environment []string, stderr io.Writer) {
	known := map[string]bool{}
	for _, c := range commands() {
		flags := newFlags()
		c.declare(flags)
		flags.VisitAll(func(one *flag.Flag) {
			known[strings.TrimPrefix(flags.environmentVariable(one.Name), variablePrefix)] = flags.gone[one.Name] == ""
		})
	}
	for _, text := range unknownVariables(environment, known) {
		fmt.Fprintln(stderr, "ecs-emulator: warning: environment variable", text)
	}
}
