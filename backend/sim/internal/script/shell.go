package script

import (
	"iter"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"
)

// shellProgram understands scripts of exit, echo, sleep, true, false and the
// other programs, joined by ; && || and line breaks, with quotes, $NAME and
// ">&2". At anything else the container goes on until it is stopped, as a shell
// that started a server would. So
//
//	sh -c "echo starting; sleep 5 && exit 3"
//
// exits 3 after five seconds, and one that ends in "nginx -g 'daemon off;'" stays.
func shellProgram(args []string, env Environment) (Script, bool) {
	text, _, ok := ShellText(args)
	if !ok {
		return Script{}, false
	}
	return runShell(text, env), true
}

// ShellText is the script among the arguments of a shell, and what follows it.
func ShellText(args []string) (text string, rest []string, ok bool) {
	i := slices.IndexFunc(args, func(arg string) bool {
		return strings.HasPrefix(arg, "-") && strings.HasSuffix(arg, "c")
	})
	if i < 0 || i+1 >= len(args) {
		return "", nil, false
	}
	return args[i+1], args[i+2:], true
}

func runShell(text string, env Environment) Script {
	var out Script
	var now time.Duration
	code := 0
	for s := range Statements(text, "", func(name string) string { return Variable(env, name) }) {
		if s.Skipped(code) {
			continue
		}
		if !s.Opaque && s.Words[0] == "exit" {
			out.Exit = &Exit{After: now, Code: s.ExitCode(code)}
			return out
		}
		step, ok := s.run(env)
		if !ok {
			return out
		}
		for _, line := range step.Logs {
			line.After += now
			line.Stderr = line.Stderr || s.Stderr
			out.Logs = append(out.Logs, line)
		}
		out = out.With(Script{Serve: step.Serve, StopCode: step.StopCode, IgnoreTerm: step.IgnoreTerm})
		if step.Exit == nil {
			return out
		}
		now += step.Exit.After
		code = step.Exit.Code
	}
	out.Exit = &Exit{After: now, Code: code}
	return out
}

// Statement is a simple command of a shell script.
type Statement struct {
	Words  []string
	Stderr bool   // its output is redirected to stderr
	Opaque bool   // it contains what Statements doesn't understand
	Long   bool   // variables are more than MaxExpanded in it, and those behind are empty
	Source string // as it is written
	Line   int    // on which it begins, from 1 on
	joint  string // what stands between it and the one before: ";", "&&", "||"
}

// Skipped reports whether it does not run after one that has an exit code.
func (s Statement) Skipped(code int) bool {
	return s.joint == "&&" && code != 0 || s.joint == "||" && code == 0
}

func (s Statement) run(env Environment) (Script, bool) {
	words := s.Words
	if !s.Opaque && words[0] == "exec" {
		words = words[1:]
	}
	if s.Opaque {
		return Script{}, false
	}
	return Run(words, env)
}

// ExitCode is that with which exit ends a shell whose last command had one.
func (s Statement) ExitCode(last int) int {
	if len(s.Words) < 2 {
		return last
	}
	code, err := strconv.Atoi(s.Words[1])
	if err != nil {
		return 2 // as dash does: Illegal number
	}
	return code & 0xff
}

// MaxExpanded is how many bytes variables may be in a statement: as many as Linux permits the words and the
// environment of a program to have, with a stack of 8 MiB. Source: execve(2).
const MaxExpanded = 2 << 20

// shellParser cuts a script into statements.
type shellParser struct {
	variable func(name string) string
	specials string // which other characters follow a $
	done     []Statement
	current  Statement
	word     strings.Builder
	quoted   bool // the word was quoted, so it counts even if empty
	expanded int  // bytes of variables in the statement
}

// Statements cuts a script into its statements, each one when those before have run: so
// variables have the values of then. The special ones are single characters, as in $?.
func Statements(text, specials string, variable func(name string) string) iter.Seq[Statement] {
	return func(yield func(Statement) bool) {
		p := shellParser{variable: variable, specials: specials}
		begin, line := text, 1
		for more := true; more; {
			if more = text != ""; more {
				text = p.next(text)
			} else {
				p.endStatement("")
			}
			if len(p.done) == 0 {
				continue
			}
			s := p.done[0]
			consumed := begin[:len(begin)-len(text)]
			s.Source = strings.Trim(consumed, ";&|\n\t ")
			s.Line = line + strings.Count(consumed[:strings.Index(consumed, s.Source)], "\n")
			line += strings.Count(consumed, "\n")
			p.done, begin = nil, text
			if !yield(s) {
				return
			}
		}
	}
}

// next takes one piece off the text and returns the rest.
func (p *shellParser) next(text string) string {
	for _, joint := range []string{"&&", "||", ";", "\n"} {
		if rest, ok := strings.CutPrefix(text, joint); ok {
			p.endStatement(joint)
			return rest
		}
	}
	for _, redirection := range []string{">&2", "1>&2", ">/dev/stderr"} {
		if rest, ok := strings.CutPrefix(text, redirection); ok && p.word.Len() == 0 {
			p.current.Stderr = true
			return rest
		}
	}
	switch text[0] {
	case ' ', '\t':
		p.endWord()
	case '\'', '"':
		return p.quote(text[1:], text[0])
	case '\\':
		if len(text) > 1 {
			p.word.WriteByte(text[1])
			return text[2:]
		}
	case '$':
		if len(text) > 1 && strings.IndexByte(p.specials, text[1]) >= 0 {
			p.expand(text[:2])
			return text[2:]
		}
		n := 1 + strings.IndexFunc(text[1:]+" ", func(r rune) bool {
			return r != '_' && r != '{' && r != '}' && (r < '0' || r > '9') && (r|0x20 < 'a' || r|0x20 > 'z')
		})
		p.expand(text[:n])
		p.current.Opaque = p.current.Opaque || n == 1
		return text[n:]
	case '|', '&', '<', '>', '(', ')', '{', '}', '`', '#', '*', '?', '[':
		p.current.Opaque = true
	default:
		p.word.WriteByte(text[0])
	}
	return text[1:]
}

// quote takes text up to the closing quote and returns the rest.
func (p *shellParser) quote(text string, mark byte) string {
	inside, rest, closed := strings.Cut(text, string(mark))
	p.quoted = true
	p.current.Opaque = p.current.Opaque || !closed
	if mark == '\'' {
		p.word.WriteString(inside)
		return rest
	}
	// A backslash, a command or an expression in double quotes is beyond us.
	p.current.Opaque = p.current.Opaque || strings.ContainsAny(inside, "\\`") || strings.Contains(inside, "$(")
	p.expand(inside)
	return rest
}

func (p *shellParser) expand(text string) {
	p.word.WriteString(os.Expand(text, func(name string) string {
		value := p.variable(name)
		if len(value) > MaxExpanded-p.expanded {
			p.current.Long = true
			return ""
		}
		p.expanded += len(value)
		return value
	}))
}

func (p *shellParser) endWord() {
	if p.word.Len() > 0 || p.quoted {
		p.current.Words = append(p.current.Words, p.word.String())
	}
	p.word.Reset()
	p.quoted = false
}

func (p *shellParser) endStatement(joint string) {
	p.endWord()
	p.expanded = 0
	if len(p.current.Words) > 0 || p.current.Opaque {
		p.done = append(p.done, p.current)
		p.current = Statement{joint: joint}
		return
	}
	if p.current.joint == "" || p.current.joint == ";" || p.current.joint == "\n" {
		p.current.joint = joint
	}
}
