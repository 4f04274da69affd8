package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/lazyregexp"
)

// flagSet are the flags of a command, with what help and completion say of them.
type flagSet struct {
	*flag.FlagSet
	groups []flagGroup
	// values are those that shells complete a flag with; those that are checked allow no other.
	values  map[string][]string
	checked map[string]bool
	// gone has for each flag of an earlier version why it is refused.
	gone map[string]string
	// letters has for a flag of one letter the flag that it is the same as.
	letters map[string]string
	// variables has for a flag the environment variable that sets it, if that is not named as usual.
	variables map[string]string
	help      bool // whether -h was given
	// dashes is how many arguments stand before two dashes, or -1 where there are none.
	dashes int
}

// flagGroup is a part of a command's help.
type flagGroup struct {
	title string
	names []string
}

func newFlags() *flagSet {
	f := &flagSet{FlagSet: flag.NewFlagSet("", flag.ContinueOnError), values: map[string][]string{}, checked: map[string]bool{}, gone: map[string]string{}, letters: map[string]string{}, variables: map[string]string{}, dashes: -1}
	f.SetOutput(io.Discard)
	f.Usage = func() {}
	return f
}

// group has the help show what declare declares under a title.
func (f *flagSet) group(title string, declare func()) {
	before := map[string]bool{}
	f.VisitAll(func(one *flag.Flag) { before[one.Name] = true })
	declare()
	group := flagGroup{title: title}
	f.VisitAll(func(one *flag.Flag) {
		if !before[one.Name] {
			group.names = append(group.names, one.Name)
		}
	})
	f.groups = append(f.groups, group)
}

// suggest names values of a flag that shells complete; it may have others.
func (f *flagSet) suggest(name string, values ...string) { f.values[name] = values }

// choice names all values of a flag; its default is allowed as well.
func (f *flagSet) choice(name string, values ...string) {
	f.values[name], f.checked[name] = values, true
}

// isGone declares a flag of an earlier version, which is refused. No help shows it.
func (f *flagSet) isGone(name, why string) {
	f.BoolFunc(name, "", func(string) error { return nil })
	f.gone[name] = why
}

// short declares a letter that stands for a flag: -f for --follow.
func (f *flagSet) short(letter, name string) {
	f.Var(f.Lookup(name).Value, letter, "")
	f.letters[letter] = name
}

// variable names the environment variable of a flag that another command has with another meaning.
func (f *flagSet) variable(flag, name string) { f.variables[flag] = name }

// letter is the one that stands for a flag, or "".
func (f *flagSet) letter(name string) string {
	for letter, same := range f.letters {
		if same == name {
			return letter
		}
	}
	return ""
}

// shown are the flags that are not gone, by their names.
func (f *flagSet) shown() map[string]*flag.Flag {
	all := map[string]*flag.Flag{}
	f.VisitAll(func(one *flag.Flag) {
		if f.gone[one.Name] == "" && f.letters[one.Name] == "" {
			all[one.Name] = one
		}
	})
	return all
}

// parse reads the environment, then the command line, which wins, and returns the arguments, which
// may stand before, between and behind flags.
func (f *flagSet) parse(args []string) (arguments []string, err error) {
	if err := f.readEnvironment(); err != nil {
		return nil, err
	}
	for all := args; ; {
		switch err := f.Parse(args); {
		case errors.Is(err, flag.ErrHelp):
			f.help = true
			return nil, nil
		case err != nil:
			return nil, usageError{f.explain(err)}
		}
		read := len(args) - f.NArg()
		dashed := read > 0 && args[read-1] == "--"
		if dashed {
			f.dashes = len(arguments)
		}
		if f.NArg() == 0 || dashed {
			return append(arguments, f.Args()...), f.check(all)
		}
		arguments = append(arguments, f.Arg(0))
		args = f.Args()[1:]
	}
}

func (f *flagSet) readEnvironment() (wrong error) {
	f.VisitAll(func(one *flag.Flag) {
		name := f.environmentVariable(one.Name)
		if value, set := os.LookupEnv(name); set && wrong == nil && f.letters[one.Name] == "" {
			if err := f.Set(one.Name, value); err != nil {
				wrong = usageError{fmt.Errorf("environment variable %s: %s", name, f.notRead(one.Name, value, err.Error()))}
			}
			if added, is := one.Value.(*places); is {
				added.fromEnvironment()
			}
		}
	})
	return wrong
}

