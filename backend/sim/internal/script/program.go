package script

import (
	"fmt"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"
)

// program is a command that the engine understands. It gets its arguments and
// the environment, and returns false if it can't make sense of them.
type program func(args []string, env Environment) (Script, bool)

// Environment is what a program sees of its container.
type Environment interface {
	Hostname() string
	Variables() []string
	// Reaches reports whether a port is served at an address, or at what a name leads to.
	Reaches(host string, port int, udp bool) bool
	// ReadFile returns the lines of a file, and whether there is one.
	ReadFile(path string) (lines []string, exists bool)
	// WriteFile writes a file, and reports whether its file system can be written.
	WriteFile(path, text string) bool
}

// Variable is the value of a variable in a container.
func Variable(env Environment, name string) string {
	for _, variable := range slices.Backward(env.Variables()) {
		if value, ok := strings.CutPrefix(variable, name+"="); ok {
			return value
		}
	}
	if name == "HOSTNAME" {
		return env.Hostname()
	}
	return ""
}

// MaxLines is how many lines of a container are kept at least.
const MaxLines = 10_000

// programs are known by their base name, so that "/bin/sleep" is sleep.
var programs map[string]program

func init() { // the shell runs programs
	programs = map[string]program{
		"true":        func([]string, Environment) (Script, bool) { return Exits(0, 0), true },
		"false":       func([]string, Environment) (Script, bool) { return Exits(0, 1), true },
		"exit":        exitProgram,
		"sleep":       sleepProgram,
		"echo":        echoProgram,
		"print":       printProgram,
		"env":         envProgram,
		"serve":       serveProgram,
		"fail":        failProgram,
		"udp":         udpProgram,
		"ignore-term": ignoreTermProgram,
		"check":       checkProgram,
		"write":       writeProgram,
		"read":        readProgram,
		"linger":      lingerProgram,
		"times":       timesProgram,
		"sh":          shellProgram,
		"bash":        shellProgram,
		"ash":         shellProgram,
	}
}

// OfCommand returns what a container does because of its entry point and command:
//
//	true, false, exit <code>, sleep <duration>, echo <text>, env
//	print <n>            n lines, then exits 0
//	serve <port> [text]  HTTP, also on a range of ports; text is the body
//	fail <port> <status> HTTP, all answers have the status
//	ignore-term          runs until killed
//	udp <port> [text]    answers each datagram with the text
//	check <url>          exits 0 if the port is served there (http://, udp://); names that lead to no
//	                     address stand for the container's own sandbox, but for private DNS names
//	write <path> <text>  a file, which another container sees that mounts its volume
//	read <path>          prints a file that was written so, or one that tells of names
//	linger <duration>    runs until it is stopped, and as long after that
//	times <name> <…>     runs one of these
//	sh -c <script>       also bash and ash; of the above, see shellProgram
//
// A path before that is passed over: ["/app", "sleep", "5"] sleeps. A program in
// whose path "missing" occurs doesn't exist. All else says nothing.
func OfCommand(entryPoint, command []string, env Environment) (Script, bool) {
	full := slices.Concat(entryPoint, command)
	if len(full) > 0 && strings.Contains(full[0], "missing") {
		return Script{StartError: "Error response from daemon: failed to create shim task: OCI runtime create failed: " +
			fmt.Sprintf("runc create failed: unable to start container process: exec: %q: stat %s: no such file or directory: unknown", full[0], full[0])}, true
	}
	if script, ok := Run(full, env); ok {
		return script, true
	}
	if len(entryPoint) > 0 {
		return Run(command, env)
	}
	if len(full) > 1 && strings.Contains(full[0], "/") {
		return Run(full[1:], env)
	}
	return Script{}, false
}

// Run returns what a program does, and whether it is known.
func Run(words []string, env Environment) (Script, bool) {
	if len(words) == 0 {
		return Script{}, false
	}
	run := programs[path.Base(words[0])]
	if run == nil {
		return Script{}, false
	}
	return run(words[1:], env)
}

// Known reports whether there is a program of a name. Its arguments may still be wrong.
func Known(name string) bool { return programs[path.Base(name)] != nil }

// Exits ends a container after some time.
func Exits(after time.Duration, code int) Script {
	return Script{Exit: &Exit{After: after, Code: code}}
}

