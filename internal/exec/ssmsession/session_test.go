package ssmsession_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/exec/datachannel"
	"github.com/ecs-emulator/ecs-emulator/internal/exec/ssmsession"
)

const idleText = "Your session timed out due to inactivity and has been terminated."

func TestASessionCarriesBytesBothWays(t *testing.T) {
	inWorld(t, func(w *world) {
		ticket := w.start(`sh -c "echo 'a  b' ; cat"`)
		if got := w.status(ticket.SessionID); got != ssmsession.Connecting {
			t.Errorf("before its client it is %s", got)
		}
		c := w.connect(ticket, nil)
		if want := []string{"sh", "-c", "echo 'a  b' ; cat"}; w.program == nil || !slices.Equal(w.spec.Command, want) || w.spec.Terminal == nil {
			t.Fatalf("what runs is %+v, want %q", w.spec, want)
		}
		if got := w.status(ticket.SessionID); got != ssmsession.Connected {
			t.Errorf("with its client it is %s", got)
		}
		if !strings.Contains(c.stream.request, `"InteractiveCommands"`) {
			t.Errorf("the handshake is %s", c.stream.request)
		}
		w.program.prints("$ ")
		c.shows("$ ")
		c.types(datachannel.Size, `{"cols":120,"rows":40}`)
		if got := <-w.program.sizes; got != (backend.TerminalSize{Columns: 120, Rows: 40}) {
			t.Errorf("the terminal has %+v", got)
		}
		c.types(datachannel.Output, "exit\r")
		if got := <-w.program.input; string(got) != "exit\r" {
			t.Errorf("the program reads %q", got)
		}
		w.program.prints("bye")
		w.program.output <- output{err: io.EOF}
		c.hearsEnd("")
		c.shows("$ bye")
		if status, over := w.over(ticket.SessionID); !over || status != ssmsession.Terminated || len(w.kernel.Active(scope)) > 0 {
			t.Errorf("at the end it is %s", status)
		}
		if !w.program.hungUp() {
			t.Error("the program was not closed")
		}
	})
}

// TestAProgramThatReadsNothingLearnsTheSize of the terminal, and input that comes after a size waits for it.
func TestAProgramThatReadsNothingLearnsTheSize(t *testing.T) {
	inWorld(t, func(w *world) {
		c := w.connect(w.start("top"), nil)
		c.types(datachannel.Output, "not read")
		synctest.Wait()
		c.types(datachannel.Size, `{"cols":120,"rows":40}`)
		synctest.Wait()
		select {
		case got := <-w.program.sizes:
			if got != (backend.TerminalSize{Columns: 120, Rows: 40}) {
				t.Errorf("the terminal has %+v", got)
			}
		default:
			t.Error("the size waits for the input")
		}
	})
}

// TestNoSessionOutlivesAReset: calls that have found their task before all is removed start none after.
func TestNoSessionOutlivesAReset(t *testing.T) {
	inWorld(t, func(w *world) {
		gone := false
		w.kernel.HasTask = func(taskARN string) bool { return taskARN == "task" && !gone }
		w.kernel.EndAll("a reset")
		w.start("sh")
		gone = true
		w.kernel.EndAll("a reset")
		if active := w.kernel.Active(scope); len(active) > 0 {
			t.Errorf("after the reset there are %+v", active)
		}
		request := ssmsession.Request{ID: ssmsession.NewExecID(), Scope: scope, TaskARN: "task", Container: "app"}
		if _, err := w.kernel.Start(request); !errors.Is(err, ssmsession.ErrNoTask) {
			t.Errorf("a session starts without its task: %v", err)
		}
		if _, err := w.kernel.Open(w.Context(), "task", "app", backend.ExecSpec{}); !errors.Is(err, ssmsession.ErrNoTask) {
			t.Errorf("a program starts without its task: %v", err)
		}
	})
}

