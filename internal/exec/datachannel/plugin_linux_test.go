package datachannel_test

import (
	"bytes"
	"crypto/sha256"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/creack/pty"

	"github.com/ecs-emulator/ecs-emulator/internal/exec/sessionmanagerplugin"
)

// exiting is what the plugin says at the end.
const exiting = "\n\nExiting session with sessionId: " + sessionID + ".\n\n"

// plugin is the plugin on a terminal.
type plugin struct {
	t    *testing.T
	user *os.File
	done chan struct{}

	mu      sync.Mutex
	shown   bytes.Buffer
	changed chan struct{} // closed when there is more
}

func startOnTerminal(t *testing.T, s *server) *plugin {
	t.Helper()
	p := &plugin{t: t, done: make(chan struct{}), changed: make(chan struct{})}
	cmd := sessionmanagerplugin.Command(t, s.session(), s.endpoint)
	user, err := pty.StartWithSize(cmd, &pty.Winsize{Cols: 80, Rows: 24})
	if err != nil {
		t.Fatal(err)
	}
	p.user = user
	go func() {
		_, _ = io.Copy(p, user) // ends with an error when the plugin has closed its side
		_ = cmd.Wait()
		close(p.done)
	}()
	t.Cleanup(func() { _ = cmd.Process.Kill(); <-p.done; _ = user.Close() })
	return p
}

func (p *plugin) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	close(p.changed)
	p.changed = make(chan struct{})
	// Both terminals put one before each line feed.
	p.shown.Write(bytes.ReplaceAll(b, []byte("\r"), nil))
	return len(b), nil
}

func (p *plugin) types(text string) {
	p.t.Helper()
	if _, err := p.user.WriteString(text); err != nil {
		p.t.Fatal(err)
	}
}

// shows waits until the terminal shows a text after what it has shown.
func (p *plugin) shows(text string) {
	p.t.Helper()
	timeout := time.After(2 * time.Minute)
	for {
		p.mu.Lock()
		changed := p.changed
		at := strings.Index(p.shown.String(), text)
		if at >= 0 {
			p.shown.Next(at + len(text))
		}
		p.mu.Unlock()
		if at >= 0 {
			return
		}
		select {
		case <-changed:
		case <-timeout:
			p.mu.Lock()
			defer p.mu.Unlock()
			p.t.Fatalf("the terminal does not show %q but %q", text, p.shown.String())
		}
	}
}

// TestPluginOnATerminal is a session as a person has it.
func TestPluginOnATerminal(t *testing.T) {
	shell := exec.Command("/bin/sh")
	shell.Env = []string{"PS1=ready$ ", "PATH=" + os.Getenv("PATH"), "TERM=xterm"}
	p := startOnTerminal(t, newServer(t, shell, true))
	p.shows("Starting session with SessionId: " + sessionID)
	p.shows("ready$ ")
	p.types("echo $((40+2))\r")
	p.shows("echo $((40+2))\n")
	p.shows("42\n")

	p.types(`while [ "$(stty size)" != "24 80" ]; do sleep 0.05; done; echo "the si""ze"` + "\r")
	p.shows("the size\n")
	if err := pty.Setsize(p.user, &pty.Winsize{Cols: 111, Rows: 33}); err != nil {
		t.Fatal(err)
	}
	p.types(`while [ "$(stty size)" != "33 111" ]; do sleep 0.05; done; echo "the ot""her size"` + "\r")
	p.shows("the other size\n")

	p.types(`sh -c 'trap "echo inter""rupted; exit" INT; echo wai""ting; while :; do sleep 0.05; done'` + "\r")
	p.shows("waiting\n")
	p.types("\x03")
	p.shows("interrupted\n")

	// A screen that is drawn as a whole.
	p.types(`printf '\033[2J\033[H'; i=0; while [ $i -lt 30 ]; do echo "line $i"; i=$((i+1)); done; printf '\033[7mla''st\033[0m'` + "\r")
	p.shows("\x1b[2J\x1b[H")
	p.shows("line 29\n\x1b[7mlast\x1b[0m")

	p.types("exit\r")
	p.shows("Exiting session with sessionId: " + sessionID)
	<-p.done
}

// TestPluginThatFindsNoCommand shows the text of a command that cannot start (X8).
func TestPluginThatFindsNoCommand(t *testing.T) {
	p := startOnTerminal(t, newServer(t, exec.Command("/bin/missing"), true))
	p.shows("SessionId: " + sessionID + " : Unable to start command: Failed to start pty: fork/exec /bin/missing: no such file or directory")
	<-p.done
}

