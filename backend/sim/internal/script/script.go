// Package script says what the containers of the simulated engine do: by rules, labels, commands and
// the names of images.
package script

import (
	"cmp"
	"maps"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend/sim/internal/process"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sorting"
)

// Script is what a container does. It is put together from these sources, of
// which each overrides the ones after it, field by field unless said otherwise:
//
//   - rules, of sim.Options.Scripts and sim.Engine.Script, by image
//   - labels on the container, see LabelPrefix
//   - its command, which overrides the next two as a whole:
//     true, false, exit <code>, sleep <duration>, echo <text>, env;
//     print <n> (lines), serve <port> [text] (HTTP), fail <port> <status> (HTTP),
//     udp <port> [text] (datagrams), ignore-term (runs until killed),
//     check <url> (exits 0 if its port is served there),
//     write <path> <text> and read <path> (files, in volumes shared);
//     and sh -c with a script of such commands; a program in whose path
//     "missing" occurs doesn't exist
//   - its image's name: sim/<command>:<argument>, as in "sim/sleep:5s" or
//     "sim/exit:1"; nginx, httpd and caddy serve HTTP on port 80; hello-world
//   - sim.Options.Default; if that serves nothing, each TCP port that the container's
//     definition maps answers HTTP with status 200
//
// The zero Script runs until it is stopped and then exits 0: that is what a
// server does that shuts down in order. Only what ignores the signal gets 137,
// and only sleep 143, which has nothing to shut down.
//
// Durations are the engine's clock unless said otherwise, and count from the
// start of the container. A zero field says nothing.
type Script struct {
	// PullDelay is how long Pull takes. PullError is the text with which it
	// fails. Both work through rules only: a pull knows no labels.
	PullDelay time.Duration
	PullError string

	// StartDelay is how long Start takes. StartError is the text with which it
	// fails, as for a program that doesn't exist.
	StartDelay time.Duration
	StartError string

	// Logs are written while the container runs.
	Logs []Line
	// Serve are the servers on its ports. When another container of the
	// sandbox has a port, this one says so on stderr and exits 1 at once.
	Serve []Server

	// Exit ends the container; nil is never.
	Exit *Exit

	// StopCode is the exit code after a stop signal; 0, as of a server that shuts
	// down in order. StopDelay is how long that takes, in real time as the grace
	// is. With IgnoreTerm the container only goes when killed, with code 137.
	StopCode   int
	StopDelay  time.Duration
	IgnoreTerm bool

	// HealthyAfter and UnhealthyAfter change the health of a container that has a
	// health check, also against the result of its test. With UnhealthyAfter alone, it is
	// healthy from its first probe to then.
	HealthyAfter   time.Duration
	UnhealthyAfter time.Duration

	// CPU in vCPU and Memory in MiB are what it seems to use, in order of time; before the first
	// step, or without any, a hundredth of a vCPU and 16 MiB.
	CPU, Memory []Step

	// Exec are programs of sessions, as ECS Exec starts them beside the container's own, by
	// their name or path; "*" is what no other entry, and no program that the engine knows,
	// is. Sources override each other's program by program.
	Exec map[string]Command
}

// Command is what a program of sessions does.
type Command struct {
	// Shell is a script for the shell of sessions; $1 and so on are the arguments.
	Shell string
	// Run does it instead, if there is one.
	Run process.Program
}

// Exit is the end of a container.
type Exit struct {
	After     time.Duration // negative is never
	Code      int
	OOMKilled bool // Code is then 137, and what it says does not count
}

type Line struct {
	After  time.Duration
	Stderr bool
	Text   string
}

// Lines makes output that a container writes to stdout when it starts.
func Lines(texts ...string) []Line {
	lines := make([]Line, len(texts))
	for i, text := range texts {
		lines[i].Text = text
	}
	return lines
}

// Server answers HTTP, or datagrams, on a port.
type Server struct {
	// Port 0 is every TCP port that no other container of the sandbox serves.
	Port int
	// UDP answers datagrams instead, each with Body, or as Datagram says.
	UDP bool
	// Body answers every request with status 200 and an X-Hostname header with the
	// sandbox's hostname.
	Body string
	// Handler answers instead of Body, if there is one.
	Handler http.Handler
	// Datagram answers instead of Body, if there is one; nil is no answer.
	Datagram func(from netip.AddrPort, datagram []byte) (answer []byte)
}

// Rule applies a script to the images whose reference it matches.
type Rule struct {
	// Image is a reference in which * stands for any text and ? for any
	// character: "nginx", "*/web:*". Without a tag it matches any; a name is
	// matched as written and in its short form ("nginx" is
	// "docker.io/library/nginx").
	Image  string
	Script Script
}

// With overrides s by the fields that over sets.
func (s Script) With(over Script) Script {
	override(&s.PullDelay, over.PullDelay)
	override(&s.PullError, over.PullError)
	override(&s.StartDelay, over.StartDelay)
	override(&s.StartError, over.StartError)
	override(&s.Exit, over.Exit)
	override(&s.StopCode, over.StopCode)
	override(&s.StopDelay, over.StopDelay)
	override(&s.IgnoreTerm, over.IgnoreTerm)
	override(&s.HealthyAfter, over.HealthyAfter)
	override(&s.UnhealthyAfter, over.UnhealthyAfter)
	if over.Logs != nil {
		s.Logs = over.Logs
	}
	if over.Serve != nil {
		s.Serve = over.Serve
	}
	if over.CPU != nil {
		s.CPU = over.CPU
	}
	if over.Memory != nil {
		s.Memory = over.Memory
	}
	if over.Exec != nil {
		programs := maps.Clone(s.Exec)
		if programs == nil {
			programs = map[string]Command{}
		}
		maps.Copy(programs, over.Exec)
		s.Exec = programs
	}
	return s
}

func override[T comparable](field *T, over T) {
	var zero T
	if over != zero {
		*field = over
	}
}

// InOrder returns lines in the order in which they are written.
func InOrder(lines []Line) []Line {
	byTime := func(a, b Line) int { return cmp.Compare(a.After, b.After) }
	if slices.IsSortedFunc(lines, byTime) {
		return lines
	}
	lines = slices.Clone(lines)
	sorting.By(lines, byTime)
	return lines
}

// Matches reports whether a rule is for an image that has these names.
func (r Rule) Matches(names []string) bool {
	return slices.ContainsFunc(names, func(name string) bool { return glob(r.Image, name) })
}

// glob matches a pattern with * and ?. It differs from path.Match in that * goes
// across slashes, so that a pattern needn't know how deep a registry nests.
func glob(pattern, name string) bool {
	for pattern != "" {
		switch {
		case pattern[0] == '*':
			pattern = strings.TrimLeft(pattern, "*")
			for i := range len(name) + 1 {
				if glob(pattern, name[i:]) {
					return true
				}
			}
			return false
		case name == "" || pattern[0] != '?' && pattern[0] != name[0]:
			return false
		}
		pattern, name = pattern[1:], name[1:]
	}
	return name == ""
}