func (f *flagSet) environmentVariable(name string) string {
	if own := f.variables[name]; own != "" {
		return own
	}
	return variablePrefix + strings.ToUpper(strings.ReplaceAll(name, "-", "_"))
}

// oneDash is how package flag writes a flag.
var oneDash = regexp.MustCompile(`(for|flag) -([a-z0-9])`)

// cannotRead is what package flag says of a value that is no number, or no true or false.
var cannotRead = lazyregexp.New(`^invalid (?:boolean )?value ("(?:[^"\\]|\\.)*") for (?:flag )?-([^:]+): (parse error|value out of range)$`)

// notRead says why a flag cannot have a value: package flag says of a number no more than that it cannot be read.
func (f *flagSet) notRead(name, value, why string) string {
	switch why {
	case "value out of range":
		return fmt.Sprintf("%q is out of range", value)
	case "parse error":
		return fmt.Sprintf("%q is %s", value, f.noKind(name))
	}
	return why
}

func (f *flagSet) noKind(name string) string {
	var kind any
	if getter, ok := f.Lookup(name).Value.(flag.Getter); ok {
		kind = getter.Get()
	}
	switch kind.(type) {
	case bool:
		return "neither true nor false"
	case float64:
		return "no number"
	case time.Duration:
		return "no duration such as 30s or 2m"
	}
	return "no whole number"
}

// explain says what is wrong with a command line: package flag's words, but for a flag that does not
// exist or has no value, and with the two dashes that users see elsewhere.
func (f *flagSet) explain(err error) error {
	if name, unknown := strings.CutPrefix(err.Error(), "flag provided but not defined: -"); unknown {
		return fmt.Errorf("unknown flag --%s; %s", name, hint(name, slices.Sorted(maps.Keys(f.shown())), "--", "-h lists them"))
	}
	if name, alone := strings.CutPrefix(err.Error(), "flag needs an argument: -"); alone {
		return errors.New(f.needsValue(name))
	}
	if parts := cannotRead.FindStringSubmatch(err.Error()); parts != nil {
		if value, err := strconv.Unquote(parts[1]); err == nil {
			return fmt.Errorf("%s%s: %s", f.dash(parts[2]), parts[2], f.notRead(parts[2], value, parts[3]))
		}
	}
	return errors.New(oneDash.ReplaceAllString(err.Error(), "$1 --$2"))
}

// dash is what stands before the name of a flag.
func (f *flagSet) dash(name string) string {
	if f.letters[name] != "" {
		return "-"
	}
	return "--"
}

// needsValue says so of a flag, in the words of its help.
func (f *flagSet) needsValue(name string) string {
	kind, _ := flag.UnquoteUsage(f.Lookup(name))
	return fmt.Sprintf("%[1]s needs a value: %[1]s <%[2]s>", f.dash(name)+name, kind)
}

// takesFlag reports whether a flag without a value has taken the next flag for it.
func (f *flagSet) takesFlag(one *flag.Flag, args []string) bool {
	name, dashed := strings.CutPrefix(one.Value.String(), "--")
	i := slices.Index(args, one.Value.String())
	return dashed && f.Lookup(name) != nil && i > 0 && strings.TrimLeft(args[i-1], "-") == one.Name
}

// check refuses flags that are gone or have another flag for their value, and values that are none of
// a choice.
func (f *flagSet) check(args []string) (wrong error) {
	f.Visit(func(one *flag.Flag) {
		value := one.Value.String()
		switch {
		case wrong != nil:
		case f.gone[one.Name] != "":
			wrong = usageError{fmt.Errorf("--%s (%s) no longer exists, %s", one.Name, f.environmentVariable(one.Name), f.gone[one.Name])}
		case f.takesFlag(one, args):
			wrong = usageError{fmt.Errorf("%s; write --%s=%s if it is that", f.needsValue(one.Name), one.Name, value)}
		case f.checked[one.Name] && value != one.DefValue && !slices.Contains(f.values[one.Name], value):
			wrong = usageError{fmt.Errorf("--%s %q is none of %s", one.Name, value, strings.Join(f.values[one.Name], ", "))}
		}
	})
	return wrong
}
