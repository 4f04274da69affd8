package main

import (
	"context"
	"embed"
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"
)

// scripts have shells ask the program itself how a command line goes on, so that all complete alike.
//
//go:embed completion/*.sh
var scripts embed.FS

var shells = []string{"bash", "zsh", "fish"}

var completionCommand = subcommand{
	name:    "completion",
	summary: "print a script that has a shell complete commands and flags",
	examples: []example{
		{"source <(ecs-emulator completion bash)", "in ~/.bashrc; for zsh, after compinit, in ~/.zshrc"},
		{"ecs-emulator completion fish | source", "in ~/.config/fish/config.fish"},
	},
	arguments: []argument{{name: "shell", about: "bash, zsh or fish", values: shells}},
	declare: func(*flagSet) action {
		return func(_ context.Context, args []string, stdout, _ io.Writer) error {
			if !slices.Contains(shells, args[0]) {
				return usageError{fmt.Errorf("shell %q is none of %s", args[0], strings.Join(shells, ", "))}
			}
			script, err := scripts.ReadFile("completion/" + args[0] + ".sh")
			if err != nil {
				return err
			}
			_, err = stdout.Write(script)
			return err
		}
	},
}

// completionRequest is the word with which the scripts ask. It is no command, because the words behind
// it are not the program's own.
const completionRequest = "__complete"

// candidate is a word that may stand where the cursor is, and what it means.
type candidate struct{ word, meaning string }

// What the scripts complete themselves.
var (
	anyFile      = candidate{word: ":files"}
	anyDirectory = candidate{word: ":directories"}
)

// complete writes a line for each word that may stand in place of the last one, which may be empty.
func complete(words []string, out io.Writer) {
	before, typed := []string(nil), ""
	if len(words) > 0 {
		before, typed = words[:len(words)-1], words[len(words)-1]
	}
	if typed == "=" { // bash makes three words of --engine=sim
		before, typed = words, ""
	}
	for _, c := range candidates(before, typed) {
		switch {
		case c == anyFile || c == anyDirectory:
			fmt.Fprintln(out, c.word)
		case strings.HasPrefix(c.word, typed):
			fmt.Fprintf(out, "%s\t%s\n", c.word, c.meaning)
		}
	}
}

func candidates(before []string, typed string) []candidate {
	if len(before) > 0 && before[0] == "help" {
		return nextNames(before[1:])
	}
	c, rest, known := find(before)
	if !known {
		return nextNames(before)
	}
	flags := newFlags()
	c.declare(flags)
	name, given := flags.awaited(rest)
	prefix, _, assigned := strings.Cut(typed, "=")
	switch {
	case c.takesCommand() && slices.Contains(rest, "--"):
		return nil // a word of the container's
	case name != "":
		return flags.valuesOf(name, "")
	case !strings.HasPrefix(typed, "-") && len(rest) == 0:
		return append(nextNames(before), c.valuesOf(given)...)
	case !strings.HasPrefix(typed, "-"):
		return c.valuesOf(given)
	case assigned:
		return flags.valuesOf(strings.TrimLeft(prefix, "-"), prefix+"=")
	}
	return flags.named()
}

// takesCommand reports whether a command of another program stands behind two dashes.
func (c subcommand) takesCommand() bool {
	n := len(c.arguments)
	return n > 0 && c.arguments[n-1].dashed
}

// nextNames are the words that follow those of a command's name.
func nextNames(before []string) (list []candidate) {
	for _, c := range commands() {
		name := strings.Fields(c.name)
		if len(name) <= len(before) || !slices.Equal(name[:len(before)], before) {
			continue
		}
		next := candidate{name[len(before)], c.summary}
		if len(name) > len(before)+1 {
			next.meaning = "several commands"
		}
		list = append(list, next)
	}
	return slices.CompactFunc(list, func(a, b candidate) bool { return a.word == b.word })
}

// awaited is the flag whose value comes after these words, or "", and the number of arguments among
// them.
func (f *flagSet) awaited(words []string) (name string, arguments int) {
	last := "" // the flag before this word
	for _, word := range words {
		flagName := strings.TrimLeft(word, "-")
		switch {
		case word == "=":
			name = last
			continue
		case name != "":
			name = ""
		case !strings.HasPrefix(word, "-"):
			arguments++
		case f.Lookup(flagName) != nil && !isSwitch(f.Lookup(flagName)):
			name = flagName
		}
		last = flagName
	}
	return name, arguments
}

// isSwitch tells whether a flag needs no value.
func isSwitch(one *flag.Flag) bool {
	b, ok := one.Value.(interface{ IsBoolFlag() bool })
	return ok && b.IsBoolFlag()
}

// valuesOf are the values of a flag, behind prefix.
func (f *flagSet) valuesOf(name, prefix string) (list []candidate) {
	one := f.shown()[name]
	if one == nil {
		return nil
	}
	values, _ := flag.UnquoteUsage(one)
	if isSwitch(one) {
		return []candidate{{prefix + "true", ""}, {prefix + "false", ""}}
	}
	for _, value := range f.values[name] {
		list = append(list, candidate{prefix + value, "--" + name})
	}
	return append(list, paths(values)...)
}

func (f *flagSet) named() (list []candidate) {
	for _, group := range f.grouped() {
		for _, name := range group.names {
			_, meaning := flag.UnquoteUsage(f.Lookup(name))
			meaning, _, _ = strings.Cut(meaning, ";")
			meaning, _, _ = strings.Cut(meaning, ":")
			list = append(list, candidate{"--" + name, meaning})
		}
	}
	return list
}

// valuesOf are the values of the argument that follows given others.
func (c subcommand) valuesOf(given int) (list []candidate) {
	if n := len(c.arguments); given >= n && (n == 0 || !c.arguments[n-1].repeated) {
		return nil
	}
	a := c.arguments[min(given, len(c.arguments)-1)]
	for _, value := range a.values {
		list = append(list, candidate{value, a.name})
	}
	return append(list, paths(a.name)...)
}

// paths are those that a value of that name may be.
func paths(name string) []candidate {
	switch name {
	case "file", "path":
		return []candidate{anyFile}
	case "directory":
		return []candidate{anyDirectory}
	}
	return nil
}
