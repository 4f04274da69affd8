package main

import (
	"flag"
	"fmt"
	"slices"
	"strings"
)

// helpWidth is the width of a small terminal.
const helpWidth = 80

// What commands and flags mean begins at these columns.
const (
	listIndent = 19
	helpIndent = 28
)

// usage is the first line of the help.
func (c subcommand) usage(flags *flagSet) string {
	words := []string{"ecs-emulator", c.name}
	if len(flags.shown()) > 0 {
		words = append(words, "[flags]")
	}
	for _, a := range c.arguments {
		words = append(words, a.String())
	}
	return strings.Join(words, " ")
}

// help explains the command.
func (c subcommand) help() string {
	flags := newFlags()
	c.declare(flags)
	var text strings.Builder
	fmt.Fprintf(&text, "Usage: %s\n\n%s\n", c.usage(flags), c.about())
	if len(c.arguments) > 0 {
		text.WriteString("\nArguments:\n")
		for _, a := range c.arguments {
			text.WriteString(entry(helpIndent, a.name, a.about))
		}
	}
	off := false
	shown := flags.shown()
	for _, group := range flags.grouped() {
		fmt.Fprintf(&text, "\n%s:\n", group.title)
		for _, name := range group.names {
			value, meaning := describe(shown[name])
			call := "--" + name
			if letter := flags.letter(name); letter != "" {
				call = "-" + letter + ", " + call
			}
			text.WriteString(entry(helpIndent, strings.TrimSpace(call+" "+value), meaning))
			off = off || value == "" && shown[name].DefValue == "true"
		}
	}
	if off {
		text.WriteString("\nTurn off a flag whose default is true so: --local-ports=false.\n")
	}
	if len(c.examples) > 0 {
		text.WriteString("\nExamples:\n")
		for _, e := range c.examples {
			if e.does != "" {
				fmt.Fprintf(&text, "  # %s\n", e.does)
			}
			fmt.Fprintf(&text, "  %s\n", e.line)
		}
	}
	return text.String()
}

// about is the summary as a sentence.
func (c subcommand) about() string { return strings.ToUpper(c.summary[:1]) + c.summary[1:] + "." }

// grouped are the groups of flags that are shown, first those that no group has.
func (f *flagSet) grouped() (groups []flagGroup) {
	rest := f.shown()
	for _, group := range f.groups {
		group.names = slices.DeleteFunc(slices.Clone(group.names), func(name string) bool { return rest[name] == nil })
		for _, name := range group.names {
			delete(rest, name)
		}
		groups = append(groups, group)
	}
	if len(rest) == 0 {
		return groups
	}
	other := flagGroup{title: "Flags"}
	f.VisitAll(func(one *flag.Flag) {
		if rest[one.Name] != nil {
			other.names = append(other.names, one.Name)
		}
	})
	return append([]flagGroup{other}, groups...)
}

// describe returns the name of a flag's value, and what the flag means, with its default.
func describe(one *flag.Flag) (value, meaning string) {
	value, meaning = flag.UnquoteUsage(one)
	if !slices.Contains([]string{"", "false", "0", "0s"}, one.DefValue) {
		meaning += " (default " + one.DefValue + ")"
	}
	return value, meaning
}

// entry is a name and what it means beside it, from that column on, in as many lines as it takes.
func entry(indent int, name, meaning string) string {
	text := "  " + name
	if len(text) > indent-2 {
		text += "\n"
	}
	column := len(text)
	if strings.HasSuffix(text, "\n") {
		column = 0
	}
	text += strings.Repeat(" ", indent-column)
	column = indent
	for i, word := range strings.Fields(meaning) {
		switch {
		case i == 0:
		case column+1+len(word) > helpWidth:
			text += "\n" + strings.Repeat(" ", indent)
			column = indent
		default:
			text += " "
			column++
		}
		text += word
		column += len(word)
	}
	return text + "\n"
}
