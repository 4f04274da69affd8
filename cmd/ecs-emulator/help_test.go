package main

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// said runs a command line that succeeds, and returns what it prints.
func said(t *testing.T, line string) string {
	t.Helper()
	var stdout, stderr strings.Builder
	if code := run(strings.Fields(line), &stdout, &stderr); code != 0 || stderr.Len() > 0 {
		t.Fatalf("%s ends with %d: %s", line, code, &stderr)
	}
	return stdout.String()
}

func TestHelpListsAllCommands(t *testing.T) {
	list := said(t, "help")
	for _, line := range []string{"", "-h", "--help"} {
		if got := said(t, line); got != list {
			t.Errorf("%q says %q, help %q", line, got, list)
		}
	}
	for _, c := range commands() {
		if !strings.Contains(list, "\n  "+c.name+" ") {
			t.Errorf("help does not list %s: %s", c.name, list)
		}
	}
	for line := range strings.Lines(list) {
		if width := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); width > helpWidth {
			t.Errorf("help: %d columns: %s", width, line)
		}
	}
	if strings.Index(list, "\n  load  ") > strings.Index(list, "\n  load clear ") {
		t.Errorf("help lists load after load clear: %s", list)
	}
	faults := said(t, "faults -h")
	if !strings.Contains(faults, "faults add ") || strings.Contains(faults, "serve ") {
		t.Errorf("faults -h says %s", faults)
	}
}

// TestEachCommandExplainsItself demands a help of lines that a terminal of 80 columns shows, with
// examples that have no flag that is not there.
func TestEachCommandExplainsItself(t *testing.T) {
	for _, c := range commands() {
		help := said(t, "help "+c.name)
		if got := said(t, c.name+" -h"); c.name != "help" && got != help {
			t.Errorf("%s -h says %s, help %s", c.name, got, help)
		}
		for line := range strings.Lines(help) {
			if width := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); width > helpWidth {
				t.Errorf("%s: %d columns: %s", c.name, width, line)
			}
		}
		flags := newFlags()
		c.declare(flags)
		for _, e := range c.examples {
			own, _, _ := strings.Cut(e.line, " -- ") // and not of the container's command
			for word := range strings.FieldsSeq(own) {
				name, isFlag := strings.CutPrefix(word, "--")
				if name, _, _ = strings.Cut(name, "="); isFlag && flags.shown()[name] == nil {
					t.Errorf("%s: the example %q has a flag that is not there", c.name, e.line)
				}
			}
			if !strings.Contains(e.line, "ecs-emulator "+c.name) {
				t.Errorf("%s: %q is an example of another command", c.name, e.line)
			}
		}
	}
}

func TestHelpOfACommandAndThoseThatBeginWithIt(t *testing.T) {
	for _, line := range []string{"load -h", "help load"} {
		if help := said(t, line); !strings.Contains(help, "--memory MiB") || !strings.Contains(help, "\n  load clear ") {
			t.Errorf("%s says %s", line, help)
		}
	}
}

func TestHelpShowsDefaultsAndNoFlagThatIsGone(t *testing.T) {
	help := said(t, "serve -h")
	for text, want := range map[string]bool{"(default\n": true, "--on-exit what ": true, "\nData and logs:\n": true, "public-addresses": false} {
		if strings.Contains(help, text) != want {
			t.Errorf("contains %q: %t: %s", text, !want, help)
		}
	}
}

// Arguments may stand before flags, between them, and behind two dashes.
func TestArgumentsStandAnywhere(t *testing.T) {
	for line, want := range map[string]string{
		"a --follow b":           "a b true",
		"--follow a b":           "a b true",
		"-follow=false a -- b":   "a b false",
		"-- --follow b":          "--follow b false",
		"a b --follow":           "a b true",
		"a -- --follow --tail 3": "a --follow --tail 3 false",
	} {
		flags := newFlags()
		follow := flags.Bool("follow", false, "")
		args, err := flags.parse(strings.Fields(line))
		got := strings.Join(args, " ")
		if *follow {
			got += " true"
		} else {
			got += " false"
		}
		if err != nil || got != want {
			t.Errorf("%s: %s, %v; want %s", line, got, err, want)
		}
	}
}