func TestTokens(t *testing.T) {
	inWorld(t, func(w *world) {
		ticket := w.start("sh")
		refused := func(what, id, token string) {
			t.Helper()
			c := w.connect(ssmsession.Ticket{SessionID: id, Token: token}, nil)
			select {
			case err := <-c.served:
				if !errors.Is(err, ssmsession.ErrRefused) {
					t.Errorf("%s: %v", what, err)
				}
			default:
				t.Errorf("%s is let in", what)
			}
		}
		refused("no session", "other", ticket.Token)
		refused("no token", ticket.SessionID, "")
		refused("a wrong token", ticket.SessionID, ticket.Token[:20]+"AAAA"+ticket.Token[24:])
		c := w.connect(ticket, nil)
		w.program.prints("hello")
		c.shows("hello")
		refused("a token again", ticket.SessionID, ticket.Token)
		w.program.prints(" again")
		c.shows("hello again")

		late, ok := w.kernel.Resume(scope, ticket.SessionID)
		if !ok {
			t.Fatal("the session cannot be resumed")
		}
		time.Sleep(61 * time.Second)
		refused("a token after its minute", late.SessionID, late.Token)
		first, _ := w.kernel.Resume(scope, ticket.SessionID)
		refused("a token of another session", w.start("sh").SessionID, first.Token)
		second, _ := w.kernel.Resume(scope, ticket.SessionID)
		refused("a token after the next one", first.SessionID, first.Token)
		other := scope
		other.Account = "210987654321"
		if _, ok := w.kernel.Resume(other, ticket.SessionID); ok {
			t.Error("another account resumes the session")
		}
		again := w.connect(second, c)
		w.program.prints("!")
		again.shows("hello again!")
	})
}

func TestASessionWithoutClientEndsAfterAMinute(t *testing.T) {
	inWorld(t, func(w *world) {
		ticket := w.start("sh")
		time.Sleep(59 * time.Second)
		if _, over := w.over(ticket.SessionID); over {
			t.Error("it is over after 59 seconds")
		}
		time.Sleep(2 * time.Second)
		if _, over := w.over(ticket.SessionID); !over || w.program != nil {
			t.Error("it is not over after 61 seconds")
		}
	})
}

// TestAClientComesBackWhileOutputGoesOn: nothing is lost or doubled, and there is no second handshake.
func TestAClientComesBackWhileOutputGoesOn(t *testing.T) {
	inWorld(t, func(w *world) {
		ticket := w.start("sh")
		c := w.connect(ticket, nil)
		var want strings.Builder
		print := func() {
			for range 200 {
				line := strings.Repeat("x", want.Len()%37) + "\n"
				want.WriteString(line)
				w.program.prints(line)
			}
		}
		print()
		c.stopReading() // what is sent from here on is on its way when the connection is cut
		print()
		c.leave()
		synctest.Wait()
		if got := w.status(ticket.SessionID); got != ssmsession.Disconnected {
			t.Errorf("without its client it is %s", got)
		}
		print()
		time.Sleep(50 * time.Second)
		again, ok := w.kernel.Resume(scope, ticket.SessionID)
		if !ok {
			t.Fatal("the session cannot be resumed")
		}
		back := w.connect(again, c)
		print()
		time.Sleep(10 * time.Second)
		back.shows(want.String())
		if back.handshakes != 0 {
			t.Error("there was a second handshake")
		}
		back.types(datachannel.Output, "x")
		if got := <-w.program.input; string(got) != "x" {
			t.Errorf("the program reads %q", got)
		}
		time.Sleep(2 * time.Minute)
		if got := w.status(ticket.SessionID); got != ssmsession.Connected {
			t.Errorf("two minutes later it is %s", got)
		}
	})
}

// TestAClientComesBackBeforeItsConnectionIsFoundDead: the new connection has the session.
func TestAClientComesBackBeforeItsConnectionIsFoundDead(t *testing.T) {
	inWorld(t, func(w *world) {
		ticket := w.start("sh")
		c := w.connect(ticket, nil)
		w.program.prints("a")
		c.shows("a")
		again, _ := w.kernel.Resume(scope, ticket.SessionID)
		back := w.connect(again, c)
		if err := <-c.served; err != nil {
			t.Errorf("the old connection ended with %v", err)
		}
		w.program.prints("b")
		back.shows("ab")
	})
}

