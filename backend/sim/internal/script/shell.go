package script

import (
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
	i := slices.IndexFunc(args, func(arg string) bool {
		return strings.HasPrefix(arg, "-") && strings.HasSuffix(arg, "c")
	})
	if i < 0 || i+1 >= len(args) {
		return Script{}, false
	}
	return runShell(args[i+1], env), true
}

func runShell(text string, env Environment) Script {
	var out Script
	var now time.Duration
	code := 0
	for _, s := range parseShell(text, env) {
		if s.joint == "&&" && code != 0 || s.joint == "||" && code == 0 {
			continue
		}
		if !s.opaque && s.words[0] == "exit" {
			out.Exit = &Exit{After: now, Code: s.exitCode(code)}
			return out
		}
		step, ok := s.run(env)
		if !ok {
			return out
		}
		for _, line := range step.Logs {
			line.After += now
			line.Stderr = line.Stderr || s.stderr
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

// statement is a simple command of a shell script.
type statement struct {
	joint  string // what stands between it and the one before: ";", "&&", "||"
	words  []string
	stderr bool // its output is redirected to stderr
	opaque bool // it contains what parseShell doesn't understand
}

func (s statement) run(env Environment) (Script, bool) {
	words := s.words
	if !s.opaque && words[0] == "exec" {
		words = words[1:]
	}
	if s.opaque {
		return Script{}, false
	}
	return Run(words, env)
}

func (s statement) exitCode(last int) int {
	if len(s.words) < 2 {
		return last
	}
	code, err := strconv.Atoi(s.words[1])
	if err != nil {
		return 2 // as dash does: Illegal number
	}
	return code & 0xff
}

// shellParser cuts a script into statements.
type shellParser struct {
	env     Environment
	done    []statement
	current statement
	word    strings.Builder
	quoted  bool // the word was quoted, so it counts even if empty
}

func parseShell(text string, env Environment) []statement {
	p := shellParser{env: env}
	for text != "" {
		text = p.next(text)
	}
	p.endStatement("")
	return p.done
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
			p.current.stderr = true
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
		n := 1 + strings.IndexFunc(text[1:]+" ", func(r rune) bool {
			return r != '_' && r != '{' && r != '}' && (r < '0' || r > '9') && (r|0x20 < 'a' || r|0x20 > 'z')
		})
		p.expand(text[:n])
		p.current.opaque = p.current.opaque || n == 1
		return text[n:]
	case '|', '&', '<', '>', '(', ')', '{', '}', '`', '#', '*', '?', '[':
		p.current.opaque = true
	default:
		p.word.WriteByte(text[0])
	}
	return text[1:]
}

// quote takes text up to the closing quote and returns the rest.
func (p *shellParser) quote(text string, mark byte) string {
	inside, rest, closed := strings.Cut(text, string(mark))
	p.quoted = true
	p.current.opaque = p.current.opaque || !closed
	if mark == '\'' {
		p.word.WriteString(inside)
		return rest
	}
	// A backslash, a command or an expression in double quotes is beyond us.
	p.current.opaque = p.current.opaque || strings.ContainsAny(inside, "\\`") || strings.Contains(inside, "$(")
	p.expand(inside)
	return rest
}

func (p *shellParser) expand(text string) {
	p.word.WriteString(os.Expand(text, func(name string) string { return variable(p.env, name) }))
}

func (p *shellParser) endWord() {
	if p.word.Len() > 0 || p.quoted {
		p.current.words = append(p.current.words, p.word.String())
	}
	p.word.Reset()
	p.quoted = false
}

func (p *shellParser) endStatement(joint string) {
	p.endWord()
	if len(p.current.words) > 0 || p.current.opaque {
		p.done = append(p.done, p.current)
		p.current = statement{joint: joint}
		return
	}
	if p.current.joint == "" || p.current.joint == ";" || p.current.joint == "\n" {
		p.current.joint = joint
	}
}
