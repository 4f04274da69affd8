// Package backendtest is the contract of backend.Engine in executable form. Each
// engine passes it:
//
//	func TestEngine(t *testing.T) {
//		backendtest.Run(t, func(t *testing.T) backendtest.Fixture { … })
//	}
//
// The cases are sentences of the contract. They run real containers of one small
// program, wait for what they expect, and never sleep.
package backendtest

import (
	"testing"

	"github.com/ecs-emulator/ecs-emulator/backend/backendtest/internal/scene"
)

// Fixture is an engine under test and what it needs.
//
// Image runs a program that takes one of these commands as its arguments:
//
//	serve <port> [text]  answers HTTP on all addresses: the body is text ("ok" without),
//	                     the header X-Hostname the hostname. Writes "listening on :<port>",
//	                     then "<METHOD> <path>" for each request. If the port is taken: writes
//	                     "address already in use" to stderr and exits 1. Exits 0 on SIGTERM.
//	sleep <duration>     exits 0 after a Go duration or a number of seconds, or on SIGTERM
//	exit <code>          writes "exit <code>" to stderr and exits
//	print <n>            writes "line 1" to "line <n>" and exits 0
//	ignore-term          writes "ignoring SIGTERM" and runs until killed
//	eat <MiB>            uses up memory, writes "ate <MiB> MiB", and runs until SIGTERM
//	env                  writes its environment as K=V and exits 0
//	udp <port> [text]    answers datagrams on all addresses. Writes "listening on :<port>".
//	check <url>          gets the URL; exits 0 if the status is below 400, else 1. Of
//	                     udp://<host>:<port>, exits 0 if a datagram is answered
//	write <path> <text>  writes a file, and makes the folders that it is in
//	read <path>          writes the text of a file
//
// and, for sessions, of these:
//
//	sh                   reads lines, and runs the commands that they are. On a terminal it
//	                     prompts with "# ", and Ctrl-C ends what runs alone. "exit <code>" ends it
//	each                 reads lines of a word and one of these commands, and runs it at once. Writes
//	                     the word, the exit code, and in quotes what it wrote
//	cat                  writes what it reads
//	echo <word>…         writes words
//	stty size            writes rows and columns of the terminal; fails if there is none
//	pwd, id              write the folder, and the user as "uid=0 …"
//	noise <n>            writes n bytes of ChaCha8 whose seed is zero
//	hangup <path>        writes "waiting", and on SIGHUP a file with the text "hangup"
//	die <signal>         ends by a signal, by its number
//
// What fails is on stderr, with exit code 1.
type Fixture = scene.Fixture

// env is one case on its engine.
type env struct{ *scene.Env }

func newEnv(t *testing.T, s *scene.Suite) *env {
	t.Helper()
	return &env{s.NewEnv(t)}
}

// testCase is a part of the suite. It stands in the file of the noun that it is about.
type testCase struct {
	name string
	run  func(*env)
}

// run runs parts of the suite side by side.
func run(t *testing.T, s *scene.Suite, cases []testCase) {
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			c.run(newEnv(t, s))
		})
	}
}

// runInTurn runs parts of the suite one after the other, beside the others.
func runInTurn(t *testing.T, s *scene.Suite, name string, cases []testCase) {
	t.Run(name, func(t *testing.T) {
		t.Parallel()
		for _, c := range cases {
			t.Run(c.name, func(t *testing.T) { c.run(newEnv(t, s)) })
		}
	})
}