// TestALostClientHasAMinute of its own, by a clock that is fast, advances or stands.
func TestALostClientHasAMinute(t *testing.T) {
	inWorld(t, func(w *world) {
		if err := w.clock.SetSpeed(0); err != nil {
			t.Fatal(err)
		}
		ticket := w.start("sh")
		c := w.connect(ticket, nil)
		c.leave()
		synctest.Wait()
		w.advance(10 * time.Minute)
		time.Sleep(59 * time.Second)
		synctest.Wait()
		if _, over := w.over(ticket.SessionID); over || w.program.hungUp() {
			t.Error("it is over after 59 seconds")
		}
		time.Sleep(time.Second)
		synctest.Wait()
		if _, over := w.over(ticket.SessionID); !over || !w.program.hungUp() {
			t.Error("it goes on after a minute")
		}
		if ticket, ok := w.kernel.Resume(scope, ticket.SessionID); ok || ticket.Token != "" {
			t.Error("it can be resumed when it is over")
		}
	})
}

// TestAnIdleSessionEnds after 20 minutes by the emulator's clock without data either way.
func TestAnIdleSessionEnds(t *testing.T) {
	inWorld(t, func(w *world) {
		ticket := w.start("sh")
		c := w.connect(ticket, nil)
		w.advance(19 * time.Minute)
		w.program.prints("a")
		synctest.Wait()
		w.advance(19 * time.Minute)
		c.types(datachannel.Output, "b")
		<-w.program.input
		w.advance(19*time.Minute + 59*time.Second)
		if got := w.status(ticket.SessionID); got != ssmsession.Connected {
			t.Fatalf("a second before its time it is %s", got)
		}
		w.advance(time.Second)
		c.hearsEnd(idleText)
		if _, over := w.over(ticket.SessionID); !over || !w.program.hungUp() {
			t.Error("it goes on")
		}
	})
}

// TestADeadReaderBlocksTheProgram, and when the session is idle for that, it ends all the same.
func TestADeadReaderBlocksTheProgram(t *testing.T) {
	inWorld(t, func(w *world) {
		ticket := w.start("yes")
		c := w.connect(ticket, nil)
		c.stopReading()
		taken, block := 0, make([]byte, 32<<10)
		p := w.program
		go func() {
			for {
				select {
				case p.output <- output{block, backend.Stdout, nil}:
					taken += len(block)
				case <-p.closed:
					return
				}
			}
		}()
		synctest.Wait()
		time.Sleep(time.Minute)
		synctest.Wait()
		if taken < 1<<20 || taken > 1<<20+4*len(block) {
			t.Errorf("the program has written %d bytes", taken)
		}
		w.advance(20 * time.Minute)
		time.Sleep(7 * time.Second)
		if _, over := w.over(ticket.SessionID); !over || !p.hungUp() {
			t.Error("the session goes on")
		}
	})
}

// TestInputIsBounded: a program that reads nothing makes the client wait, and loses nothing.
func TestInputIsBounded(t *testing.T) {
	inWorld(t, func(w *world) {
		c := w.connect(w.start("sleep 60"), nil)
		time.Sleep(time.Second) // the handshake is complete
		line := strings.Repeat("x", 1023) + "\n"
		done := make(chan struct{})
		go func() {
			defer close(done)
			for range 8 << 10 { // 8 MiB
				c.say(datachannel.Output, line)
			}
		}()
		synctest.Wait()
		select {
		case <-done:
			t.Error("8 MiB went to a program that reads nothing")
		default:
		}
		got := 0
		for got < 8<<20 {
			got += len(<-w.program.input)
		}
		if got != 8<<20 {
			t.Errorf("the program has read %d bytes", got)
		}
		<-done
	})
}

func TestProgramsThatCannotStart(t *testing.T) {
	for text, err := range map[string]error{
		"Unable to start command: Failed to start pty: fork/exec /bin/bash: no such file or directory": &backend.ExecError{Reason: "Failed to start pty: fork/exec /bin/bash: no such file or directory"},
		"Unable to start command: container does not run":                                              backend.ErrNotRunning,
		"Unable to start command: the container was made without what ECS Exec needs; " +
			"stop the task, and run a new one with enableExecuteCommand": backend.ErrNoExec,
	} {
		inWorld(t, func(w *world) {
			w.fail = err
			ticket := w.start("/bin/bash")
			c := w.connect(ticket, nil)
			c.hearsEnd(text)
			if status, _ := w.over(ticket.SessionID); status != ssmsession.Failed {
				t.Errorf("the session is %s", status)
			}
		})
	}
	inWorld(t, func(w *world) {
		c := w.connect(w.start(`echo "a`), nil)
		c.hearsEnd("Unable to start command: Failed to parse commands input: EOF found when expecting closing quote")
	})
}