func exitProgram(args []string, _ Environment) (Script, bool) {
	if len(args) == 0 {
		return Exits(0, 0), true
	}
	code, err := strconv.Atoi(args[0])
	script := Exits(0, code&0xff)
	script.Logs = []Line{{Stderr: true, Text: "exit " + args[0]}}
	return script, err == nil
}

func sleepProgram(args []string, _ Environment) (Script, bool) {
	if len(args) != 1 {
		return Script{}, false
	}
	if args[0] == "infinity" || args[0] == "inf" {
		return Script{StopCode: 143}, true
	}
	d, err := parseDuration(args[0])
	script := Exits(d, 0)
	script.StopCode = 143
	return script, err == nil
}

func lingerProgram(args []string, _ Environment) (Script, bool) {
	if len(args) != 1 {
		return Script{}, false
	}
	d, err := parseDuration(args[0])
	return Script{StopDelay: d}, err == nil
}

// timesProgram runs another program under a name. When that was is not known yet.
func timesProgram(args []string, env Environment) (Script, bool) {
	if len(args) < 2 {
		return Script{}, false
	}
	return Run(args[1:], env)
}

func echoProgram(args []string, _ Environment) (Script, bool) {
	script := Exits(0, 0)
	script.Logs = Lines(strings.Join(args, " "))
	return script, true
}

func printProgram(args []string, _ Environment) (Script, bool) {
	if len(args) != 1 {
		return Script{}, false
	}
	n, err := strconv.Atoi(args[0])
	if err != nil || n < 0 {
		return Script{}, false
	}
	script := Exits(0, 0)
	for i := range min(n, MaxLines) { // more would not be kept
		script.Logs = append(script.Logs, Line{Text: fmt.Sprintf("line %d", i+1)})
	}
	return script, true
}

func envProgram(args []string, env Environment) (Script, bool) {
	if len(args) > 0 {
		return Script{}, false // env K=V program
	}
	script := Exits(0, 0)
	script.Logs = Lines(append([]string{"HOSTNAME=" + env.Hostname()}, env.Variables()...)...)
	return script, true
}

func serveProgram(args []string, _ Environment) (Script, bool) {
	if len(args) == 0 {
		return Script{}, false
	}
	first, last, isRange := strings.Cut(args[0], "-")
	if !isRange {
		last = first
	}
	from, err := parsePort(first)
	until, invalid := parsePort(last)
	body := "ok"
	if len(args) > 1 {
		body = strings.Join(args[1:], " ")
	}
	script := Script{Logs: Lines("listening on :" + args[0])}
	for port := from; port <= until; port++ {
		script.Serve = append(script.Serve, Server{Port: port, Body: body})
	}
	return script, err == nil && invalid == nil
}

func failProgram(args []string, _ Environment) (Script, bool) {
	if len(args) != 2 {
		return Script{}, false
	}
	port, err := parsePort(args[0])
	status, invalid := strconv.Atoi(args[1])
	return Script{Logs: Lines("listening on :" + args[0]), Serve: []Server{{
		Port: port, Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { http.Error(w, http.StatusText(status), status) }),
	}}}, err == nil && invalid == nil && status >= 200 && status < 600
}

func udpProgram(args []string, _ Environment) (Script, bool) {
	if len(args) == 0 {
		return Script{}, false
	}
	port, err := parsePort(args[0])
	body := "ok"
	if len(args) > 1 {
		body = strings.Join(args[1:], " ")
	}
	return Script{Logs: Lines("listening on :" + args[0]), Serve: []Server{{Port: port, UDP: true, Body: body}}}, err == nil
}

func ignoreTermProgram([]string, Environment) (Script, bool) {
	return Script{IgnoreTerm: true, Logs: Lines("ignoring SIGTERM")}, true
}

func checkProgram(args []string, env Environment) (Script, bool) {
	if len(args) < 1 || len(args) > 2 { // how long it waits is the second, and no answer is late here
		return Script{}, false
	}
	host, port, ok := Target(args[0])
	if ok && !env.Reaches(host, port, strings.HasPrefix(args[0], "udp:")) {
		return Exits(0, 1), true
	}
	return Exits(0, 0), ok
}

// Target is the host and the port of an HTTP URL.
func Target(text string) (host string, port int, ok bool) {
	target, err := url.Parse(text)
	if err != nil {
		return "", 0, false
	}
	if target.Port() == "" {
		return target.Hostname(), 80, true
	}
	port, err = strconv.Atoi(target.Port())
	return target.Hostname(), port, err == nil
}