// TestPluginShowsAllOutput has a command that writes little and ends, for a client whose input stays
// open and one that has none, as in CI (X11, X12). Of those without input some may miss it: the plugin
// ends some milliseconds after the handshake, and while it registers its handler it can acknowledge
// output that it never shows. A sender that repeats each 100 ms was shown in 6 of 40.
//
// It does so with input as well, if it is interrupted between two statements: RegisterOutputStreamHandler says that the handler is there,
// and then adds it. What comes between them goes to the other handler alone, and is acknowledged. That is one of some thousand runs on a
// busy machine, in which all of the one message is missing, and not a part.
// Source: RegisterOutputStreamHandler and processOutputMessageWithHandlers in the plugin's src/datachannel/streaming.go.
func TestPluginShowsAllOutput(t *testing.T) {
	text := strings.Repeat("all of it is shown\n", 100)
	file := filepath.Join(t.TempDir(), "text")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	const runs, fewestWithoutInput, rounds = 20, 15, 3
	t.Run("input stays open", func(t *testing.T) {
		if shown, swallowed := runsThatShow(t, text, file, runs, true); shown+swallowed < runs || swallowed > 1 {
			t.Errorf("all of it is shown in %d of %d runs, and nothing in %d", shown, runs, swallowed)
		}
	})
	t.Run("no input", func(t *testing.T) {
		for range rounds { // a machine with much else to do keeps the plugin from its handler for longer
			if shown, _ := runsThatShow(t, text, file, runs, false); shown >= fewestWithoutInput {
				return
			}
		}
		t.Errorf("all of it is shown in less than %d of %d runs, in each of %d rounds", fewestWithoutInput, runs, rounds)
	})
}

// runsThatShow runs a command that writes a file, and counts the runs in which the plugin shows all of it, and none of it.
func runsThatShow(t *testing.T, text, file string, runs int, held bool) (shown, swallowed int) {
	t.Helper()
	for range runs {
		s := newServer(t, exec.Command("cat", file), false)
		cmd := sessionmanagerplugin.Command(t, s.session(), s.endpoint)
		if held {
			stdin, err := cmd.StdinPipe()
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = stdin.Close() }()
		}
		out, err := cmd.Output()
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(out), text) {
			shown++
		} else {
			t.Logf("it shows %d bytes: %q", len(out), out)
		}
		if !strings.Contains(string(out), text[:1+strings.Index(text, "\n")]) {
			swallowed++
		}
		if held && !strings.HasSuffix(string(out), exiting) {
			t.Errorf("it ends with %q", out[max(0, len(out)-100):])
		}
	}
	return shown, swallowed
}

// TestPluginTakesBinaryOutput has 10 MB of bytes of all kinds, and the second time loses its socket
// twice while they come (X13). What the plugin has shown but cannot acknowledge, as its socket is
// gone, it does not count and shows again: one message for each socket, which no server can know.
// Source: HandleOutputMessage in the plugin's src/datachannel/streaming.go.
func TestPluginTakesBinaryOutput(t *testing.T) {
	content := noise(3, 10_000_000)
	file := filepath.Join(t.TempDir(), "content")
	if err := os.WriteFile(file, content, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, cuts := range map[string]int{"one socket": 0, "three sockets": 2} {
		t.Run(name, func(t *testing.T) {
			s := newServer(t, exec.Command("cat", file), false)
			cmd := sessionmanagerplugin.Command(t, s.session(), s.endpoint)
			stdin, err := cmd.StdinPipe()
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = stdin.Close() }()
			shown, err := cmd.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			var out bytes.Buffer
			begun := time.Now()
			for range cuts {
				if _, err := io.CopyN(&out, shown, 3_000_000); err != nil {
					t.Fatal(err)
				}
				s.cut()
			}
			if _, err := io.Copy(&out, shown); err != nil {
				t.Fatal(err)
			}
			if err := cmd.Wait(); err != nil {
				t.Fatal(err)
			}
			t.Logf("%.1f MB/s", float64(len(content))/1e6/time.Since(begun).Seconds())

			got := bytes.TrimPrefix(out.Bytes(), []byte("\nStarting session with SessionId: "+sessionID+"\n"))
			got, twice := withoutRepeats(bytes.TrimSuffix(got, []byte(exiting)), content)
			if sha256.Sum256(got) != sha256.Sum256(content) {
				t.Errorf("%d bytes are shown, others than %d", len(got), len(content))
			}
			if twice > cuts {
				t.Errorf("%d messages are shown twice", twice)
			}
			s.mu.Lock()
			defer s.mu.Unlock()
			if s.resumed != cuts {
				t.Errorf("it resumes %d times", s.resumed)
			}
		})
	}
}

// withoutRepeats returns what was shown without the messages that were shown twice, of at most
// 32 KiB, and how many they are. No part of the content repeats.
func withoutRepeats(shown, content []byte) (once []byte, twice int) {
	const known = 64 // bytes that tell a place
	for at := 0; at+known <= len(shown); at++ {
		if at >= len(content) || shown[at] != content[at] {
			from := max(0, at-32<<10)
			place := bytes.Index(content[from:min(at, len(content))], shown[at:at+known])
			if place < 0 {
				return shown, twice
			}
			shown = slices.Concat(shown[:from+place], shown[at:])
			twice++
			at = from + place
		}
	}
	return shown, twice
}