// TestWords splits as AWS's agent does: no shell takes part.
func TestWords(t *testing.T) {
	inWorld(t, func(w *world) {
		for line, want := range map[string][]string{
			"":                           {"sh"},
			"  ":                         {"sh"},
			"/bin/ls -l /":               {"/bin/ls", "-l", "/"},
			`sh -c "echo \"a\" 'b'"`:     {"sh", "-c", `echo "a" 'b'`},
			`echo 'a"b' c\ d "" x''y`:    {"echo", `a"b`, "c d", "", "xy"},
			"echo $HOME * ~ `id` ; a|b&": {"echo", "$HOME", "*", "~", "`id`", ";", "a|b&"},
			"DRY_RUN=true rake a":        {"DRY_RUN=true", "rake", "a"},
			"echo a#b\nc":                {"echo", "a#b", "c"},
		} {
			c := w.connect(w.start(line), nil)
			if !slices.Equal(w.spec.Command, want) {
				t.Errorf("%q: %q, want %q", line, w.spec.Command, want)
			}
			c.leave()
		}
	})
}

func TestTheClientAndTheAPIEndSessions(t *testing.T) {
	for what, end := range map[string]func(w *world, c *client, id string){
		"flag": func(_ *world, c *client, _ string) {
			c.types(datachannel.Flag, string(binary.BigEndian.AppendUint32(nil, 2)))
		},
		"operation": func(w *world, _ *client, id string) {
			if !w.kernel.Terminate(scope, id) {
				t.Error("there is no session")
			}
		},
	} {
		t.Run(what, func(t *testing.T) {
			inWorld(t, func(w *world) {
				ticket := w.start("sh")
				c := w.connect(ticket, nil)
				end(w, c, ticket.SessionID)
				c.hearsEnd("")
				if _, over := w.over(ticket.SessionID); !over || !w.program.hungUp() {
					t.Error("the session goes on")
				}
			})
		})
	}
}

// TestTheEndOfTheContainer is told of, as is that of an engine.
func TestTheEndOfTheContainer(t *testing.T) {
	inWorld(t, func(w *world) {
		ticket := w.start("sh")
		c := w.connect(ticket, nil)
		w.program.output <- output{err: errors.New("connection reset")}
		c.hearsEnd("The session has ended with its container or the engine: connection reset")
		if _, over := w.over(ticket.SessionID); !over {
			t.Error("the session goes on")
		}
	})
}

// TestTheEndOfTheEmulator is told to clients, and one that does not listen holds it up for a second.
func TestTheEndOfTheEmulator(t *testing.T) {
	inWorld(t, func(w *world) {
		listens := w.connect(w.start("sh"), nil)
		first := w.program
		silent := w.connect(w.start("sh"), nil)
		second := w.program
		silent.stopReading()
		second.prints("never seen")
		w.start("sh") // its client has not come
		lost := w.connect(w.start("sh"), nil)
		lost.leave()
		synctest.Wait()
		began := time.Now()
		w.kernel.Close("stopped")
		if took := time.Since(began); took > time.Second {
			t.Errorf("it took %v", took)
		}
		listens.hearsEnd("stopped")
		if !first.hungUp() || !second.hungUp() || !w.program.hungUp() || len(w.kernel.Active(scope)) > 0 {
			t.Error("a session goes on")
		}
		if _, err := w.kernel.Start(ssmsession.Request{ID: "late", Scope: scope}); !errors.Is(err, ssmsession.ErrClosed) {
			t.Errorf("another one starts: %v", err)
		}
	})
}

// TestTheEndOfTheEmulatorWaitsForNoLeave of a client that has been told of the end of its session.
func TestTheEndOfTheEmulatorWaitsForNoLeave(t *testing.T) {
	inWorld(t, func(w *world) {
		c := w.connect(w.start("sh"), nil)
		c.lingers = true
		w.program.output <- output{err: io.EOF}
		c.hearsEnd("")
		began := time.Now()
		w.kernel.Close("stopped")
		if took := time.Since(began); took > time.Second {
			t.Errorf("it took %v", took)
		}
	})
}

