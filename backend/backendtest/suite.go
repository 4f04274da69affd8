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
	"context"
	"crypto/rand"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
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
type Fixture struct {
	Engine backend.Engine
	// Image is the program's image, which is local. AppPath is where the program
	// is in it, for health checks; it is the image's entry point.
	Image   string
	AppPath string
	// MissingImage is a reference that Pull can't fetch and that is not local.
	MissingImage string
	// PullableImage is one that Pull can fetch and that is not local yet. Without
	// it, only failing pulls are tested.
	PullableImage string
	// Lose cuts the connection to the engine and Restore mends it. Without them,
	// the cases about a lost engine are left out.
	Lose, Restore func()
	// Discard removes a shared volume, which no engine does; nil where they end with the
	// engine.
	Discard func(t *testing.T, volume string)
}

const (
	// patience is how long a condition may take to come true, on a machine that is busy.
	patience = 2 * time.Minute
	// grace is how long a program has to end on the signal. It ends at once, unless the
	// signal comes before it listens.
	grace = 30 * time.Second
)

// suite is what the cases of one owner share.
type suite struct {
	Fixture
	network  backend.Network
	recorder *recorder
	token    string        // in all names: suites may share a daemon
	made     atomic.Uint32 // numbers handed out for names

	common
}

func newSuite(t *testing.T, fixture Fixture) *suite {
	t.Helper()
	s := &suite{Fixture: fixture, recorder: newRecorder(), token: rand.Text()[:8]}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if err := s.Engine.RemoveAll(ctx); err != nil {
			t.Errorf("RemoveAll after the suite: %v", err)
		}
	})
	ctx, cancel := context.WithCancel(context.Background())
	watching := make(chan error, 1)
	go func() { watching <- s.Engine.Watch(ctx, nil, s.recorder.record) }()
	t.Cleanup(func() {
		cancel()
		select {
		case err := <-watching:
			expectStopped(t, "Watch", err)
		case <-time.After(patience):
			t.Errorf("Watch has not returned %v after its context ended", patience)
		}
	})
	s.recorder.await(t, "Resync from Watch", func(events []backend.Event) bool { return len(events) > 0 })
	network, err := s.Engine.EnsureNetwork(ctx, backend.NetworkSpec{Name: "vpc-backendtest"})
	if err != nil {
		t.Fatalf("EnsureNetwork: %v", err)
	}
	s.network = network
	return s
}

// testCase is a part of the suite. It stands in the file of the noun that it is about.
type testCase struct {
	name string
	run  func(*env)
}

// run runs parts of the suite side by side.
func (s *suite) run(t *testing.T, cases []testCase) {
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			c.run(s.env(t))
		})
	}
}

// runInTurn runs parts of the suite one after the other, beside the others.
func (s *suite) runInTurn(t *testing.T, name string, cases []testCase) {
	t.Run(name, func(t *testing.T) {
		t.Parallel()
		for _, c := range cases {
			t.Run(c.name, func(t *testing.T) { c.run(s.env(t)) })
		}
	})
}