// TestASessionEndsWithAClientThatIsFasterThanItsSender: AWS's plugin is gone as soon as it is told of the
// end.
func TestASessionEndsWithAClientThatIsFasterThanItsSender(t *testing.T) {
	inWorld(t, func(w *world) {
		ticket := w.start("sh")
		c := w.connect(ticket, nil)
		c.hurries = true
		w.program.output <- output{err: io.EOF}
		c.hearsEnd("")
		time.Sleep(time.Second)
		synctest.Wait()
		if _, over := w.over(ticket.SessionID); !over {
			t.Error("it waits for the client")
		}
	})
}

// TestPortSessions pass bytes through, and tell of a port that refuses connections.
func TestPortSessions(t *testing.T) {
	inWorld(t, func(w *world) {
		c := w.connect(w.startAs(ssmsession.Request{
			Document: ssmsession.RemotePortForwarding, Forward: &ssmsession.Forward{Host: "db", Port: 5432, LocalPort: "0"},
		}), nil)
		if f := w.spec.Forward; f == nil || *f != (backend.Forward{Host: "db", Port: 5432}) || w.spec.Command != nil {
			t.Fatalf("what runs is %+v", w.spec)
		}
		for _, part := range []string{`"SessionType":"Port"`, `"Properties":{"portNumber":"5432","localPortNumber":"0","type":"LocalPortForwarding"}`, `"AgentVersion":"3.3.40.0"`} {
			if !strings.Contains(c.stream.request, part) {
				t.Errorf("the handshake is %s, without %s", c.stream.request, part)
			}
		}
		w.program.prints("\x01\x02")
		w.program.output <- output{[]byte("connection refused"), backend.Stderr, nil}
		w.program.prints("\x03")
		c.shows("\x01\x02\x03")
		if want := binary.BigEndian.AppendUint32(nil, 3); !bytes.Equal(c.stream.flags, want) {
			t.Errorf("the flags are %x, want %x", c.stream.flags, want)
		}
	})
}

// log keeps what a recorder gets.
type log struct {
	text  []byte
	ended []ssmsession.Info
}

func (l *log) Write(p []byte)           { l.text = append(l.text, p...) }
func (l *log) End(info ssmsession.Info) { l.ended = append(l.ended, info) }

func TestARecorderGetsAllOutputAndThenTheEnd(t *testing.T) {
	inWorld(t, func(w *world) {
		var l log
		w.kernel.Record = func(info ssmsession.Info) ssmsession.Recorder {
			if info.Container != "app" || info.Started.IsZero() {
				t.Errorf("it is asked for %+v", info)
			}
			return &l
		}
		ticket := w.start("sh")
		c := w.connect(ticket, nil)
		w.program.prints("one\n")
		c.leave()
		synctest.Wait()
		w.program.prints("two\n")
		time.Sleep(time.Minute)
		synctest.Wait()
		if string(l.text) != "one\ntwo\n" || len(l.ended) != 1 || l.ended[0].ID != ticket.SessionID || l.ended[0].Ended.IsZero() {
			t.Errorf("it has %q and %+v", l.text, l.ended)
		}
		l.ended = nil
		w.startAs(ssmsession.Request{Forward: &ssmsession.Forward{Port: 80}})
		w.kernel.EndAll("")
		if len(l.ended) > 0 {
			t.Error("a port session is recorded")
		}
	})
}

// A session whose program has never started has nothing to keep.
func TestARecorderHearsOfNoSessionThatRanNothing(t *testing.T) {
	inWorld(t, func(w *world) {
		kept := &log{}
		w.kernel.Record = func(ssmsession.Info) ssmsession.Recorder { return kept }
		w.start("sh") // whose client never comes
		w.fail = errors.New("no such file")
		c := w.connect(w.start("missing"), nil)
		c.hearsEnd("Unable to start command: no such file")
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		if len(w.kernel.History(scope)) != 2 || len(kept.ended) > 0 {
			t.Errorf("it hears of %+v", kept.ended)
		}
	})
}
